/**
 * Segments of the log and snapshots: their names and first records.
 *
 * Segment N starts where segment N - 1 ended, and snapshot N contains the state at that point, so snapshot N and the
 * segments from N on are the whole state. The first record identifies a file, so that swapped or copied files are
 * detected.
 */

import { isObject, type JsonObject } from '../../model/json.js';
import { damaged, FORMAT_VERSION, unknownVersion } from './damage.js';

/** The kind of a file. */
export type FileKind = 'log' | 'snapshot';

/** The first record of a segment or snapshot. */
export interface Header {
  readonly kind: FileKind;
  readonly segment: number;
  /** The revision of the last change before the segment. */
  readonly revision: number;
  /** The length of the previous segment in bytes; 0 for the first one. */
  readonly previousOffset: number;
  /** The checksum of the last record of the previous segment; 0 for the first one. */
  readonly previousChain: number;
}

/** The name of a segment or snapshot. */
export const fileName = (kind: FileKind, segment: number): string =>
  `${kind}-${String(segment).padStart(8, '0')}.ndjson`;

/** The name of an incomplete snapshot. */
export const TEMPORARY_SNAPSHOT = 'snapshot.tmp';

/** Parses a file name. Returns undefined if it is not the name of a segment or snapshot. */
export function parseFileName(name: string): { readonly kind: FileKind; readonly segment: number } | undefined {
  const match = /^(log|snapshot)-(\d{8,15})\.ndjson$/.exec(name);
  return match ? { kind: match[1] === 'log' ? 'log' : 'snapshot', segment: Number(match[2]) } : undefined;
}

/** Serializes a first record. */
export const headerText = ({ kind, ...header }: Header): string =>
  JSON.stringify({ format: `pipewright-${kind}`, version: FORMAT_VERSION, ...header });

/** Parses a first record. Throws if it is not that of the expected file, or has another version. */
export function parseHeader(text: Buffer, path: string, kind: FileKind, segment: number): Header {
  const read = parseRecord(text, path, 1);
  if (read['format'] !== `pipewright-${kind}`) throw damaged(path, `record 1 at byte 0 is not the header of a ${kind}`);
  if (read['version'] !== FORMAT_VERSION) throw unknownVersion(path, read['version']);
  if (read['segment'] !== segment) {
    throw damaged(path, `record 1 at byte 0 says that the file is number ${JSON.stringify(read['segment'])}`);
  }
  const { revision, previousOffset, previousChain } = read;
  return {
    kind,
    segment,
    revision: Number(revision),
    previousOffset: Number(previousOffset),
    previousChain: Number(previousChain),
  };
}

/** Parses a record with a valid checksum. */
export function parseRecord(text: Buffer, path: string, number: number): JsonObject {
  let read: unknown;
  try {
    read = JSON.parse(text.toString('utf8'));
  } catch {
    throw damaged(path, `record ${number} is not JSON`);
  }
  if (!isObject(read)) throw damaged(path, `record ${number} is not an object`);
  return read;
}
