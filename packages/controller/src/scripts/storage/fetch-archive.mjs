/**
 * Fetches an archive, or the files that a manifest lists, from Google Cloud Storage and unpacks it: TYPE LOCATION DIRECTORY
 * BUCKETS_FILE. TYPE is ZipArchive (or Archive), TarGzArchive or Manifest.
 *
 * Only public objects, as in Tekton, so it sends no credentials to the store's JSON API. It writes nothing outside DIRECTORY, with
 * any names and links in the archive or in DIRECTORY, and does not unpack devices, owners and set-user-ID bits.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inflateRawSync } from 'node:zlib';
import { fail, inDirectory, log, readJson, request } from '../library/http.mjs';

const [type, location, directory, bucketsFile] = process.argv.slice(1);
const buckets = fs.existsSync(bucketsFile) ? readJson(bucketsFile) : {};

function objectUrl(url) {
  const [, bucket, object, generation] =
    /^(?:gs:\/\/|https:\/\/storage\.googleapis\.com\/)([^/#]+)\/([^#]+)(?:#(\d+))?$/.exec(url) ??
    fail(`${url} is not a file in a bucket; write gs://bucket/path`);
  const base = buckets[bucket] ?? 'https://storage.googleapis.com';
  const name = `${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}`;
  return `${base}/storage/v1/b/${name}?alt=media${generation ? `&generation=${generation}` : ''}`;
}

async function download(url, file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const { body } = await request(objectUrl(url));
  await pipeline(body ?? [], fs.createWriteStream(file));
}

const isWithin = (file, top) => file === top || file.startsWith(top + path.sep);

/** The path of an entry. Fails if the entry, or a link on its way, leads out of the directory. */
function pathOf(name) {
  const file = path.resolve(directory, name);
  const top = path.resolve(directory);
  let existing = file;
  let real = '';
  while (isWithin(existing, top) && !fs.lstatSync(existing, { throwIfNoEntry: false }))
    existing = path.dirname(existing);
  try {
    real = fs.realpathSync(existing);
  } catch {
    // a link to nothing
  }
  if (!isWithin(file, top) || !isWithin(real, fs.realpathSync(directory)))
    fail(`${JSON.stringify(name)} lies outside the directory that the archive belongs to`);
  return file;
}

function inflate(name, bytes, size) {
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    const isLarger = error.code === 'ERR_BUFFER_TOO_LARGE';
    return fail(
      JSON.stringify(name) + (isLarger ? ' is larger than the archive says' : ` cannot be unpacked: ${error.message}`),
    );
  }
}

/** Unpacks a zip archive by its central directory. */
function unzip(archive) {
  const fd = fs.openSync(archive, 'r');
  const { size } = fs.fstatSync(fd);
  const read = (at, length) => {
    const bytes = Buffer.alloc(length);
    fs.readSync(fd, bytes, 0, length, at);
    return bytes;
  };
  const tail = read(Math.max(0, size - 65557), Math.min(size, 65557));
  const end = tail.lastIndexOf('PK\x05\x06');
  if (end < 0) fail(`${location} is not a zip archive`);
  const count = tail.readUInt16LE(end + 10);
  const start = tail.readUInt32LE(end + 16);
  if (count === 0xffff || start === 0xffffffff)
    fail(`${location} is a zip64 archive, which is not read; use TarGzArchive`);
  const list = read(start, tail.readUInt32LE(end + 12));
  for (let at = 0, entry = 0; entry < count; entry++) {
    const nameLength = list.readUInt16LE(at + 28);
    const name = list.toString('utf8', at + 46, at + 46 + nameLength);
    unzipEntry(name, list.subarray(at, at + 46), read);
    at += 46 + nameLength + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32);
  }
  return count;
}

function unzipEntry(name, header, read) {
  const method = header.readUInt16LE(10);
  const mode = header.readUInt32LE(38) >>> 16;
  if (name.endsWith('/')) return void fs.mkdirSync(pathOf(name), { recursive: true });
  if ((mode & 0o170000) === 0o120000)
    fail(`${JSON.stringify(name)} is a symbolic link, which is not unpacked from a zip archive`);
  if (method !== 0 && method !== 8) fail(`${JSON.stringify(name)} is packed in a way that is not read (${method})`);
  const offset = header.readUInt32LE(42);
  const local = read(offset, 30);
  const packed = read(offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), header.readUInt32LE(20));
  const content = method === 8 ? inflate(name, packed, header.readUInt32LE(24)) : packed;
  const file = pathOf(name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
  if (mode & 0o777) fs.chmodSync(file, mode & 0o777);
}

const specialFiles = (top) =>
  fs.readdirSync(top, { withFileTypes: true }).flatMap((entry) => {
    const file = inDirectory(top, entry.name);
    if (entry.isDirectory()) return specialFiles(file);
    return entry.isFile() || entry.isSymbolicLink() ? [] : [file];
  });

function untar(archive) {
  const args = ['--no-same-permissions', '-xzof', archive, '-C', directory];
  const { status, stderr, error } = spawnSync('tar', args, { encoding: 'utf8' });
  if (status !== 0) fail(`${location} could not be unpacked: ${error?.message ?? stderr.trim()}`);
  const special = specialFiles(directory);
  for (const file of special) fs.rmSync(file);
  if (special.length > 0) fail(`${location} holds ${JSON.stringify(special[0])}, which is a device or a pipe`);
}

async function fetchFiles(manifest) {
  const entries = Object.entries(readJson(manifest));
  for (const [name, { sourceUrl, sha1Sum, mode }] of entries) {
    const file = pathOf(name);
    await download(sourceUrl, file);
    const sum = createHash('sha1').update(fs.readFileSync(file)).digest('hex');
    if (sha1Sum && sum !== sha1Sum.toLowerCase())
      fail(`${name} has the SHA-1 ${sum}, but the manifest says ${sha1Sum}`);
    if (mode) fs.chmodSync(file, mode & 0o777);
  }
  return entries.length;
}

async function main() {
  const work = fs.mkdtempSync(inDirectory(os.tmpdir(), 'archive-'));
  const file = inDirectory(work, 'file');
  await download(location, file);
  fs.mkdirSync(directory, { recursive: true });
  if (type === 'TarGzArchive') untar(file);
  else if (type === 'Manifest') log('info', `fetched ${await fetchFiles(file)} files`);
  else log('info', `unpacked ${unzip(file)} entries`);
  fs.rmSync(work, { recursive: true });
  log('info', `Successfully fetched ${location} to ${directory}`);
}

main().catch((error) => fail(error.message));
