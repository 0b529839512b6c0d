/**
 * The build-gcs input: fetches an archive, or the files that a manifest lists, from Google Cloud Storage, and unpacks.
 *
 * Only what anyone may read, as in Tekton, so the store's JSON API is asked without an account. Nothing is written outside
 * the directory, whatever names and links an archive holds or the directory has; devices, other owners and set-user-ID bits are
 * not unpacked.
 */

import { BUCKETS_FILE, nodeCommand } from './node-text.js';
import { compact } from './compact.js';

const SCRIPT = compact(String.raw`
  const { spawnSync } = require('node:child_process'), { createHash } = require('node:crypto'), { inflateRawSync } = require('node:zlib')
  const { pipeline } = require('node:stream/promises'), { tmpdir } = require('node:os')
  const [type, location, dir, bucketsFile] = words
  const buckets = fs.existsSync(bucketsFile) ? JSON.parse(fs.readFileSync(bucketsFile, 'utf8')) : {}
  function placeOf(url) {
    const [, bucket, object, generation] = /^(?:gs:\/\/|https:\/\/storage\.googleapis\.com\/)([^\/#]+)\/([^#]+)(?:#(\d+))?$/.exec(url) ?? fail(url + ' is not a file in a bucket; write gs://bucket/path')
    const base = buckets[bucket] ?? 'https://storage.googleapis.com'
    return base + '/storage/v1/b/' + encodeURIComponent(bucket) + '/o/' + encodeURIComponent(object) + '?alt=media' + (generation ? '&generation=' + generation : '')
  }
  async function download(url, file) {
    fs.mkdirSync(dirname(file), { recursive: true })
    await pipeline((await ask(placeOf(url))).body ?? [], fs.createWriteStream(file))
  }
  function inside(name) {
    const path = resolve(dir, name), within = (at, top) => at === top || at.startsWith(top + sep)
    let there = path, real
    while (within(there, resolve(dir)) && !fs.lstatSync(there, { throwIfNoEntry: false })) there = dirname(there)
    try { real = fs.realpathSync(there) } catch { real = '' }
    if (!within(path, resolve(dir)) || !within(real, fs.realpathSync(dir))) fail(JSON.stringify(name) + ' lies outside the directory that the archive belongs to')
    return path
  }
  function put(name, content, mode) {
    const path = inside(name)
    fs.mkdirSync(dirname(path), { recursive: true })
    fs.writeFileSync(path, content)
    if (mode) fs.chmodSync(path, mode)
  }
  function inflated(name, bytes, size) {
    try { return inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) }) }
    catch (cause) { return fail(JSON.stringify(name) + (cause.code === 'ERR_BUFFER_TOO_LARGE' ? ' is larger than the archive says' : ' cannot be unpacked: ' + cause.message)) }
  }
  function unzip(file) {
    const fd = fs.openSync(file), size = fs.fstatSync(fd).size
    const read = (at, length) => { const bytes = Buffer.alloc(length); fs.readSync(fd, bytes, 0, length, at); return bytes }
    const tail = read(Math.max(0, size - 65557), Math.min(size, 65557)), end = tail.lastIndexOf('PK\x05\x06')
    if (end < 0) fail(location + ' is no zip archive')
    const count = tail.readUInt16LE(end + 10), start = tail.readUInt32LE(end + 16)
    if (count === 0xffff || start === 0xffffffff) fail(location + ' is a zip64 archive, which is not read; use TarGzArchive')
    const list = read(start, tail.readUInt32LE(end + 12))
    for (let at = 0, i = 0; i < count; i++) {
      const method = list.readUInt16LE(at + 10), packed = list.readUInt32LE(at + 20), unpackedSize = list.readUInt32LE(at + 24), nameLength = list.readUInt16LE(at + 28)
      const name = list.toString('utf8', at + 46, at + 46 + nameLength), mode = list.readUInt32LE(at + 38) >>> 16
      const local = list.readUInt32LE(at + 42), header = read(local, 30)
      at += 46 + nameLength + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32)
      if (name.endsWith('/')) { fs.mkdirSync(inside(name), { recursive: true }); continue }
      if ((mode & 0o170000) === 0o120000) fail(JSON.stringify(name) + ' is a symbolic link, which is not unpacked from a zip archive')
      const bytes = read(local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), packed)
      if (method !== 0 && method !== 8) fail(JSON.stringify(name) + ' is packed in a way that is not read (' + method + ')')
      put(name, method === 8 ? inflated(name, bytes, unpackedSize) : bytes, mode & 0o777)
    }
    return count
  }
  function specialIn(directory) {
    return fs.readdirSync(directory, { withFileTypes: true }).flatMap((it) => {
      const path = join(directory, it.name)
      return it.isDirectory() ? specialIn(path) : it.isFile() || it.isSymbolicLink() ? [] : [path]
    })
  }
  async function byManifest(file) {
    const entries = Object.entries(JSON.parse(fs.readFileSync(file, 'utf8')))
    for (const [name, { sourceUrl, sha1Sum, mode }] of entries) {
      const path = inside(name)
      await download(sourceUrl, path)
      const sum = createHash('sha1').update(fs.readFileSync(path)).digest('hex')
      if (sha1Sum && sum !== sha1Sum.toLowerCase()) fail(name + ' has the SHA-1 ' + sum + ', but the manifest says ' + sha1Sum)
      if (mode) fs.chmodSync(path, mode & 0o777)
    }
    return entries.length
  }
  async function main() {
    const work = fs.mkdtempSync(join(tmpdir(), 'archive-')), file = join(work, 'file')
    await download(location, file)
    fs.mkdirSync(dir, { recursive: true })
    if (type === 'TarGzArchive') {
      const { status, stderr, error } = spawnSync('tar', ['--no-same-permissions', '-xzof', file, '-C', dir], { encoding: 'utf8' })
      if (status !== 0) fail(location + ' could not be unpacked: ' + (error?.message ?? stderr.trim()))
      const special = specialIn(dir)
      for (const path of special) fs.rmSync(path)
      if (special.length > 0) fail(location + ' holds ' + JSON.stringify(special[0]) + ', which is a device or a pipe')
    } else if (type === 'Manifest') log('info', 'fetched ' + (await byManifest(file)) + ' files')
    else log('info', 'unpacked ' + unzip(file) + ' entries')
    fs.rmSync(work, { recursive: true })
    log('info', 'Successfully fetched ' + location + ' to ' + dir)
  }
  main().catch((cause) => fail(cause.message))
`);

/** What to fetch, and where to. */
export interface Archive {
  /** `ZipArchive` (`Archive` is its old name), `TarGzArchive` or `Manifest`. */
  readonly type: string;
  /** `gs://bucket/path`, with `#generation` for one version of it. */
  readonly location: string;
  readonly path: string;
  /** Another file than {@link BUCKETS_FILE}; for tests that run the text outside a pod. */
  readonly buckets?: string;
}

/** @returns command and arguments of the step */
export const fetchArchive = ({ type, location, path, buckets = BUCKETS_FILE }: Archive): readonly string[] =>
  nodeCommand(SCRIPT, [type, location, path, buckets]);
