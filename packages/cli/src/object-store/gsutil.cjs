#!/usr/bin/env node
/**
 * A replacement for gsutil: cp, rsync, ls, cat and rm on buckets that the run serves from directories.
 *
 * Self-contained and without dependencies except Node's modules, because it is copied into the gsutil image. Reads the URLs of the
 * buckets from a file that the run adds to every container. Prints gsutil's messages for missing sources, and rejects other commands
 * by name.
 */

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { basename, dirname, join, relative, resolve } = require('node:path');

const MODE_HEADER = 'x-goog-meta-goog-reserved-posix-mode';
const BUCKETS_FILE = process.env.PIPEWRIGHT_BUCKETS ?? '/etc/pipewright/buckets.json';
const buckets = fs.existsSync(BUCKETS_FILE) ? JSON.parse(fs.readFileSync(BUCKETS_FILE, 'utf8')) : {};

/**
 * Ends the program with an error in gsutil's format.
 *
 * @returns {never}
 */
function fail(message) {
  console.error(`CommandException: ${message}`);
  process.exit(1);
}

const isUrl = (text) => text.startsWith('gs://');

function parseUrl(url) {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/?(.*)$/.exec(url) ?? fail(`Invalid URL: ${url}`);
  return { bucket, name };
}

/** @param {RequestInit} [init] */
async function request(bucket, path, init) {
  const base =
    buckets[bucket] ??
    fail(
      `no directory stands in for the bucket ${bucket}; add one to pipewright.yaml: resources: { NAME: { directory: DIR } }`,
    );
  const response = await fetch(base + path, init);
  if (response.ok || response.status === 404) return response;
  const body = /** @type {any} */ (await response.json().catch(() => undefined));
  return fail(body?.error?.message ?? `the object store returned status ${response.status}`);
}

const objectPath = (bucket, name) => `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;

/** Files that the store does not serve, each reported once. */
const reported = new Set();

async function listObjects(bucket, prefix) {
  const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o?prefix=${encodeURIComponent(prefix)}`;
  const response = await request(bucket, path);
  if (response.status === 404) return fail(`the bucket ${bucket} does not exist`);
  const { items, leftOut } = /** @type {any} */ (await response.json());
  for (const name of leftOut ?? []) {
    const url = `gs://${bucket}/${name}`;
    if (!reported.has(url))
      console.error(
        `Skipped: ${url} is not a regular file of less than 2 GiB in the bucket's directory; links are not followed.`,
      );
    reported.add(url);
  }
  return items ?? [];
}

function removeObject(url) {
  const { bucket, name } = parseUrl(url);
  return request(bucket, objectPath(bucket, name), { method: 'DELETE' });
}

async function readObject(url) {
  const { bucket, name } = parseUrl(url);
  const response = await request(bucket, `${objectPath(bucket, name)}?alt=media`);
  if (response.status === 404) return undefined;
  const bytes = Buffer.from(await response.arrayBuffer());
  return { bytes, mode: Number.parseInt(response.headers.get(MODE_HEADER) ?? '644', 8) };
}

async function writeObject(url, bytes, headers) {
  const { bucket, name } = parseUrl(url);
  const query = `uploadType=media&name=${encodeURIComponent(name)}`;
  const path = `/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`;
  await request(bucket, path, { method: 'POST', body: bytes, headers });
}

/** Copies one file or object. */
async function copy(from, to, keepsMode) {
  console.error(`Copying ${isUrl(from) ? '' : 'file://'}${from}...`);
  const source = isUrl(from)
    ? await readObject(from)
    : { bytes: fs.readFileSync(from), mode: fs.statSync(from).mode & 0o777 };
  if (!source) return fail(`No URLs matched: ${from}`);
  if (isUrl(to)) return writeObject(to, source.bytes, keepsMode ? { [MODE_HEADER]: source.mode.toString(8) } : {});
  fs.mkdirSync(dirname(to), { recursive: true });
  fs.writeFileSync(to, source.bytes);
  if (keepsMode) fs.chmodSync(to, source.mode);
}

/** Returns the files in a directory, with `deep` also those in its subdirectories. Includes links to files, but not to directories. */
function filesIn(directory, deep = true) {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    const target = entry.isSymbolicLink() ? fs.statSync(path, { throwIfNoEntry: false }) : entry;
    if (target?.isDirectory()) return deep && !entry.isSymbolicLink() ? filesIn(path) : [];
    return target?.isFile() ? [path] : [];
  });
}

/** Returns a regular expression for a wildcard: `*` and `?` match within a name, `**` across names. */
function wildcard(text) {
  const escaped = text.replace(/[.+^$(){}|[\]\\]/g, '\\$&');
  const patterns = { '**': '.*', '*': '[^/]*', '?': '[^/]' };
  return new RegExp(`^${escaped.replace(/\*\*|\*|\?/g, (sign) => patterns[sign])}$`);
}

/**
 * A file, or a directory with the files in it.
 *
 * @typedef {{ file?: string, directory?: string, files?: string[] }} Source
 */

/** Returns the files and directories that an argument matches. */
const expand = (text, recursive) => (isUrl(text) ? expandUrl(text) : expandPath(text, recursive));

/** @returns {Promise<Source[]>} */
async function expandUrl(text) {
  const { bucket, name } = parseUrl(text);
  const start = name.search(/[*?]/);
  const objects = await listObjects(bucket, start < 0 ? name : name.slice(0, start));
  const toUrl = (object) => `gs://${bucket}/${object}`;
  const urlsBelow = (prefix) => objects.filter((it) => it.name.startsWith(prefix)).map((it) => toUrl(it.name));
  const isObject = (path) => objects.some((it) => it.name === path);
  if (start >= 0) {
    const matches = wildcard(name.replace(/\/$/, ''));
    const firstMatch = (path) => {
      const parts = path.split('/');
      return parts.map((_, end) => parts.slice(0, end + 1).join('/')).find((it) => matches.test(it));
    };
    const tops = new Set(objects.flatMap((object) => firstMatch(object.name) ?? []));
    return [...tops].map((top) =>
      isObject(top) ? { file: toUrl(top) } : { directory: toUrl(top), files: urlsBelow(`${top}/`) },
    );
  }
  if (name && isObject(name)) return [{ file: text }];
  const files = urlsBelow(name === '' || name.endsWith('/') ? name : `${name}/`);
  return files.length > 0 ? [{ directory: text.replace(/\/$/, ''), files }] : [];
}

/** @returns {Source[]} */
function expandPath(text, recursive) {
  const parent = dirname(text);
  const namesIn = () => (fs.existsSync(parent) ? fs.readdirSync(parent) : []);
  const matches = wildcard(basename(text));
  const paths = /[*?]/.test(text)
    ? namesIn()
        .filter((name) => matches.test(name))
        .map((name) => join(parent, name))
    : [text];
  return paths
    .filter((path) => fs.existsSync(path))
    .map((path) =>
      fs.statSync(path).isDirectory() ? { directory: path, files: recursive ? filesIn(path) : [] } : { file: path },
    );
}

async function isFolder(to) {
  if (!isUrl(to)) return to.endsWith('/') || (fs.statSync(to, { throwIfNoEntry: false })?.isDirectory() ?? false);
  const { bucket, name } = parseUrl(to);
  return name === '' || name.endsWith('/') || (await listObjects(bucket, `${name}/`)).length > 0;
}

const within = (to, rest) => `${to.replace(/\/$/, '')}/${rest}`;

const isRecursive = (flags) => flags.has('r') || flags.has('R');

async function cp(flags, places) {
  const to = places.at(-1);
  const sources = places.slice(0, -1);
  if (sources.length === 0) return fail('The cp command requires at least 2 arguments');
  /** @type {Source[]} */
  const found = [];
  for (const source of sources) {
    const expanded = await expand(source, isRecursive(flags));
    if (expanded.length === 0) return fail(`No URLs matched: ${source}`);
    found.push(...expanded);
  }
  const isTargetFolder = await isFolder(to);
  const isBelow = isTargetFolder || found.length > 1;
  if (found.length > 1 && !isUrl(to) && !isTargetFolder)
    return fail(
      'Destination URL must name a directory, bucket, or bucket subdirectory for the multiple source form of the cp command.',
    );
  let copied = 0;
  for (const { file, directory = '', files = [] } of found) {
    if (file) {
      await copy(file, isBelow ? within(to, basename(file)) : to, flags.has('P'));
      copied++;
    } else if (!isRecursive(flags)) console.error(`Omitting directory "${directory}". (Did you mean to do cp -r?)`);
    else
      for (const each of files) {
        const rest = each.slice(directory.length + 1);
        await copy(each, within(to, isBelow ? `${basename(directory)}/${rest}` : rest), flags.has('P'));
        copied++;
      }
  }
  if (copied === 0) fail('No URLs matched');
}

const md5 = (path) => createHash('md5').update(fs.readFileSync(path)).digest('base64');

/** Returns the checksums of the files below a URL or directory, by their relative path. */
async function checksums(place, deep, mustExist) {
  const missing = `arg (${place}) does not name a directory, bucket, or bucket subdir.`;
  if (isUrl(place)) {
    const { bucket, name } = parseUrl(place);
    const prefix = name === '' ? '' : name.replace(/\/?$/, '/');
    const isListed = (object) => deep || !object.name.slice(prefix.length).includes('/');
    const objects = (await listObjects(bucket, prefix)).filter(isListed);
    if (mustExist && objects.length === 0) return fail(missing);
    return new Map(objects.map((object) => [object.name.slice(prefix.length), object.md5Hash]));
  }
  if (!fs.statSync(place, { throwIfNoEntry: false })?.isDirectory()) return fail(missing);
  return new Map(filesIn(place, deep).map((path) => [relative(resolve(place), resolve(path)), md5(path)]));
}

async function rsync(flags, places) {
  const [from, to, ...more] = places;
  if (to === undefined || more.length > 0) return fail('The rsync command requires 2 arguments');
  const source = await checksums(from, isRecursive(flags), true);
  const target = await checksums(to, isRecursive(flags), false);
  for (const [name, sum] of source)
    if (target.get(name) !== sum) await copy(within(from, name), within(to, name), flags.has('P'));
  if (!flags.has('d')) return;
  for (const name of target.keys()) {
    if (source.has(name)) continue;
    console.error(`Removing ${within(to, name)}`);
    if (isUrl(to)) await removeObject(within(to, name));
    else fs.rmSync(within(to, name));
  }
}

async function forEachObject(places, recursive, work) {
  for (const place of places) {
    if (!isUrl(place)) fail(`not a gs:// url: ${place}`);
    const found = await expandUrl(place);
    if (found.length === 0) return fail(`No URLs matched: ${place}`);
    for (const { file, directory, files } of found) {
      if (!file && !recursive) fail(`${directory} is a directory; did you mean -r?`);
      for (const each of file ? [file] : (files ?? [])) await work(each);
    }
  }
}

async function main() {
  const words = process.argv.slice(2);
  while (words[0]?.startsWith('-')) {
    const option = words.shift();
    if (option === '-o' || option === '-h') words.shift();
  }
  const command = words.shift();
  const flags = new Set();
  while (/^-[A-Za-z]+$/.test(words[0] ?? '')) for (const flag of words.shift()?.slice(1) ?? '') flags.add(flag);
  const places = words.map((word) => (word.startsWith('file://') ? word.slice(7) : word));
  if (command === 'cp') await cp(flags, places);
  else if (command === 'rsync') await rsync(flags, places);
  else if (command === 'ls') await forEachObject(places, true, (file) => console.log(file));
  else if (command === 'cat')
    await forEachObject(places, false, async (file) => {
      process.stdout.write(((await readObject(file)) ?? fail(`No URLs matched: ${file}`)).bytes);
    });
  else if (command === 'rm') await forEachObject(places, isRecursive(flags), removeObject);
  else if (command === 'version') console.log('gsutil of pipewright');
  else fail(`gsutil ${command ?? ''} is not supported by this stand-in; supported are cp, rsync, ls, cat and rm`);
}

main().catch((error) => fail(error.cause?.message ?? error.message));
