/**
 * Parses the headers of tar archives: POSIX ustar and pax, GNU long names, numbers above 8 GiB.
 *
 * Separate from reading, because image archives are read in two ways: by seeking from header to header, and as a
 * stream. Sparse files and multi-volume archives are rejected; images do not use them.
 */

import { ImageError, RECREATE_ARCHIVE } from './image-error.js';

/** The block size: all parts of an archive are padded to a multiple of it. */
export const BLOCK = 512;

/** Maximum size in bytes of an entry's extended headers; Linux paths have at most 4096 bytes. */
const MAX_METADATA_BYTES = 1024 * 1024;

/** The type of an entry. `other`: devices and pipes, which are not created. */
export type TarEntryKind = 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';

/** An entry of an archive. */
export interface TarEntry {
  readonly kind: TarEntryKind;
  /** As written in the archive. */
  readonly path: string;
  /** Bytes of content that follow the header. */
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the Unix epoch. */
  readonly mtime: number;
  /** The target of a link. */
  readonly target: string;
}

/** A parsed header block. */
export type TarHeader =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  /** `size` bytes of metadata for the next entry follow; pass them to `apply`. */
  | { readonly kind: 'metadata'; readonly size: number; readonly apply: (body: Buffer) => void }
  | { readonly kind: 'end' };

const KINDS: Readonly<Record<string, TarEntryKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'other',
  '4': 'other',
  '5': 'directory',
  '6': 'other',
};

/** Parses the headers of one archive, in order. */
export class TarHeaders {
  #pax = new Map<string, string>();

  /** Parses a block of {@link BLOCK} bytes at the position of a header. */
  read(block: Buffer): TarHeader {
    if (block.every((byte) => byte === 0)) return { kind: 'end' };
    requireChecksum(block);
    const type = String.fromCharCode(block[156] ?? 0);
    const size = numberIn(block, 124, 12, 'size');
    if (type === 'x' || type === 'X') return this.#metadata(size, (body) => this.#applyPax(body));
    if (type === 'g') return this.#metadata(size, () => undefined); // global headers do not describe an entry
    if (type === 'L') return this.#metadata(size, (body) => void this.#pax.set('path', cString(body, 0, body.length)));
    if (type === 'K')
      return this.#metadata(size, (body) => void this.#pax.set('linkpath', cString(body, 0, body.length)));
    const kind = KINDS[type];
    if (kind === undefined || [...this.#pax.keys()].some((key) => key.startsWith('GNU.sparse.')))
      throw new ImageError(`has an entry of an unsupported type (${describeType(type)})`, RECREATE_ARCHIVE);
    return { kind: 'entry', entry: this.#entry(block, kind, size) };
  }

  #entry(block: Buffer, kind: TarEntryKind, size: number): TarEntry {
    const pax = this.#pax;
    this.#pax = new Map();
    const path = pax.get('path') ?? nameIn(block);
    const isDirectory = kind === 'directory' || (kind === 'file' && path.endsWith('/')); // the convention before POSIX
    const hasContent = kind === 'file' && !isDirectory;
    const numericField = (key: string, otherwise: () => number): number => {
      const text = pax.get(key);
      return text === undefined ? otherwise() : wholeNumber(text, key);
    };
    return {
      kind: isDirectory ? 'directory' : kind,
      path,
      size: hasContent ? numericField('size', () => size) : 0,
      mode: numberIn(block, 100, 8, 'mode') & 0o7777,
      uid: requireOwnerId(numericField('uid', () => numberIn(block, 108, 8, 'uid'))),
      gid: requireOwnerId(numericField('gid', () => numberIn(block, 116, 8, 'gid'))),
      mtime: Math.min(timeOf(pax.get('mtime')) ?? numberIn(block, 136, 12, 'mtime'), MAX_TIME),
      target: pax.get('linkpath') ?? cString(block, 157, 100),
    };
  }

  #metadata(size: number, learn: (body: Buffer) => void): TarHeader {
    if (size > MAX_METADATA_BYTES)
      throw new ImageError(
        `has an extended header of ${String(size)} bytes; at most ${String(MAX_METADATA_BYTES)} are read`,
        RECREATE_ARCHIVE,
      );
    return { kind: 'metadata', size, apply: learn };
  }

  /** Parses records of the form `LENGTH KEY=VALUE LF`, where LENGTH is the length of the whole record. */
  #applyPax(body: Buffer): void {
    for (let at = 0; at < body.length && body[at] !== 0;) {
      const space = body.indexOf(0x20, at);
      const length = Number(body.toString('latin1', at, Math.max(space, at)));
      const record = body.subarray(space + 1, at + length - 1);
      const equals = record.indexOf(0x3d);
      const isWhole = space > at && Number.isSafeInteger(length) && at + length <= body.length;
      if (!isWhole || equals < 1 || body[at + length - 1] !== 0x0a)
        throw new ImageError('has a malformed extended header', RECREATE_ARCHIVE);
      this.#pax.set(record.toString('utf8', 0, equals), record.toString('utf8', equals + 1));
      at += length;
    }
  }
}

/**
 * Throws an `ImageError` unless the checksum of a header is valid. Its own field counts as blanks; old programs summed
 * signed bytes.
 */
function requireChecksum(block: Buffer): void {
  const recorded = parseInt(block.toString('latin1', 148, 156), 8);
  let [unsigned, signed] = [0, 0];
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  if (recorded !== unsigned && recorded !== signed)
    throw new ImageError('is not a tar archive, or is damaged: a header has a wrong checksum', RECREATE_ARCHIVE);
}

/**
 * Returns the name. POSIX archives have the first part of a long name in a separate field, which GNU tar uses
 * differently.
 */
function nameIn(block: Buffer): string {
  const name = cString(block, 0, 100);
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? cString(block, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function cString(block: Buffer, at: number, width: number): string {
  const end = block.subarray(at, at + width).indexOf(0);
  return block.toString('utf8', at, end < 0 ? at + width : at + end);
}

/** Parses octal digits, or a big-endian number if the first bit is set. */
function numberIn(block: Buffer, at: number, width: number, what: string): number {
  const field = block.subarray(at, at + width);
  const [first = 0] = field;
  if (first === 0xff && what === 'mtime') return 0; // before 1970
  if ((first & 0x80) !== 0)
    return wholeNumber(BigInt(`0x0${field.toString('hex')}`) - (0x80n << BigInt(8 * (width - 1))), what);
  const text = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trim();
  return text === '' ? 0 : wholeNumber(/^[0-7]+$/.test(text) ? parseInt(text, 8) : text, what);
}

function wholeNumber(value: number | string | bigint, what: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0 && value !== '') return number;
  throw new ImageError(`has an entry whose ${what} is ${JSON.stringify(String(value))}`, RECREATE_ARCHIVE);
}

function requireOwnerId(id: number): number {
  if (id < 0xffffffff) return id;
  throw new ImageError(`has an entry whose owner ${String(id)} is not a valid user ID`, RECREATE_ARCHIVE);
}

/** The latest time that every file system can store. */
const MAX_TIME = 0x7fffffff;

const timeOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+(?:\.\d*)?$/.test(text) ? Math.max(0, Number(text)) : undefined;

const describeType = (type: string): string =>
  type === 'S' || type === 'V' ? `type ${type}` : KINDS[type] ? 'sparse' : JSON.stringify(type);
