/** Access to the files of a saved image: in a directory (OCI layout), or in a tar archive, which is read by seeking. */

import { closeSync, createReadStream, fstatSync, lstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import { BLOCK, TarHeaders } from './tar-header.js';
import { padding } from './tar-stream.js';

/** Files by name. */
export interface Blobs {
  /** @returns the size; undefined if the file does not exist */
  readonly size: (name: string) => number | undefined;
  /** Reads a small document. Throws an `ImageError` if it is missing or too large. */
  readonly read: (name: string) => Buffer;
  readonly stream: (name: string) => AsyncIterable<Buffer>;
}

/** Maximum size in bytes of a manifest, index or configuration; registries accept at most 4 MiB. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** Maximum number of files in an image archive; far above the number of layers of any real image. */
const MAX_FILES = 100_000;

/** Returns the files below a directory. Names come from the format, never from a user. */
export function blobsInDirectory(directory: string): Blobs {
  const size = (name: string): number | undefined => {
    const stats = lstatSync(join(directory, name), { throwIfNoEntry: false });
    return stats?.isFile() === true ? stats.size : undefined;
  };
  return {
    size,
    read: (name) => {
      requireDocument(name, size(name));
      return readFileSync(join(directory, name));
    },
    stream: (name) => createReadStream(join(directory, name)),
  };
}

interface Span {
  readonly start: number;
  readonly size: number;
}

/** Returns the files in a tar archive. Reads only its headers. */
export function blobsInArchive(file: string): Blobs {
  const spans = indexOf(file);
  return {
    size: (name) => spans.get(name)?.size,
    read: (name) => {
      const span = spans.get(name);
      requireDocument(name, span?.size);
      return withFile(file, (fd) => bytesAt(fd, span?.start ?? 0, span?.size ?? 0));
    },
    stream: (name) => {
      const { start, size } = spans.get(name) ?? { start: 0, size: 0 };
      return size === 0 ? nothing() : createReadStream(file, { start, end: start + size - 1 });
    },
  };
}

async function* nothing(): AsyncGenerator<Buffer> {
  // no bytes
}

function requireDocument(name: string, size: number | undefined): void {
  if (size === undefined) throw new ImageError(`has no ${name}`, RECREATE_ARCHIVE);
  if (size > MAX_DOCUMENT_BYTES)
    throw new ImageError(
      `has a ${name} of ${String(size)} bytes; at most ${String(MAX_DOCUMENT_BYTES)} are read`,
      RECREATE_ARCHIVE,
    );
}

/**
 * Returns the offset and size of each file's content. Follows links, with which docker avoids storing a layer twice.
 */
function indexOf(file: string): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  const links = new Map<string, string>();
  withFile(file, (fd) => {
    const length = fstatSync(fd).size;
    requireUncompressed(bytesAt(fd, 0, Math.min(length, BLOCK)), file);
    const headers = new TarHeaders();
    for (let at = 0; at + BLOCK <= length;) {
      const header = headers.read(bytesAt(fd, at, BLOCK));
      at += BLOCK;
      if (header.kind === 'end') break;
      const size = header.kind === 'entry' ? header.entry.size : header.size;
      if (at + size > length) throw new ImageError('ends in the middle of an entry', RECREATE_ARCHIVE);
      if (header.kind === 'metadata') header.apply(bytesAt(fd, at, size));
      else {
        const { kind, path, target } = header.entry;
        const name = posix.normalize(path);
        if (kind === 'file') spans.set(name, { start: at, size });
        if (kind === 'symlink') links.set(name, posix.join(posix.dirname(name), target));
        if (kind === 'hardlink') links.set(name, posix.normalize(target));
      }
      if (spans.size + links.size > MAX_FILES)
        throw new ImageError(
          `has more than ${String(MAX_FILES)} files`,
          'use an image archive: an image has at most some dozens of files',
        );
      at += size + padding(size);
    }
  });
  for (const [name, target] of links) {
    const span = spans.get(target);
    if (span !== undefined && !spans.has(name)) spans.set(name, span);
  }
  return spans;
}

function requireUncompressed(start: Buffer, file: string): void {
  const magic = start.toString('hex', 0, 4);
  if (magic.startsWith('1f8b')) throw new ImageError('is compressed with gzip', `decompress it: gunzip ${file}`);
  if (magic === '28b52ffd') throw new ImageError('is compressed with zstd', `decompress it: zstd -d ${file}`);
}

function withFile<T>(file: string, use: (fd: number) => T): T {
  const fd = openSync(file, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function bytesAt(fd: number, start: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let done = 0; done < size;) {
    const read = readSync(fd, bytes, done, size - done, start + done);
    if (read === 0) throw new ImageError('ends in the middle of an entry', RECREATE_ARCHIVE);
    done += read;
  }
  return bytes;
}
