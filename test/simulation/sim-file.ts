/**
 * One file of the simulated disk: the page cache, which reads see, and the durable content.
 *
 *     write, truncate ──▶ page cache ──datasync──▶ durable content
 *                         │
 *                     power loss: each write since the last sync survives as a whole, in some sectors, or not at all
 */

import type { SeededRandom } from './random.js';

/** The size in bytes of an atomic write. */
export const SECTOR = 512;

interface Write {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A change that is not durable yet. */
type Unsynced =
  { readonly kind: 'write'; readonly write: Write } | { readonly kind: 'truncate'; readonly size: number };

/** A growable byte array; copies share the buffer until one of them changes. */
export class Bytes {
  #buffer: Uint8Array;
  #size: number;
  #shared: boolean;

  constructor(of?: Bytes) {
    this.#buffer = of ? of.#buffer : new Uint8Array(0);
    this.#size = of ? of.#size : 0;
    this.#shared = of !== undefined;
    if (of) of.#shared = true;
  }

  get size(): number {
    return this.#size;
  }

  /** The content, which must not be changed. */
  get view(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  write(position: number, bytes: Uint8Array): void {
    this.#reserve(Math.max(this.#size, position + bytes.length));
    this.#buffer.set(bytes, position);
    this.#size = Math.max(this.#size, position + bytes.length);
  }

  truncate(size: number): void {
    this.#reserve(size);
    this.#buffer.fill(0, Math.min(size, this.#size), Math.max(size, this.#size));
    this.#size = size;
  }

  /** Makes room, and copies a shared buffer. */
  #reserve(size: number): void {
    if (!this.#shared && size <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(size, Math.min(2 * this.#buffer.length, size + 65_536)));
    grown.set(this.view.subarray(0, grown.length));
    this.#buffer = grown;
    this.#shared = false;
  }
}

/** A file's content, independent of its names. */
export class SimFile {
  #cached: Bytes;
  #durable: Bytes;
  #unsynced: Unsynced[];

  constructor(of?: SimFile) {
    this.#durable = new Bytes(of && of.#durable);
    this.#cached = new Bytes(of && of.#cached);
    this.#unsynced = of ? [...of.#unsynced] : [];
  }

  /** The content that reads see. */
  get content(): Uint8Array {
    return this.#cached.view;
  }

  get size(): number {
    return this.#cached.size;
  }

  write(position: number, bytes: Uint8Array): void {
    const write = { position, bytes: Uint8Array.from(bytes) }; // `slice` of a Buffer does not copy
    this.#cached.write(position, write.bytes);
    this.#unsynced.push({ kind: 'write', write });
  }

  truncate(size: number): void {
    if (size === this.#cached.size) return;
    this.#cached.truncate(size);
    this.#unsynced.push({ kind: 'truncate', size });
  }

  /** Makes all changes durable. */
  sync(): void {
    for (const change of this.#unsynced) apply(this.#durable, change);
    this.#unsynced = [];
  }

  /**
   * A sync that fails: some of the changes have reached the disk, and no later sync writes the others, because Linux marks their pages
   * as clean. Only the size, which is journaled, is still pending. If the pages are `evicted`, reads see the durable content again.
   */
  failSync(evicted: boolean, random: SeededRandom): void {
    const { size } = this.#cached;
    for (const change of this.#unsynced) survive(this.#durable, change, random);
    this.#unsynced = [{ kind: 'truncate', size }];
    if (!evicted) return;
    this.#cached = new Bytes(this.#durable);
    this.#cached.truncate(size);
  }

  /** Keeps of each change since the last sync all, some sectors, or nothing. */
  losePower(random: SeededRandom): void {
    for (const change of this.#unsynced) survive(this.#durable, change, random);
    this.#unsynced = [];
    this.#cached = new Bytes(this.#durable);
  }

  /** Changes the durable content. */
  damage(how: (bytes: Bytes) => void): void {
    how(this.#durable);
    this.#unsynced = [];
    this.#cached = new Bytes(this.#durable);
  }
}

function apply(bytes: Bytes, change: Unsynced): void {
  if (change.kind === 'truncate') bytes.truncate(change.size);
  else bytes.write(change.write.position, change.write.bytes);
}

function survive(bytes: Bytes, change: Unsynced, random: SeededRandom): void {
  const kept = random.fraction();
  if (kept < 0.4) return;
  if (change.kind === 'truncate' || kept > 0.7) return apply(bytes, change);
  const { position, bytes: written } = change.write;
  for (let at = 0; at < written.length;) {
    const end = Math.min(written.length, at + SECTOR - ((position + at) % SECTOR));
    if (random.chance(0.5)) bytes.write(position + at, written.subarray(at, end));
    at = end;
  }
}
