/**
 * Writes a container log: timestamped lines on disk, for any number of concurrent readers.
 *
 * Data is in the file when `write` returns, so a container that prints faster than the disk is slowed by its pipe. A full disk does not end
 * the container: the log continues when there is space again, and states how much is missing.
 */

import { nanosecondTimestamp } from '@pipewright/apimachinery';
import { withPath } from '../../platform/disk-failure.js';
import type { OutputSink } from '../../runtime/runtime.js';
import { machineDisk, type LogDisk } from './log-disk.js';
import { lastLines, type GrowingLog } from './log-reader.js';
import { LONGEST_PART, logRecord, NEWLINE, outputBytes, readRecord } from './log-record.js';

/** Output of a container that is not in its log. */
export interface MissingOutput {
  readonly bytes: number;
  /** The error of the first write that failed. */
  readonly cause: string;
}

/** The most bytes of a log that are truncated for the notice at its end. */
const NOTICE_BYTES = 2 * LONGEST_PART;

/** Writes a log and wakes its followers. */
export class LogFile implements OutputSink, GrowingLog {
  readonly path: string;
  readonly #now: () => Date;
  readonly #disk: LogDisk;
  #fd: number | undefined;
  /** Bytes of whole records in the file. */
  #length = 0;
  /** Whether the file may contain a partial record after them. */
  #torn = false;
  /** Whether the last record was an unfinished line. */
  #inLine = false;
  #ended = false;
  #partial: Buffer = Buffer.alloc(0);
  #waiters: (() => void)[] = [];
  #missing: MissingOutput | undefined;
  /** Missing bytes that are not yet mentioned in the file. */
  #unreported = 0;
  #cutAt: number | undefined;

  constructor(path: string, now: () => Date, disk: LogDisk = machineDisk) {
    this.path = path;
    this.#now = now;
    this.#disk = disk;
  }

  /** Whether anything was written; otherwise the file does not exist. */
  get hasOutput(): boolean {
    return this.#fd !== undefined || this.#ended;
  }

  /** Whether the container still runs; otherwise readers need not wait. */
  get growing(): boolean {
    return !this.#ended;
  }

  /** Output that could not be written; undefined if the log is complete. */
  get missing(): MissingOutput | undefined {
    return this.#missing;
  }

  /** Has the file be there, also when nothing is written. Repeating it does nothing. */
  begin(): void {
    this.#append(Buffer.alloc(0));
  }

  write(chunk: Uint8Array): undefined {
    const records: Buffer[] = [];
    const stamp = this.#stamp();
    let rest = this.#partial.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#partial, chunk]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      records.push(Buffer.from(`${stamp} F `), rest.subarray(0, end + 1));
      rest = rest.subarray(end + 1);
    }
    while (rest.length >= LONGEST_PART) {
      records.push(Buffer.from(`${stamp} P `), rest.subarray(0, LONGEST_PART), Buffer.from('\n'));
      rest = rest.subarray(LONGEST_PART);
    }
    this.#partial = rest;
    if (records.length > 0) this.#append(Buffer.concat(records));
    return undefined; // written when this returns: the pipe itself makes a fast writer wait
  }

  /** Ends the log. Repeated calls have no effect. */
  end(): void {
    if (this.#ended) return;
    if (this.#partial.length > 0) this.#append(logRecord(this.#stamp(), false, this.#partial));
    this.#partial = Buffer.alloc(0);
    if (this.#unreported > 0) this.#reportAtEnd();
    if (this.#fd !== undefined) this.#disk.close(this.#fd);
    this.#fd = undefined;
    this.#ended = true;
    this.#wake();
  }

  /** Returns the end of the log, limited to a number of lines and bytes. */
  tail(lines: number, bytes: number): Promise<string> {
    return lastLines(this.path, lines, bytes);
  }

  /** Settles when the log has grown or ended. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Bytes of complete records in the file. Later bytes may be truncated. */
  get length(): number {
    return this.#length;
  }

  /** The position where the log was truncated for the notice; undefined if it was not. */
  get cutAt(): number | undefined {
    return this.#cutAt;
  }

  /** Returns records that state what is missing; undefined if nothing is missing or the file states it. */
  unwrittenNotice(): readonly Buffer[] | undefined {
    if (this.#unreported === 0 || this.#missing === undefined) return undefined;
    const text = `(pipewright: ${String(this.#unreported)} bytes of this log are missing: ${this.#missing.cause})`;
    const stamp = this.#stamp();
    const lineEnd = this.#inLine ? [logRecord(stamp, true, Buffer.alloc(0))] : [];
    return [...lineEnd, logRecord(stamp, true, Buffer.from(text))];
  }

  #append(records: Buffer): void {
    if (this.#ended) return;
    const notice = Buffer.concat(this.unwrittenNotice() ?? []);
    const all = notice.length === 0 ? records : Buffer.concat([notice, records]);
    const { written, failure } = this.#write(all);
    if (written >= notice.length) this.#unreported = 0;
    if (failure !== undefined) {
      const lostBytes = outputBytes(all.subarray(Math.max(written, notice.length)));
      this.#unreported += lostBytes;
      this.#missing = { bytes: (this.#missing?.bytes ?? 0) + lostBytes, cause: this.#missing?.cause ?? failure };
    }
    this.#wake();
  }

  /** Writes as many complete records as possible. @returns the number of their bytes */
  #write(records: Buffer): { readonly written: number; readonly failure?: string } {
    let at = 0;
    try {
      if (this.#fd === undefined) ({ fd: this.#fd, length: this.#length } = this.#disk.open(this.path));
      if (this.#torn) this.#truncate(this.#fd, this.#length);
      while (at < records.length) at += this.#disk.write(this.#fd, records.subarray(at), this.#length + at);
      this.#onWritten(records);
      return { written: at };
    } catch (error) {
      // A full disk must not end the container: the log states what is missing, and the run continues.
      const whole = at === 0 ? 0 : records.lastIndexOf(NEWLINE, at - 1) + 1;
      this.#torn ||= at > whole;
      this.#onWritten(records.subarray(0, whole));
      const { message } = withPath(error, this.path) as Error; // a disk failure is an Error
      return { written: whole, failure: message };
    }
  }

  #onWritten(records: Buffer): void {
    this.#length += records.length;
    if (records.length === 0) return;
    const last = records.subarray(records.lastIndexOf(NEWLINE, records.length - 2) + 1);
    this.#inLine = !readRecord(last).whole;
  }

  #truncate(fd: number, length: number): void {
    this.#disk.truncate(fd, length);
    this.#length = length;
    this.#torn = false;
  }

  /** Writes the notice at the end; on a full disk it replaces the last lines of the log. */
  #reportAtEnd(): void {
    this.#append(Buffer.alloc(0));
    if (this.#unreported === 0 || this.#fd === undefined || this.#missing === undefined) return;
    try {
      const tail = Buffer.alloc(Math.min(this.#length, NOTICE_BYTES));
      const from = this.#length - tail.length;
      this.#disk.read(this.#fd, tail, from);
      const keepFrom = from === 0 ? 0 : tail.indexOf(NEWLINE) + 1;
      const dropped = outputBytes(tail.subarray(keepFrom));
      this.#truncate(this.#fd, from + keepFrom);
      this.#inLine = this.#length > 0; // possibly not, but an extra empty line does no harm
      this.#unreported += dropped;
      this.#missing = { ...this.#missing, bytes: this.#missing.bytes + dropped };
      this.#cutAt = this.#length;
      this.#append(Buffer.alloc(0));
    } catch {
      return; // readers of this process get it from memory
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #stamp(): string {
    return nanosecondTimestamp(this.#now());
  }
}
