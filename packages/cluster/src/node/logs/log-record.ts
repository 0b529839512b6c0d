/**
 * The records of a container's log, as CRI writes them: `2026-01-01T12:00:00.000000000Z F text`.
 *
 * P instead of F marks a line without an end: the last one of a process that did not finish it, or a part of one longer than 16 KiB.
 */

/** Ends a record. */
export const NEWLINE = 0x0a;

/** Longer lines are written in parts. */
export const LONGEST_PART = 16 * 1024;

/** A record, read. `text` has its line end, if the line has one. */
export interface LogRecord {
  readonly stamp: string;
  /** Whether the line ends with it. */
  readonly whole: boolean;
  readonly text: Buffer;
}

/** Returns a record. `line`: the text and, where it is `whole`, no line end. */
export const logRecord = (stamp: string, whole: boolean, line: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${stamp} ${whole ? 'F' : 'P'} `), line, Buffer.from('\n')]);

/** Reads a record that is complete. */
export function readRecord(record: Buffer): LogRecord {
  const space = record.indexOf(0x20);
  const whole = record[space + 1] === 0x46;
  return {
    stamp: record.toString('latin1', 0, space),
    whole,
    text: record.subarray(space + 3, whole ? record.length : record.length - 1),
  };
}

/** Returns how many bytes of a container's output stand in complete records. */
export function outputBytes(records: Buffer): number {
  let bytes = 0;
  for (let start = 0, end = records.indexOf(NEWLINE); end >= 0; start = end + 1, end = records.indexOf(NEWLINE, start))
    bytes += readRecord(records.subarray(start, end + 1)).text.length;
  return bytes;
}
