/** What a COPY puts into the image: the context's files under their new names, in one order whatever the file system's. */

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import { beyond, Mistake } from './mistake.mjs';

/** @returns {{path: string, type: 'file' | 'directory' | 'link', mode: number, owner: [number, number], bytes?: Buffer, target?: string}[]} */
export function copy(context, workingDir, list, { name, where, flags }) {
  const fail = (message) => {
    throw new Mistake(`${where}: ${message}`);
  };
  for (const flag of Object.keys(flags))
    if (flag !== 'chown' && flag !== 'chmod') throw beyond(`${where}: ${name} --${flag}`);
  if (list.length < 2) fail(`${name} wants one or more sources and a destination`);
  const how = { owner: owner(flags.chown ?? '0:0', fail), mode: mode(flags.chmod, fail) };

  const ignored = ignoreFile(context);
  const to = list.at(-1);
  const sources = list.slice(0, -1).flatMap((pattern) => matches(context, pattern, ignored, fail));
  const intoDirectory = to.endsWith('/') || to === '.' || to === '..' || sources.length > 1;
  if (list.length > 2 && !to.endsWith('/')) fail(`${name} of several sources wants a destination that ends in /`);
  const destination = posix.resolve(workingDir, to);

  const entries = new Map();
  for (const source of sources) {
    const stats = lstatSync(join(context, source));
    if (stats.isDirectory()) walk(context, source, destination, ignored, how, entries);
    else
      put(context, source, intoDirectory ? posix.join(destination, posix.basename(source)) : destination, how, entries);
  }
  for (const path of [...entries.keys()]) parents(path, entries);
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function walk(context, source, destination, ignored, how, entries) {
  if (destination !== '/') put(context, source, destination, how, entries);
  for (const child of readdirSync(join(context, source)).sort()) {
    const path = source === '.' ? child : `${source}/${child}`;
    const stats = lstatSync(join(context, path));
    if (stats.isDirectory()) {
      const within = new Map();
      walk(context, path, posix.join(destination, child), ignored, how, within);
      if (within.size > 1 || !ignored(path)) for (const [key, value] of within) entries.set(key, value);
    } else if (!ignored(path)) put(context, path, posix.join(destination, child), how, entries);
  }
}

function put(context, source, path, { owner, mode }, entries) {
  const at = join(context, source);
  const stats = lstatSync(at);
  const common = { path: path.replace(/^\/+/, ''), owner };
  if (common.path === '') return;
  if (stats.isSymbolicLink()) entries.set(path, { ...common, type: 'link', mode: 0o777, target: readlinkSync(at) });
  else if (stats.isDirectory()) entries.set(path, { ...common, type: 'directory', mode: mode ?? 0o755 });
  else if (stats.isFile())
    // Git keeps one bit of a mode; the others are the umask of whoever cloned.
    entries.set(path, {
      ...common,
      type: 'file',
      mode: mode ?? (stats.mode & 0o111 ? 0o755 : 0o644),
      bytes: readFileSync(at),
    });
}

function parents(path, entries) {
  for (let up = posix.dirname(path); up !== '/' && up !== '.'; up = posix.dirname(up))
    if (!entries.has(up)) entries.set(up, { path: up.slice(1), type: 'directory', mode: 0o755, owner: [0, 0] });
}

function matches(context, pattern, ignored, fail) {
  const clean = posix.normalize(pattern.replace(/^\/+/, '') || '.').replace(/\/$/, '');
  if (clean === '..' || clean.startsWith('../')) fail(`${pattern} lies outside the build context`);
  let found = [''];
  for (const part of clean === '.' ? [] : clean.split('/')) {
    const wanted = glob(part);
    found = found.flatMap((up) =>
      list(join(context, up))
        .filter((child) => wanted.test(child))
        .map((child) => (up === '' ? child : `${up}/${child}`)),
    );
  }
  const kept = found.map((path) => path || '.').filter((path) => path === '.' || !ignored(path));
  if (kept.length === 0) fail(`${pattern} is not in the build context ${context}`);
  return kept;
}

function list(directory) {
  try {
    // Never through a symlink: the context of a stranger's repository may point anywhere.
    return lstatSync(directory).isDirectory() ? readdirSync(directory).sort() : [];
  } catch {
    return [];
  }
}

const glob = (part) => new RegExp(`^${expression(part)}$`, 's');

const expression = (text) =>
  text.replace(/\*\*\/?|[*?]|\[[^\]]*\]|[\\^$.|+(){}]/g, (one) => {
    if (one.startsWith('**')) return '.*';
    if (one === '*') return '[^/]*';
    if (one === '?') return '[^/]';
    return one.startsWith('[') ? one.replace(/^\[\^/, '[^') : `\\${one}`;
  });

/** `.dockerignore`: the last pattern that matches decides; `!` takes back in. */
function ignoreFile(context) {
  let text = '';
  try {
    text = readFileSync(join(context, '.dockerignore'), 'utf8');
  } catch {
    return () => false;
  }
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const keep = line.startsWith('!');
      const pattern = posix.normalize(line.replace(/^!/, '').replace(/^\/+/, '')).replace(/\/$/, '');
      return { keep, matches: new RegExp(`^${expression(pattern)}(/.*)?$`, 's') };
    });
  return (path) => rules.reduce((out, { keep, matches: rule }) => (rule.test(path) ? !keep : out), false);
}

function owner(text, fail) {
  const [, user, group = user] =
    /^(\d+)(?::(\d+))?$/.exec(text) ?? fail(`--chown=${text}: an image FROM scratch knows numbers only`);
  return [Number(user), Number(group)];
}

function mode(text, fail) {
  if (text === undefined) return undefined;
  if (!/^[0-7]{3,4}$/.test(text)) fail(`--chmod=${text} is no octal mode`);
  return parseInt(text, 8);
}
