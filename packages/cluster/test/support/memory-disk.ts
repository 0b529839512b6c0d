/**
 * An in-memory disk that simulates failures: a full disk, short writes, failed or delayed operations, and the loss of
 * unsynced data in a crash.
 *
 * An unsynced write may survive a crash completely, partly or not at all. After a failed sync, data written since the
 * last sync may be lost permanently, although it can still be read, as on Linux.
 */

import type { Disk, DiskFile } from '../../src/storage/disk/disk.js';

/** A pending operation. */
export interface DiskOperation {
  readonly kind: 'open' | 'create' | 'write' | 'truncate' | 'datasync' | 'rename' | 'remove' | 'syncDirectory';
  /** The file; `''` for the directory. */
  readonly name: string;
}

type Mutation =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly size: number };

/** Chooses an integer from 0 to `limit` - 1. */
export type Choose = (limit: number) => number;

/** Creates an error like those of the system. */
export const diskError = (code: string, name: string): Error =>
  Object.assign(new Error(`${code}: injected, '/data/${name}'`), { code });

/** Resolves when all pending operations of in-memory disks have been processed. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Inode {
  cached: Buffer = Buffer.alloc(0);
  durable: Buffer = Buffer.alloc(0);
  unsynced: Mutation[] = [];

  change(mutation: Mutation): void {
    this.cached = changed(this.cached, mutation);
    this.unsynced.push(mutation);
  }

  /** Makes changes since the last sync durable, except for data that a failed sync lost. */
  sync(): void {
    for (const mutation of this.unsynced) this.durable = changed(this.durable, mutation);
    this.unsynced = [];
  }

  /** Applies the effect of a crash on unsynced data. */
  loseUnsynced(choose: Choose): void {
    for (const mutation of this.unsynced) {
      const effect = choose(3);
      if (effect === 0) continue;
      const isTorn = effect === 1 && mutation.kind === 'write';
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

/** The disk. Works without failures by default. */
export class MemoryDisk implements Disk {
  readonly path = '/data';
  /** Called before each operation. Can throw to make the operation fail, or wait to delay it. */
  beforeOperation: (operation: DiskOperation) => Promise<void> | void = () => undefined;
  /** The capacity in bytes. */
  capacity = Number.POSITIVE_INFINITY;
  /** Decides which data a failed sync loses, and the length of short writes. */
  choose: Choose = () => 2;
  /** The maximum number of bytes per write. */
  writeBytes = Number.POSITIVE_INFINITY;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #unsyncedNames: ((names: Map<string, Inode>) => void)[] = [];

  /** Returns the disk as it is after a crash. */
  afterCrash(choose: Choose): MemoryDisk {
    const remaining = new MemoryDisk();
    const names = new Map(this.#durableNames);
    for (const change of this.#unsyncedNames.slice(0, choose(this.#unsyncedNames.length + 1))) change(names);
    for (const [name, inode] of names) {
      inode.loseUnsynced(choose);
      remaining.replace(name, inode.durable);
    }
    return remaining;
  }

  /** Returns a copy of the disk. */
  copy(): MemoryDisk {
    const created = new MemoryDisk();
    for (const [name, { cached }] of this.#names) created.replace(name, cached);
    return created;
  }

  /** Returns the names of all files, sorted. */
  names(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  /** Returns the content of a file. */
  content(name: string): Buffer {
    return this.#find(name).cached;
  }

  /** Replaces a file durably, without the storage. */
  replace(name: string, content: Buffer | string): void {
    const inode = new Inode();
    inode.cached = inode.durable = Buffer.from(content);
    this.#names.set(name, inode);
    this.#durableNames.set(name, inode);
  }

  /** Removes a file. */
  delete(name: string): void {
    this.#names.delete(name);
    this.#durableNames.delete(name);
  }

  async list(): Promise<readonly string[]> {
    return this.names();
  }

  async open(name: string): Promise<DiskFile> {
    await this.beforeOperation({ kind: 'open', name });
    return this.#file(name, this.#find(name));
  }

  async create(name: string): Promise<DiskFile> {
    await this.beforeOperation({ kind: 'create', name });
    const existing = this.#names.get(name);
    existing?.change({ kind: 'truncate', size: 0 });
    const inode = existing ?? new Inode();
    if (!existing) this.#rename((names) => names.set(name, inode));
    return this.#file(name, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.beforeOperation({ kind: 'rename', name: from });
    const inode = this.#find(from);
    this.#rename((names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  async remove(name: string): Promise<void> {
    await this.beforeOperation({ kind: 'remove', name });
    this.#rename((names) => names.delete(name));
  }

  async syncDirectory(): Promise<void> {
    await this.beforeOperation({ kind: 'syncDirectory', name: '' });
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
        await this.beforeOperation({ kind: 'write', name });
        const count = Math.min(bytes.byteLength, this.writeBytes, this.#room(inode, position));
        if (count <= 0) throw diskError('ENOSPC', name);
        inode.change({ kind: 'write', position, bytes: Buffer.from(bytes.subarray(0, count)) });
        return count;
      },
      truncate: async (size) => {
        await this.beforeOperation({ kind: 'truncate', name });
        inode.change({ kind: 'truncate', size });
      },
      datasync: async () => {
        try {
          await this.beforeOperation({ kind: 'datasync', name });
        } catch (cause) {
          inode.loseUnsynced(this.choose);
          throw cause;
        }
        inode.sync();
      },
      close: async () => undefined,
    };
  }

  /** Returns the number of bytes that can be written at a position of a file. */
  #room(inode: Inode, position: number): number {
    const used = [...this.#names.values()].reduce((sum, { cached }) => sum + cached.length, 0);
    return this.capacity - used + Math.max(0, inode.cached.length - position);
  }
}
