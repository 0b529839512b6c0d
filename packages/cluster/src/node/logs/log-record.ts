/**
 * Records of a container log in CRI format: `2026-01-01T12:00:00.000000000Z F text`.
 *
 * P instead of F marks a partial line: an unfinished last line, or a part of a line longer than 16 KiB.
 */

/** The end of a record. */
export const NEWLINE = 0x0a;

/** Longer lines are split into parts of this size. */
export const LONGEST_PART = 16 * 1024;

/** A parsed record. `text` includes the line end, if the line has one. */
export interface LogRecord {
  readonly stamp: string;
  /** Whether the line ends with this record. */
  readonly whole: boolean;
  readonly text: Buffer;
}

/** Formats a record. `line` is the text without a line end. */
export const logRecord = (stamp: string, whole: boolean, line: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${stamp} ${whole ? 'F' : 'P'} `), line, Buffer.from('\n')]);

/** Parses a complete record. */
export function readRecord(record: Buffer): LogRecord {
  const space = record.indexOf(0x20);
  const whole = record[space + 1] === 0x46;
  return {
    stamp: record.toString('latin1', 0, space),
    whole,
    text: record.subarray(space + 3, whole ? record.length : record.length - 1),
  };
}

/** Returns the number of output bytes in complete records. */
export function outputBytes(records: Buffer): number {
  let bytes = 0;
  for (let start = 0, end = records.indexOf(NEWLINE); end >= 0; start = end + 1, end = records.indexOf(NEWLINE, start))
    bytes += readRecord(records.subarray(start, end + 1)).text.length;
  return bytes;
}
