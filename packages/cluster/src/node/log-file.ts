/**
 * One container's log: lines with the moment each was read, on disk, for any number of readers at any time.
 *
 * A record is `2026-01-01T12:00:00.000000000Z F text`; P instead of F marks a line without an end (the last one of a
 * process that did not finish it, or a part of one longer than 16 KiB). Memory stays bounded: whoever writes faster
 * than the disk is asked to wait. Followers are woken by the writer. The file comes with the first line: many steps say nothing.
 */

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OutputSink } from '../runtime/runtime.js';
import { namingPath } from '../disk-failure.js';

const LONGEST_PART = 16 * 1024;
/** Bytes that are read at once: at first few, for most logs are short and thousands may be followed; then ever more. */
const BLOCKS = { first: 1024, largest: 64 * 1024 } as const;
const NEWLINE = 0x0a;

/** What part of a log is asked for. */
export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
}

/** Writes one log and wakes its followers. */
export class LogFile implements OutputSink {
  readonly path: string;
  readonly #now: () => Date;
  #fd: number | undefined;
  #ended = false;
  #partial: Buffer = Buffer.alloc(0);
  #waiters: (() => void)[] = [];
  #failed: Error | undefined;

  constructor(path: string, now: () => Date) {
    this.path = path;
    this.#now = now;
  }

  /** False as long as nothing was written: then there is no file either. */
  get begun(): boolean {
    return this.#fd !== undefined || this.#ended;
  }

  /** False once the container has ended: then no reader need wait. */
  get growing(): boolean {
    return !this.#ended;
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

  /** Ends the log. Repeating it does nothing. */
  end(): void {
    if (this.#ended) return;
    if (this.#partial.length > 0) {
      this.#append(Buffer.concat([Buffer.from(`${this.#stamp()} P `), this.#partial, Buffer.from('\n')]));
    }
    this.#partial = Buffer.alloc(0);
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#ended = true;
    this.#wake();
  }

  /** Returns the end of the log: at most so many lines and bytes. */
  tail(lines: number, bytes: number): Promise<string> {
    return lastLines(this.path, lines, bytes);
  }

  /** Settles when there is more, or the end. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #append(records: Buffer): void {
    if (this.#ended || this.#failed !== undefined) return;
    try {
      this.#fd ??= openIn(this.path);
      for (let at = 0; at < records.length;) at += writeSync(this.#fd, records, at);
    } catch (error) {
      // A full disk must not end the container with us: the log says how far it goes, the run goes on.
      const failure = namingPath(error, this.path);
      this.#failed = failure instanceof Error ? failure : new Error(String(failure));
    }
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #stamp(): string {
    return `${this.#now().toISOString().slice(0, -1)}000000Z`;
  }
}

function openIn(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, 'a', 0o600);
}

/** Reads a log, which may be growing (`live`) or long ended. Cancelling the stream ends the reading. */
export function readLog(
  path: string,
  live: LogFile | undefined,
  options: LogOptions,
  now: Date,
): ReadableStream<Uint8Array> {
  const records = recordsOf(path, options.follow === true ? live : undefined);
  const lines = selected(records, path, options, now);
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await lines.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await lines.return(undefined);
    },
  });
}

/** Blocks of whole records, and at the end of a growing file the wait for more. */
async function* recordsOf(path: string, live: LogFile | undefined): AsyncGenerator<readonly Buffer[], undefined> {
  while (live?.growing === true && !live.begun) await live.changed();
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // it said nothing
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    let rest = Buffer.alloc(0);
    for (let position = 0, size: number = BLOCKS.first; ;) {
      const growing = live?.growing === true;
      const more = growing ? live.changed() : undefined; // asked for before reading: nothing can come between
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, position);
      if (bytesRead === 0) {
        if (more === undefined) return undefined;
        await more;
        continue;
      }
      position += bytesRead;
      if (bytesRead === size) size = Math.min(4 * size, BLOCKS.largest);
      const text =
        rest.length === 0 ? buffer.subarray(0, bytesRead) : Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const records: Buffer[] = [];
      let start = 0;
      for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, start)) {
        records.push(text.subarray(start, end + 1));
        start = end + 1;
      }
      rest = text.subarray(start);
      yield records;
    }
  } finally {
    await file.close();
  }
}

async function* selected(
  blocks: AsyncGenerator<readonly Buffer[], undefined>,
  path: string,
  options: LogOptions,
  now: Date,
): AsyncGenerator<Uint8Array, undefined> {
  const since = sinceOf(options, now);
  let skip = options.tailLines === undefined ? 0 : Math.max(0, (await countLines(path, since)) - options.tailLines);
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const block of blocks) {
    const out: Buffer[] = [];
    for (const record of block) {
      const { stamp, whole, text } = parse(record);
      if (since !== undefined && stamp < since) continue;
      if (skip > 0) {
        if (whole) skip -= 1;
        continue;
      }
      if (options.timestamps === true) out.push(Buffer.from(`${stamp} `));
      out.push(text);
    }
    const bytes = Buffer.concat(out).subarray(0, Math.min(left, Number.MAX_SAFE_INTEGER));
    left -= bytes.length;
    if (bytes.length > 0) yield bytes;
    if (left <= 0) return undefined;
  }
  return undefined;
}

function parse(record: Buffer): { readonly stamp: string; readonly whole: boolean; readonly text: Buffer } {
  const space = record.indexOf(0x20);
  const whole = record[space + 1] === 0x46;
  return {
    stamp: record.toString('latin1', 0, space),
    whole,
    text: record.subarray(space + 3, whole ? record.length : record.length - 1),
  };
}

function sinceOf({ sinceSeconds, sinceTime }: LogOptions, now: Date): string | undefined {
  if (sinceSeconds !== undefined) return new Date(now.getTime() - sinceSeconds * 1000).toISOString().slice(0, -1);
  return sinceTime === undefined ? undefined : new Date(sinceTime).toISOString().slice(0, -1);
}

/** Lines as a reader counts them: an unfinished one at the end is one too. */
async function countLines(path: string, since: string | undefined): Promise<number> {
  let lines = 0;
  let open = false;
  for await (const block of recordsOf(path, undefined)) {
    for (const record of block) {
      const { stamp, whole } = parse(record);
      if (since !== undefined && stamp < since) continue;
      if (whole) lines += 1;
      open = !whole;
    }
  }
  return open ? lines + 1 : lines;
}

/** The end of a log, for a termination message: at most so many lines and bytes. */
export async function lastLines(path: string, lines: number, bytes: number): Promise<string> {
  let end = Buffer.alloc(0);
  for await (const chunk of readLog(path, undefined, { tailLines: lines }, new Date(0)))
    end = Buffer.concat([end, chunk]).subarray(-bytes); // a line may be longer than the memory there is
  return end.toString('utf8');
}
