/** Writes the state of a pull request to files (pull-request.mjs), and to `.MANIFEST` which labels and comments it found. */

import fs from 'node:fs';
import { inDirectory, log } from '../library/http.mjs';
import { facts, MANIFEST, run } from './pull-request.mjs';

/** Escapes a label's name for use as a file name, as Go's url.QueryEscape does. */
function escapeName(name) {
  const text = encodeURIComponent(name)
    .replace(/%20/g, '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return text.startsWith('.') ? `%2E${text.slice(1)}` : text;
}

function write(file, content, mode = 0o600) {
  fs.rmSync(file, { force: true });
  fs.writeFileSync(file, content, { mode });
}

const writeManifest = (directory, names) =>
  write(inDirectory(directory, MANIFEST), JSON.stringify(Object.fromEntries(names.map((name) => [name, true]))));

async function download(server, target) {
  const say = (msg) => log('info', msg, facts);
  say('finding pr');
  const pr = await server.request();
  const [statuses, comments, labels] = await Promise.all([server.statuses(pr.Sha), server.comments(), server.labels()]);
  const directories = ['labels', 'comments', 'status'].map((name) => inDirectory(target, name));
  for (const directory of directories) fs.mkdirSync(directory, { recursive: true });
  const [labelDirectory, commentDirectory, statusDirectory] = directories;
  const writeJson = (directory, name, value, mode = 0o600) =>
    write(inDirectory(directory, `${name}.json`), JSON.stringify(value), mode);
  writeJson(target, 'pr', { ...pr, Labels: labels }, 0o400);
  writeJson(target, 'head', pr.Head);
  writeJson(target, 'base', pr.Base);
  for (const comment of comments) writeJson(commentDirectory, comment.ID, comment);
  const ids = comments.map(({ ID }) => String(ID));
  writeManifest(commentDirectory, ids);
  const names = labels.map(({ Name }) => escapeName(Name));
  for (const name of names) write(inDirectory(labelDirectory, name), '');
  writeManifest(labelDirectory, names);
  for (const status of statuses) writeJson(statusDirectory, escapeName(status.Label), status);
  say(`found ${comments.length} comments, ${labels.length} labels, ${statuses.length} statuses`);
}

run(download);
