/** Reads the objects of a git pack, with their deltas. Sizes are checked, since packs are untrusted. */

import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { ResolverError } from '../../resolvers/resolution.js';

/** An object of a repository. */
export interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly content: Buffer;
}

const TYPES: readonly (GitObject['type'] | undefined)[] = [undefined, 'commit', 'tree', 'blob', 'tag'];
const [OFS_DELTA, REF_DELTA] = [6, 7];

/** The maximum size of all objects of a pack together. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Returns the objects of a pack by id. @throws ResolverError if it is damaged or too large */
export function objectsOf(pack: Buffer): ReadonlyMap<string, GitObject> {
  try {
    return new PackReader(pack).read();
  } catch (error) {
    if (error instanceof ResolverError) throw error;
    throw new ResolverError('git clone error: fatal: the server sent a damaged pack');
  }
}

class PackReader {
  readonly #pack: Buffer;
  readonly #byId = new Map<string, GitObject>();
  readonly #byOffset = new Map<number, GitObject>();
  #offset = 12;
  #bytes = 0;

  constructor(pack: Buffer) {
    this.#pack = pack;
  }

  read(): ReadonlyMap<string, GitObject> {
    if (this.#pack.toString('latin1', 0, 4) !== 'PACK' || this.#pack.readUInt32BE(4) !== 2)
      throw new Error('not a pack');
    for (let count = this.#pack.readUInt32BE(8); count > 0; count--) {
      const offset = this.#offset;
      const object = this.#readObject(offset);
      this.#byOffset.set(offset, object);
      this.#byId.set(idOf(object), object);
    }
    return this.#byId;
  }

  #readObject(offset: number): GitObject {
    let byte = this.#next();
    const kind = (byte >> 4) & 7;
    let size = byte & 15;
    for (let factor = 16; byte & 128; factor *= 128) {
      byte = this.#next();
      size += (byte & 127) * factor;
    }
    if (kind !== OFS_DELTA && kind !== REF_DELTA) {
      const type = TYPES[kind];
      if (!type) throw new Error('unknown type');
      return { type, content: this.#inflate(size) };
    }
    const base = kind === OFS_DELTA ? this.#byOffset.get(offset - this.#readOffset()) : this.#byId.get(this.#readId());
    if (!base) throw new Error('no base');
    return { type: base.type, content: this.#applied(this.#inflate(size), base.content) };
  }

  #next(): number {
    return this.#pack.readUInt8(this.#offset++);
  }

  /** Returns the distance to the base of a delta. */
  #readOffset(): number {
    let byte = this.#next();
    let distance = byte & 127;
    while (byte & 128) {
      byte = this.#next();
      distance = (distance + 1) * 128 + (byte & 127);
    }
    return distance;
  }

  #readId(): string {
    this.#offset += 20;
    return this.#pack.toString('hex', this.#offset - 20, this.#offset);
  }

  #inflate(size: number): Buffer {
    this.#count(size);
    const { buffer, engine } = inflateSync(this.#pack.subarray(this.#offset), {
      info: true,
      maxOutputLength: Math.max(size, 1),
    }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }; // Node's result with `info`
    if (buffer.length !== size) throw new Error('size');
    this.#offset += engine.bytesWritten;
    return buffer;
  }

  #count(size: number): void {
    this.#bytes += size;
    if (this.#bytes > MAX_BYTES)
      throw new ResolverError(
        `the files of the commit are larger than ${String(MAX_BYTES)} bytes; use the http resolver with the URL of the raw file`,
      );
  }

  /** Returns the result of a delta. */
  #applied(delta: Buffer, base: Buffer): Buffer {
    let offset = 0;
    const next = (): number => delta.readUInt8(offset++);
    const number = (): number => {
      let [value, factor, byte] = [0, 1, 128];
      while (byte & 128) {
        byte = next();
        value += (byte & 127) * factor;
        factor *= 128;
      }
      return value;
    };
    if (number() !== base.length) throw new Error('size of base');
    const size = number();
    this.#count(size);
    const parts: Buffer[] = [];
    while (offset < delta.length) {
      const command = next();
      if (command & 128) {
        const bits = (mask: number): number =>
          [0, 1, 2, 3].reduce((sum, index) => sum + (mask & (1 << index) ? next() * 256 ** index : 0), 0);
        const start = bits(command & 15);
        const length = bits((command >> 4) & 7) || 65_536;
        if (start + length > base.length) throw new Error('outside of base');
        parts.push(base.subarray(start, start + length));
      } else {
        if (command === 0 || offset + command > delta.length) throw new Error('command');
        parts.push(delta.subarray(offset, offset + command));
        offset += command;
      }
    }
    const result = Buffer.concat(parts);
    if (result.length !== size) throw new Error('size of result');
    return result;
  }
}

const idOf = ({ type, content }: GitObject): string =>
  createHash('sha1')
    .update(`${type} ${String(content.length)}\0`)
    .update(content)
    .digest('hex');
