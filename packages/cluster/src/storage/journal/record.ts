/**
 * Records of logs and snapshots: one line each, `checksum text`, where the text is JSON.
 *
 * A checksum covers the text and the previous checksum (a rolling CRC-32, as in etcd's write-ahead log), so a changed,
 * removed, repeated or moved record is detected at its position. Files are read in chunks, never as a whole.
 */

import { crc32 } from 'node:zlib';
import type { DiskFile } from '../disk/disk.js';

/** A position between two records of a file. */
export interface Cursor {
  /** The number of preceding records. */
  readonly number: number;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** The checksum of the preceding record. */
  readonly chain: number;
}

/** The start of a file. */
export const START: Cursor = { number: 0, offset: 0, chain: 0 };

/** Where and why reading stopped: at the end of the file, or before a record that is incomplete, has a wrong checksum or is too large. */
export interface ReadResult {
  readonly kind: 'end' | 'incomplete' | 'checksum' | 'size';
  /** The position after the last valid record. */
  readonly cursor: Cursor;
}

/** The checksum before a record's text: eight digits and a space. */
const PREFIX_BYTES = 9;
const SPACE = 0x20;
const NEWLINE = 0x0a;

/** The initial size of the read buffer, which grows for larger records. */
const READ_BYTES = 64 * 1024;

/** The maximum size of a record. Objects of the API server have at most 1.5 MiB. */
export const RECORD_BYTES = 8 * 1024 * 1024;

/** Formats a checksum. */
export const checksumText = (sum: number): string => sum.toString(16).padStart(8, '0');

/** Serializes records that follow a checksum. `chain` of the result is the checksum of the last record. */
export function encodeRecords(
  texts: readonly string[],
  chain: number,
): { readonly bytes: Buffer; readonly chain: number } {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size + PREFIX_BYTES + 1, 0));
  let [offset, last] = [0, chain];
  for (const [index, text] of texts.entries()) {
    const start = offset + PREFIX_BYTES;
    const end = start + (sizes[index] ?? 0);
    bytes.write(text, start);
    last = crc32(bytes.subarray(start, end), last);
    bytes.write(checksumText(last), offset, 'latin1');
    bytes[start - 1] = SPACE;
    bytes[end] = NEWLINE;
    offset = end + 1;
  }
  return { bytes, chain: last };
}

/**
 * Reads records from a position, calling `visit` with the text of each and the position after it, until a record is
 * invalid or the file ends. The text is valid only during the call.
 */
export async function readRecords(
  file: DiskFile,
  from: Cursor,
  visit: (text: Buffer, next: Cursor) => void,
): Promise<ReadResult> {
  let buffer = Buffer.allocUnsafe(READ_BYTES);
  let filled = 0;
  let cursor = from;
  for (;;) {
    const count = await file.read(buffer.subarray(filled), cursor.offset + filled);
    if (count === 0) return { kind: filled === 0 ? 'end' : 'incomplete', cursor };
    filled += count;
    const lines = visitLines(buffer.subarray(0, filled), cursor, visit);
    const used = lines.cursor.offset - cursor.offset;
    cursor = lines.cursor;
    if (lines.isWrong) return { kind: 'checksum', cursor };
    buffer.copyWithin(0, used, filled);
    filled -= used;
    if (filled < buffer.length) continue;
    if (filled > RECORD_BYTES) return { kind: 'size', cursor };
    buffer = Buffer.concat([buffer], buffer.length * 2);
  }
}

/** Visits the complete records at the start of a buffer. */
function visitLines(
  bytes: Buffer,
  from: Cursor,
  visit: (text: Buffer, next: Cursor) => void,
): { readonly cursor: Cursor; readonly isWrong: boolean } {
  let cursor = from;
  for (let start = 0; ;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return { cursor, isWrong: false };
    const text = bytes.subarray(Math.min(start + PREFIX_BYTES, end), end);
    const chain = crc32(text, cursor.chain);
    const prefix = bytes.toString('latin1', start, Math.min(start + PREFIX_BYTES, end));
    if (prefix !== `${checksumText(chain)} `) return { cursor, isWrong: true };
    cursor = { number: cursor.number + 1, offset: cursor.offset + (end + 1 - start), chain };
    visit(text, cursor);
    start = end + 1;
  }
}
