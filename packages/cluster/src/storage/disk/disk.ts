/**
 * The files of one data directory, as the storage uses them.
 *
 * Separate from `node:fs` so that tests can simulate a disk: short writes, a full disk, failed and lost syncs, crashes.
 * A write is durable after `datasync` of its file; a created, renamed or removed name after `syncDirectory`.
 */

import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { withPath } from '../../platform/disk-failure.js';

/** One open file. Positions are in bytes from the start of the file. */
export interface DiskFile {
  /** Returns the size in bytes. */
  size(): Promise<number>;
  /** Reads into a buffer; returns the number of bytes read, which may be less than its size. 0 means end of file. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes bytes; returns the number of bytes written, which may be less than given. Rejects if none were written. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Truncates the file to a size in bytes, or extends it with zeros. */
  truncate(size: number): Promise<void>;
  /** Makes all writes so far durable. After a rejection, the state of writes since the last success is unknown. */
  datasync(): Promise<void>;
  /** Closes the file. Does not make anything durable. */
  close(): Promise<void>;
}

/** A directory of files. Names contain no separators. */
export interface Disk {
  /** The path of the directory, for messages. */
  readonly path: string;
  /** Returns the names of all files, in no particular order. */
  list(): Promise<readonly string[]>;
  /** Opens an existing file for reading and writing. Rejects with ENOENT if it does not exist. */
  open(name: string): Promise<DiskFile>;
  /** Creates or truncates a file for reading and writing, readable only by its owner. */
  create(name: string): Promise<DiskFile>;
  /** Renames a file, replacing any file with the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; succeeds if it does not exist. */
  remove(name: string): Promise<void>;
  /** Makes created, renamed and removed names durable. */
  syncDirectory(): Promise<void>;
}

/** Returns a disk that uses the file system. The directory must exist. Errors contain the path of the file. */
export function systemDisk(directory: string): Disk {
  const pathOf = (name: string): string => join(directory, name);
  const opened = async (name: string, flags: 'r+' | 'w+'): Promise<DiskFile> =>
    systemFile(await open(pathOf(name), flags, 0o600), pathOf(name));
  return {
    path: directory,
    list: () => readdir(directory),
    open: (name) => opened(name, 'r+'),
    create: (name) => opened(name, 'w+'),
    rename: (from, to) => rename(pathOf(from), pathOf(to)),
    remove: (name) => rm(pathOf(name), { force: true }),
    syncDirectory: async () => {
      const handle = await open(directory, 'r');
      try {
        await handle.datasync();
      } finally {
        await handle.close();
      }
    },
  };
}

function systemFile(handle: FileHandle, path: string): DiskFile {
  const named = async <T>(result: Promise<T>): Promise<T> => {
    try {
      return await result;
    } catch (cause) {
      throw withPath(cause, path);
    }
  };
  return {
    size: async () => (await named(handle.stat())).size,
    read: async (buffer, position) => (await named(handle.read(buffer, 0, buffer.byteLength, position))).bytesRead,
    write: async (bytes, position) => (await named(handle.write(bytes, 0, bytes.byteLength, position))).bytesWritten,
    truncate: (size) => named(handle.truncate(size)),
    datasync: async () => {
      const [{ nlink }] = await named(Promise.all([handle.stat(), handle.datasync()]));
      if (nlink === 0) throw removed(path); // an unlinked file is lost when the process exits
    },
    close: () => named(handle.close()),
  };
}

const removed = (path: string): Error =>
  Object.assign(new Error(`ENOENT: the file was removed while it was in use '${path}'`), { code: 'ENOENT', path });

/** Writes all bytes, in several writes if necessary. */
export async function writeFully(file: DiskFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.byteLength;) {
    const count = await file.write(bytes.subarray(written), position + written);
    if (count <= 0) throw new Error('the disk has written nothing and reports no error');
    written += count;
  }
}

/** Reads at most `limit` bytes from the start of a file. */
export async function readUpTo(file: DiskFile, limit: number): Promise<Buffer> {
  const buffer = Buffer.alloc(limit);
  let filled = 0;
  while (filled < limit) {
    const count = await file.read(buffer.subarray(filled), filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Returns the path of a file, for messages. */
export const pathOn = (disk: Disk, name: string): string => join(disk.path, name);
