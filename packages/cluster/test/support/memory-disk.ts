/**
 * A disk in memory that fails as disks do: it fills up, takes part of a write, fails or delays an operation, and forgets in a crash what
 * was not synced.
 *
 * A write that was not synced may survive a crash whole, in part or not at all. A failed sync may lose what was written since the last
 * one for good, though it can still be read, as on Linux.
 */

import type { Disk, DiskFile } from '../../src/storage/disk/disk.js';

/** An operation that is about to happen. */
export interface DiskOperation {
  readonly kind: 'open' | 'create' | 'write' | 'truncate' | 'datasync' | 'rename' | 'remove' | 'syncDirectory';
  /** The file; `''` for the directory. */
  readonly name: string;
}

type Mutation =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly size: number };

/** Draws an integer from 0 to `limit`, without `limit`. */
export type Choose = (limit: number) => number;

/** An error as the system gives it. */
export const diskError = (code: string, name: string): Error =>
  Object.assign(new Error(`${code}: injected, '/data/${name}'`), { code });

/** Resolves when everything that a disk in memory can do by then has been done. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Inode {
  cached: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  unsynced: Mutation[] = [];

  change(mutation: Mutation): void {
    this.cached = changed(this.cached, mutation);
    this.unsynced.push(mutation);
  }

  /** Keeps what was changed since the last sync, but not what a failed one has lost. */
  sync(): void {
    for (const mutation of this.unsynced) this.durable = changed(this.durable, mutation);
    this.unsynced = [];
  }

  /** What a crash leaves of what was not synced. */
  settle(choose: Choose): void {
    for (const mutation of this.unsynced) {
      const fate = choose(3);
      if (fate === 0) continue;
      const isTorn = fate === 1 && mutation.kind === 'write';
      this.durable = changed(
        this.durable,
        isTorn ? { ...mutation, bytes: mutation.bytes.subarray(0, choose(mutation.bytes.length)) } : mutation,
      );
    }
    this.unsynced = [];
  }
}

function changed(content: Buffer, mutation: Mutation): Buffer {
  if (mutation.kind === 'truncate') {
    const result = Buffer.alloc(mutation.size);
    content.copy(result);
    return result;
  }
  const { position, bytes } = mutation;
  const result = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(result);
  bytes.copy(result, position);
  return result;
}

/** The disk. Without faults it works as it should. */
export class MemoryDisk implements Disk {
  readonly path = '/data';
  /** Called before each operation: throws to make it fail, and may wait. */
  before: (operation: DiskOperation) => Promise<void> | void = () => undefined;
  /** How many bytes there is room for. */
  capacity = Number.POSITIVE_INFINITY;
  /** Decides what a failed sync loses, and how much of a write is taken at once. */
  choose: Choose = () => 2;
  /** The most bytes that one write takes. */
  writeBytes = Number.POSITIVE_INFINITY;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #unsyncedNames: ((names: Map<string, Inode>) => void)[] = [];

  /** Returns the disk as a crash leaves it. */
  crashed(choose: Choose): MemoryDisk {
    const left = new MemoryDisk();
    const names = new Map(this.#durableNames);
    for (const change of this.#unsyncedNames.slice(0, choose(this.#unsyncedNames.length + 1))) change(names);
    for (const [name, inode] of names) {
      inode.settle(choose);
      left.replace(name, inode.durable);
    }
    return left;
  }

  /** Returns a disk with the same files. */
  copy(): MemoryDisk {
    const made = new MemoryDisk();
    for (const [name, { cached }] of this.#names) made.replace(name, cached);
    return made;
  }

  /** The names of all files, in order. */
  names(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  /** The content of a file. */
  content(name: string): Buffer {
    return this.#find(name).cached;
  }

  /** Puts a file there, durably, whatever the engine thinks of it. */
  replace(name: string, content: Buffer | string): void {
    const inode = new Inode();
    inode.cached = inode.durable = Buffer.from(content);
    this.#names.set(name, inode);
    this.#durableNames.set(name, inode);
  }

  /** Takes a file away. */
  take(name: string): void {
    this.#names.delete(name);
    this.#durableNames.delete(name);
  }

  async list(): Promise<readonly string[]> {
    return this.names();
  }

  async open(name: string): Promise<DiskFile> {
    await this.before({ kind: 'open', name });
    return this.#file(name, this.#find(name));
  }

  async create(name: string): Promise<DiskFile> {
    await this.before({ kind: 'create', name });
    const known = this.#names.get(name);
    known?.change({ kind: 'truncate', size: 0 });
    const inode = known ?? new Inode();
    if (!known) this.#rename((names) => names.set(name, inode));
    return this.#file(name, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.before({ kind: 'rename', name: from });
    const inode = this.#find(from);
    this.#rename((names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  async remove(name: string): Promise<void> {
    await this.before({ kind: 'remove', name });
    this.#rename((names) => names.delete(name));
  }

  async syncDirectory(): Promise<void> {
    await this.before({ kind: 'syncDirectory', name: '' });
    this.#unsyncedNames = [];
    this.#durableNames = new Map(this.#names);
  }

  #rename(change: (names: Map<string, Inode>) => void): void {
    change(this.#names);
    this.#unsyncedNames.push(change);
  }

  #find(name: string): Inode {
    const inode = this.#names.get(name);
    if (!inode) throw diskError('ENOENT', name);
    return inode;
  }

  #file(name: string, inode: Inode): DiskFile {
    return {
      size: async () => inode.cached.length,
      read: async (buffer, position) =>
        inode.cached.copy(buffer, 0, Math.min(position, inode.cached.length), position + buffer.byteLength),
      write: async (bytes, position) => {
        await this.before({ kind: 'write', name });
        const count = Math.min(bytes.byteLength, this.writeBytes, this.#room(inode, position));
        if (count <= 0) throw diskError('ENOSPC', name);
        inode.change({ kind: 'write', position, bytes: Buffer.from(bytes.subarray(0, count)) });
        return count;
      },
      truncate: async (size) => {
        await this.before({ kind: 'truncate', name });
        inode.change({ kind: 'truncate', size });
      },
      datasync: async () => {
        try {
          await this.before({ kind: 'datasync', name });
        } catch (cause) {
          inode.settle(this.choose);
          throw cause;
        }
        inode.sync();
      },
      close: async () => undefined,
    };
  }

  /** How many bytes may be written at a position of a file. */
  #room(inode: Inode, position: number): number {
    const used = [...this.#names.values()].reduce((sum, { cached }) => sum + cached.length, 0);
    return this.capacity - used + Math.max(0, inode.cached.length - position);
  }
}
