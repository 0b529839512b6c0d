/** Sends what steps changed in the files of a pull request (pull-request.mjs). Removes only what the download found. */

import fs from 'node:fs';
import { fail, inDirectory, log, readJson } from '../library/http.mjs';
import { facts, MANIFEST, run } from './pull-request.mjs';

const filesIn = (directory) =>
  fs.existsSync(directory) ? fs.readdirSync(directory).filter((name) => name !== MANIFEST) : [];

function downloadedIn(directory) {
  try {
    return readJson(inDirectory(directory, MANIFEST));
  } catch {
    return {};
  }
}

function unescapeName(name) {
  try {
    return decodeURIComponent(name.replace(/\+/g, ' '));
  } catch {
    return name;
  }
}

/** Another process has removed it already. */
const orGone = (work) =>
  work.catch((error) => {
    if (error.status !== 404) throw error;
  });

async function uploadLabels(server, directory, attempt) {
  if (!fs.existsSync(directory)) return;
  const wanted = new Set(filesIn(directory).map(unescapeName));
  const downloaded = new Set(Object.keys(downloadedIn(directory)).map(unescapeName));
  const current = new Set((await server.labels()).map(({ Name }) => Name));
  for (const name of wanted)
    if (!current.has(name)) await attempt(`Creating label ${name}`, () => server.addLabel(name));
  for (const name of current)
    if (!wanted.has(name) && downloaded.has(name))
      await attempt(`Removing label ${name}`, () => orGone(server.removeLabel(name)));
}

function readStatus(directory, name) {
  try {
    return readJson(inDirectory(directory, name));
  } catch (error) {
    return fail(`status/${name} is not valid JSON: ${error.message}`);
  }
}

async function uploadStatuses(server, target, attempt, errors) {
  const directory = inDirectory(target, 'status');
  const statuses = filesIn(directory).map((name) => readStatus(directory, name));
  if (statuses.length === 0) return;
  const [head] = ['head.json', 'pr.json']
    .map((name) => inDirectory(target, name))
    .filter((file) => fs.existsSync(file));
  const sha = (head && readJson(head).Sha) || (await server.request()).Sha;
  const current = new Map((await server.statuses(sha)).map(({ Label, State }) => [Label, State]));
  for (const status of statuses) {
    const { Label, State } = status;
    if (!Label) errors.push('a status has no Label');
    else if (current.get(Label) !== server.same(State))
      await attempt(`Creating status ${Label} on ${sha}`, () => server.setStatus(sha, status));
  }
}

/** A comment is JSON with a Body, or plain text. */
function readComment(file) {
  const text = fs.readFileSync(file, 'utf8');
  try {
    const value = JSON.parse(text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch {
    // plain text
  }
  return { Body: text };
}

async function uploadComments(server, directory, attempt) {
  if (!fs.existsSync(directory)) return;
  const files = filesIn(directory).map((name) => readComment(inDirectory(directory, name)));
  const kept = new Set(files.map(({ ID }) => String(ID || '')));
  const downloaded = downloadedIn(directory);
  const current = Object.keys(downloaded).length > 0 ? await server.comments() : [];
  for (const { ID } of current)
    if (!kept.has(String(ID)) && downloaded[ID])
      await attempt(`Deleting comment ${ID}`, () => orGone(server.removeComment(ID)));
  for (const { ID, Body } of files) if (!ID) await attempt('Creating comment', () => server.addComment(Body ?? ''));
}

async function upload(server, target) {
  const errors = [];
  const attempt = async (what, work) => {
    try {
      await work();
      log('info', what, facts);
    } catch (error) {
      errors.push(`${what}: ${error.message}`);
    }
  };
  await uploadLabels(server, inDirectory(target, 'labels'), attempt);
  await uploadStatuses(server, target, attempt, errors);
  await uploadComments(server, inDirectory(target, 'comments'), attempt);
  if (errors.length > 0) fail(errors.join('; '));
}

run(upload);
