/**
 * A simulated disk, with faults decided by the seed.
 *
 *     engine ──Disk──▶ mount of one process ──scheduler──▶ names and files ──power loss──▶ durable content
 *
 * When a process is killed, each of its pending operations takes effect or not; the kernel keeps its completed writes. A power loss keeps
 * everything synced, and an arbitrary part of the rest.
 */

import type { Disk, DiskFile } from '@pipewright/cluster';
import type { SeededRandom } from './random.js';
import type { Owner, Scheduler } from './scheduler.js';
import { SimFile, type Bytes } from './sim-file.js';

/** Probabilities of faults, from 0 to 1, and delays. */
export interface DiskFaults {
  readonly shortWrite: number;
  readonly failedWrite: number;
  readonly failedRead: number;
  /** A read returns fewer bytes than are available. */
  readonly shortRead: number;
  /** A sync fails with EIO: the writes since the last one may never become durable. */
  readonly failedSync: number;
  /** A sync succeeds without effect. */
  readonly lostSync: number;
  /** The files whose syncs are lost, by the beginning of their names. */
  readonly lostSyncOf: 'directory' | 'log' | 'committed' | 'snapshot';
  /** EIO of create, open, rename, remove, truncate, list and the sync of the directory. */
  readonly failedName: number;
  /** The longest duration of an operation in milliseconds. */
  readonly latency: number;
  /** A sync takes up to a hundred times as long. */
  readonly stalledSync: number;
}

/** A disk without faults. */
export const NO_FAULTS: DiskFaults = {
  shortWrite: 0,
  failedWrite: 0,
  failedRead: 0,
  shortRead: 0,
  failedSync: 0,
  lostSync: 0,
  lostSyncOf: 'directory',
  failedName: 0,
  latency: 0.2,
  stalledSync: 0,
};

type NameChange =
  | { readonly kind: 'create'; readonly name: string; readonly file: SimFile }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly file: SimFile }
  | { readonly kind: 'remove'; readonly name: string };

/** The content of a disk, durable or not. */
export interface DiskImage {
  readonly names: ReadonlyMap<string, SimFile>;
  readonly durableNames: ReadonlyMap<string, SimFile>;
  readonly unsyncedNames: readonly NameChange[];
}

const DIRECTORY = '/data';

interface InFlight {
  readonly owner: Owner;
  readonly effect: () => void;
}

/** Returns an error like those of the platform. */
export const diskError = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${MESSAGES[code] ?? 'failed'}, '${path}'`), { code, path });

const MESSAGES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  EIO: 'i/o error',
};

/** The disk of one machine: one directory of files. */
export class SimDisk {
  /** Faults from now on. */
  faults: DiskFaults = NO_FAULTS;
  /** The size of the disk in bytes. */
  capacity = Infinity;
  /** Whether a sync has succeeded without effect. */
  hasLostSync = false;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  #names = new Map<string, SimFile>();
  #durableNames = new Map<string, SimFile>();
  #unsyncedNames: NameChange[] = [];
  readonly #inFlight = new Set<InFlight>();
  readonly #open = new Map<Owner, number>();
  #killing = false;

  /** @param image the initial content. @default - empty */
  constructor(scheduler: Scheduler, random: SeededRandom, image?: DiskImage) {
    this.#scheduler = scheduler;
    this.#random = random;
    if (image) this.restore(image);
  }

  /** The files by name. */
  get files(): ReadonlyMap<string, SimFile> {
    return this.#names;
  }

  /** Returns a copy of the content. */
  image(): DiskImage {
    return copyOf({ names: this.#names, durableNames: this.#durableNames, unsyncedNames: this.#unsyncedNames });
  }

  /** Replaces the content by a copy. */
  restore(image: DiskImage): void {
    const { names, durableNames, unsyncedNames } = copyOf(image);
    this.#names = new Map(names);
    this.#durableNames = new Map(durableNames);
    this.#unsyncedNames = [...unsyncedNames];
  }

  get used(): number {
    let bytes = 0;
    for (const file of this.#names.values()) bytes += file.size;
    return bytes;
  }

  /** How many files a process has open. */
  openFilesOf(owner: Owner): number {
    return this.#open.get(owner) ?? 0;
  }

  /** Returns the disk as one process uses it. */
  mount(owner: Owner): Disk {
    const path = DIRECTORY;
    const at = (name: string): string => `${path}/${name}`;
    const op = <T>(what: string, effect: () => T): Promise<T> => this.#operate(owner, what, effect);
    const named = <T>(what: string, name: string, effect: () => T): Promise<T> =>
      op(`${what} ${name}`, () => {
        this.#fail(this.faults.failedName, 'EIO', at(name));
        return effect();
      });
    const opened = (name: string, file: SimFile): DiskFile => {
      this.#open.set(owner, this.openFilesOf(owner) + 1);
      return this.#handle(owner, name, at(name), file);
    };
    return {
      path,
      list: () => named('list', '', () => [...this.#names.keys()]),
      open: (name) =>
        named('open', name, () => {
          const file = this.#names.get(name);
          if (!file) throw diskError('ENOENT', at(name));
          return opened(name, file);
        }),
      create: (name) => named('create', name, () => opened(name, this.#create(name, at(name)))),
      rename: (from, to) =>
        named('rename', `${from} to ${to}`, () => {
          const file = this.#names.get(from);
          if (!file) throw diskError('ENOENT', at(from));
          this.#change({ kind: 'rename', from, to, file });
        }),
      remove: (name) =>
        named('remove', name, () => {
          if (this.#names.has(name)) this.#change({ kind: 'remove', name });
        }),
      syncDirectory: () =>
        named('sync', 'directory', () => {
          if (this.#isLost(path)) return;
          this.#durableNames = new Map(this.#names);
          this.#unsyncedNames = [];
        }),
    };
  }

  /** Ends the operations of a killed process: each takes effect, or does not. */
  kill(owner: Owner): void {
    this.#killing = true;
    for (const operation of this.#inFlight) {
      if (operation.owner !== owner) continue;
      this.#inFlight.delete(operation);
      if (!this.#random.chance(0.5)) continue;
      try {
        operation.effect();
      } catch {
        // the process that would get the error is gone
      }
    }
    this.#killing = false;
    this.#open.delete(owner);
  }

  /** Drops non-durable content; every process has ended. */
  losePower(): void {
    for (const { owner } of [...this.#inFlight]) this.kill(owner);
    this.#open.clear();
    const files = new Set([...this.#names.values(), ...this.#durableNames.values()]);
    for (const file of files) file.losePower(this.#random);
    for (const change of this.#unsyncedNames) if (this.#random.chance(0.5)) applyName(this.#durableNames, change);
    this.#names = new Map(this.#durableNames);
    this.#unsyncedNames = [];
  }

  /** Changes a file at rest. */
  damage(name: string, how: (bytes: Bytes) => void): void {
    this.#names.get(name)?.damage(how);
  }

  /** Removes a file durably, independent of any process. */
  lose(name: string): void {
    this.#names.delete(name);
    this.#durableNames.delete(name);
  }

  #operate<T>(owner: Owner, what: string, effect: () => T): Promise<T> {
    const { latency, stalledSync } = this.faults;
    const stalls = what.startsWith('sync') && this.#random.chance(stalledSync);
    const ms = this.#random.fraction() * latency * (stalls ? 100 : 1);
    return new Promise((resolve, reject) => {
      const operation: InFlight = { owner, effect: () => void effect() };
      this.#inFlight.add(operation);
      this.#scheduler.schedule(owner, ms, `disk ${what}`, () => {
        this.#inFlight.delete(operation);
        try {
          resolve(effect());
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error));
          this.#scheduler.note('disk', failure.message);
          reject(failure);
        }
      });
    });
  }

  #handle(owner: Owner, name: string, path: string, file: SimFile): DiskFile {
    const op = <T>(what: string, effect: () => T): Promise<T> => this.#operate(owner, `${what} ${name}`, effect);
    return {
      size: () => op('size', () => file.size),
      read: (buffer, position) =>
        op('read', () => {
          this.#fail(this.faults.failedRead, 'EIO', path);
          const found = file.content.subarray(position, position + buffer.byteLength);
          const short = found.length > 1 && this.#random.chance(this.faults.shortRead);
          const given = short ? found.subarray(0, this.#random.between(1, found.length - 1)) : found;
          buffer.set(given);
          return given.length;
        }),
      write: (bytes, position) => op('write', () => this.#write(file, path, bytes, position)),
      truncate: (size) =>
        op('truncate', () => {
          this.#fail(this.faults.failedName, 'EIO', path);
          file.truncate(size);
        }),
      datasync: () =>
        op('sync', () => {
          if (!this.#isLost(path, file)) file.sync();
        }),
      close: () => op('close', () => void this.#open.set(owner, this.openFilesOf(owner) - 1)),
    };
  }

  #write(file: SimFile, path: string, bytes: Uint8Array, position: number): number {
    this.#fail(this.faults.failedWrite, 'EIO', path);
    const growth = Math.max(0, position + bytes.length - file.size);
    const room = Math.max(0, bytes.length - Math.max(0, growth - (this.capacity - this.used)));
    if (room === 0 && bytes.length > 0) throw diskError('ENOSPC', path);
    const short = room > 1 && this.#random.chance(this.#killing ? 0.5 : this.faults.shortWrite);
    const count = short ? this.#random.between(1, room - 1) : room;
    if (count < bytes.length) this.#scheduler.note('disk', `wrote ${count} of ${bytes.length} bytes to ${path}`);
    file.write(position, bytes.subarray(0, count));
    return count;
  }

  #create(name: string, path: string): SimFile {
    const known = this.#names.get(name);
    if (known) {
      known.truncate(0);
      return known;
    }
    if (this.used >= this.capacity) throw diskError('ENOSPC', path);
    const file = new SimFile();
    this.#change({ kind: 'create', name, file });
    return file;
  }

  #change(change: NameChange): void {
    applyName(this.#names, change);
    this.#unsyncedNames.push(change);
  }

  #fail(chance: number, code: string, path: string): void {
    if (this.#random.chance(chance)) throw diskError(code, path);
  }

  /** Whether a sync has no effect. Throws if it fails. */
  #isLost(path: string, file?: SimFile): boolean {
    if (this.#random.chance(this.faults.failedSync)) {
      file?.failSync(this.#random.chance(0.5), this.#random);
      throw diskError('EIO', path);
    }
    const { lostSync, lostSyncOf } = this.faults;
    const name = path === DIRECTORY ? 'directory' : path.slice(DIRECTORY.length + 1);
    if (!name.startsWith(lostSyncOf) || !this.#random.chance(lostSync)) return false;
    this.hasLostSync = true;
    this.#scheduler.note('disk', `loses the sync of ${path}`);
    return true;
  }
}

function applyName(names: Map<string, SimFile>, change: NameChange): void {
  switch (change.kind) {
    case 'create':
      names.set(change.name, change.file);
      return;
    case 'rename':
      names.delete(change.from);
      names.set(change.to, change.file);
      return;
    case 'remove':
      names.delete(change.name);
  }
}

/** Copies each file once, even if it has several names. */
function copyOf({ names, durableNames, unsyncedNames }: DiskImage): DiskImage {
  const copies = new Map<SimFile, SimFile>();
  const copy = (file: SimFile): SimFile => {
    const known = copies.get(file) ?? new SimFile(file);
    copies.set(file, known);
    return known;
  };
  const all = (of: ReadonlyMap<string, SimFile>): ReadonlyMap<string, SimFile> =>
    new Map([...of].map(([name, file]) => [name, copy(file)]));
  return {
    names: all(names),
    durableNames: all(durableNames),
    unsyncedNames: unsyncedNames.map((it) => (it.kind === 'remove' ? it : { ...it, file: copy(it.file) })),
  };
}
