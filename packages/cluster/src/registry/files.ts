/**
 * The file store of a registry: in memory, or in a directory.
 *
 * Paths use `/` and consist of validated names (names.ts), so they need no further checks.
 */

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readdir, rename, rm, stat, writeFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { withPath } from '../platform/disk-failure.js';

/** A range of a file; both ends are inclusive, as in HTTP. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** A file store. A path that does not exist has no size and no entries, and may be removed. */
export interface FileStore {
  size(path: string): Promise<number | undefined>;
  read(path: string): Promise<Uint8Array | undefined>;
  /** Opens a file; the caller has checked that it exists. */
  open(path: string, range: Range): ReadableStream<Uint8Array>;
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Replaces a file atomically. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  move(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Returns the names directly below `path`, sorted by their bytes. */
  list(path: string): Promise<readonly string[]>;
}

/** Creates a file store in memory. */
export function memoryFileStore(): FileStore {
  const files = new Map<string, Uint8Array[]>();
  const whole = (path: string): Uint8Array | undefined => {
    const chunks = files.get(path);
    if (!chunks) return undefined;
    const [only] = chunks;
    if (only && chunks.length === 1) return only;
    const joined = Buffer.concat(chunks);
    files.set(path, [joined]);
    return joined;
  };
  return {
    size: async (path) => files.get(path)?.reduce((sum, chunk) => sum + chunk.byteLength, 0),
    read: async (path) => whole(path),
    open: (path, { first, last }) => streamOf((whole(path) ?? new Uint8Array()).subarray(first, last + 1)),
    append: async (path, bytes) => {
      const chunks = files.get(path);
      if (chunks) chunks.push(bytes);
      else files.set(path, [bytes]);
    },
    put: async (path, bytes) => void files.set(path, [bytes]),
    move: async (from, to) => {
      const chunks = files.get(from);
      if (chunks) files.set(to, chunks);
      files.delete(from);
    },
    remove: async (path) => {
      for (const key of files.keys()) if (key === path || key.startsWith(`${path}/`)) files.delete(key);
    },
    list: async (path) => {
      const below = [...files.keys()].filter((key) => key.startsWith(`${path}/`));
      return [...new Set(below.map((key) => key.slice(path.length + 1).split('/')[0] ?? ''))].sort();
    },
  };
}

/** Creates a file store in `directory`, which is created on the first write. */
export function diskFileStore(directory: string): FileStore {
  const at = (path: string): string => join(directory, path);
  const ready = async (path: string): Promise<string> => {
    await mkdir(dirname(at(path)), { recursive: true, mode: 0o700 });
    return at(path);
  };
  return {
    size: async (path) => (await present(stat(at(path))))?.size,
    read: (path) => present(readFile(at(path))),
    open: (path, { first, last }) =>
      last < first
        ? streamOf(new Uint8Array())
        : // Node's declaration of web streams and the global one differ by name alone.
          (Readable.toWeb(createReadStream(at(path), { start: first, end: last })) as ReadableStream<Uint8Array>),
    append: async (path, bytes) => {
      const target = await ready(path);
      await appendFile(target, bytes).catch(naming(target));
    },
    put: async (path, bytes) => {
      const target = await ready(path);
      const fresh = `${target}.${randomUUID()}.new`;
      try {
        await writeFile(fresh, bytes).catch(naming(target));
        await rename(fresh, target);
      } catch (cause) {
        // Remove the partial file, which would stay on a full disk; report the first error.
        await rm(fresh, { force: true }).catch(() => undefined);
        throw cause;
      }
    },
    move: async (from, to) => rename(at(from), await ready(to)),
    remove: (path) => rm(at(path), { recursive: true, force: true }),
    list: async (path) => ((await present(readdir(at(path)))) ?? []).filter((name) => !name.endsWith('.new')).sort(),
  };
}

const naming =
  (path: string) =>
  (cause: unknown): never => {
    throw withPath(cause, path);
  };

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

async function present<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw cause;
  }
}

const isMissing = (cause: unknown): boolean =>
  typeof cause === 'object' &&
  cause !== null &&
  'code' in cause &&
  (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
