/** Returns the files that COPY adds to an image, in an order that does not depend on the file system. */

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import { unsupported, UserError } from './user-error.mjs';

/** @returns {{path: string, type: 'file' | 'directory' | 'link', mode: number, owner: [number, number], bytes?: Buffer, target?: string}[]} */
export function copiedEntries(context, workingDir, args, { name, where, flags }) {
  const fail = (message) => {
    throw new UserError(`${where}: ${message}`);
  };
  for (const flag of Object.keys(flags))
    if (flag !== 'chown' && flag !== 'chmod') throw unsupported(`${where}: ${name} --${flag}`);
  if (args.length < 2) fail(`${name} requires one or more sources and a destination`);
  const attributes = { owner: parseOwner(flags.chown ?? '0:0', fail), mode: parseMode(flags.chmod, fail) };

  const ignored = ignoreFile(context);
  const to = args.at(-1);
  const sources = args.slice(0, -1).flatMap((pattern) => matchingPaths(context, pattern, ignored, fail));
  const intoDirectory = to.endsWith('/') || to === '.' || to === '..' || sources.length > 1;
  if (args.length > 2 && !to.endsWith('/'))
    fail(`${name} with several sources requires a destination that ends with /`);
  const destination = posix.resolve(workingDir, to);

  const entries = new Map();
  for (const source of sources) {
    const stats = lstatSync(join(context, source));
    if (stats.isDirectory()) addDirectory(context, source, destination, ignored, attributes, entries);
    else
      addEntry(
        context,
        source,
        intoDirectory ? posix.join(destination, posix.basename(source)) : destination,
        attributes,
        entries,
      );
  }
  for (const path of [...entries.keys()]) addParents(path, entries);
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function addDirectory(context, source, destination, ignored, attributes, entries) {
  if (destination !== '/') addEntry(context, source, destination, attributes, entries);
  for (const child of readdirSync(join(context, source)).sort()) {
    const path = source === '.' ? child : `${source}/${child}`;
    const stats = lstatSync(join(context, path));
    if (stats.isDirectory()) {
      const within = new Map();
      addDirectory(context, path, posix.join(destination, child), ignored, attributes, within);
      if (within.size > 1 || !ignored(path)) for (const [key, value] of within) entries.set(key, value);
    } else if (!ignored(path)) addEntry(context, path, posix.join(destination, child), attributes, entries);
  }
}

function addEntry(context, source, path, { owner, mode }, entries) {
  const at = join(context, source);
  const stats = lstatSync(at);
  const common = { path: path.replace(/^\/+/, ''), owner };
  if (common.path === '') return;
  if (stats.isSymbolicLink()) entries.set(path, { ...common, type: 'link', mode: 0o777, target: readlinkSync(at) });
  else if (stats.isDirectory()) entries.set(path, { ...common, type: 'directory', mode: mode ?? 0o755 });
  else if (stats.isFile())
    // Git stores only the executable bit; the other bits depend on the umask at checkout.
    entries.set(path, {
      ...common,
      type: 'file',
      mode: mode ?? (stats.mode & 0o111 ? 0o755 : 0o644),
      bytes: readFileSync(at),
    });
}

function addParents(path, entries) {
  for (let up = posix.dirname(path); up !== '/' && up !== '.'; up = posix.dirname(up))
    if (!entries.has(up)) entries.set(up, { path: up.slice(1), type: 'directory', mode: 0o755, owner: [0, 0] });
}

function matchingPaths(context, pattern, ignored, fail) {
  const clean = posix.normalize(pattern.replace(/^\/+/, '') || '.').replace(/\/$/, '');
  if (clean === '..' || clean.startsWith('../')) fail(`${pattern} is outside the build context`);
  let found = [''];
  for (const part of clean === '.' ? [] : clean.split('/')) {
    const pattern = globExpression(part);
    found = found.flatMap((up) =>
      childrenOf(join(context, up))
        .filter((child) => pattern.test(child))
        .map((child) => (up === '' ? child : `${up}/${child}`)),
    );
  }
  const included = found.map((path) => path || '.').filter((path) => path === '.' || !ignored(path));
  if (included.length === 0) fail(`${pattern} is not in the build context ${context}`);
  return included;
}

function childrenOf(directory) {
  try {
    // Do not follow links: the context may come from an untrusted repository.
    return lstatSync(directory).isDirectory() ? readdirSync(directory).sort() : [];
  } catch {
    return [];
  }
}

const globExpression = (part) => new RegExp(`^${expression(part)}$`, 's');

const expression = (text) =>
  text.replace(/\*\*\/?|[*?]|\[[^\]]*\]|[\\^$.|+(){}]/g, (one) => {
    if (one.startsWith('**')) return '.*';
    if (one === '*') return '[^/]*';
    if (one === '?') return '[^/]';
    return one.startsWith('[') ? one.replace(/^\[\^/, '[^') : `\\${one}`;
  });

/** Returns a predicate for paths that `.dockerignore` excludes. The last matching pattern decides; `!` includes a path again. */
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
      const includes = line.startsWith('!');
      const pattern = posix.normalize(line.replace(/^!/, '').replace(/^\/+/, '')).replace(/\/$/, '');
      return { includes, matches: new RegExp(`^${expression(pattern)}(/.*)?$`, 's') };
    });
  return (path) =>
    rules.reduce((isExcluded, { includes, matches }) => (matches.test(path) ? !includes : isExcluded), false);
}

function parseOwner(text, fail) {
  const [, user, group = user] =
    /^(\d+)(?::(\d+))?$/.exec(text) ?? fail(`--chown=${text}: an image FROM scratch has no user names; use numbers`);
  return [Number(user), Number(group)];
}

function parseMode(text, fail) {
  if (text === undefined) return undefined;
  if (!/^[0-7]{3,4}$/.test(text)) fail(`--chmod=${text} is not an octal mode`);
  return parseInt(text, 8);
}
