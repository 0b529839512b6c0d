/**
 * Reads a container log from its file, whether finished or growing.
 *
 * Separate from the writer because there may be any number of readers. A reader relies on the writer to be notified of growth, and for the
 * notice about output that could not be written.
 */

import { open } from 'node:fs/promises';
import type { LogOptions } from '../../model/pod-logs.js';
import { NEWLINE, readRecord } from './log-record.js';

/** Sizes of reads in bytes: small at first, since most logs are short and thousands may be followed, then growing. */
const BLOCKS = { first: 1024, largest: 64 * 1024 } as const;

/** A log that this process writes or wrote. */
export interface GrowingLog {
  /** Whether anything was written; otherwise the file does not exist. */
  readonly hasOutput: boolean;
  /** Whether the container still runs. */
  readonly growing: boolean;
  /** Bytes of complete records in the file. */
  readonly length: number;
  /** Where the end of the log was truncated to make room for a notice; undefined if it was not. */
  readonly cutAt: number | undefined;
  /** Resolves when the log has grown or ended. */
  changed(): Promise<void>;
  /** Returns records that state what is missing, unless the file states it. */
  unwrittenNotice(): readonly Buffer[] | undefined;
}

/** Opens a log, which may be growing (`live`). Cancelling the stream ends the reader. */
export function readLog(
  path: string,
  live: GrowingLog | undefined,
  options: LogOptions,
  now: Date,
): ReadableStream<Uint8Array> {
  const records = recordsOf(path, live, options.follow === true);
  const lines = selected(records, { path, live }, options, now);
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

/** Yields blocks of complete records; with `follow` it waits at the end of a growing file. The notice about missing output comes last. */
async function* recordsOf(
  path: string,
  live: GrowingLog | undefined,
  follow: boolean,
): AsyncGenerator<readonly Buffer[], undefined> {
  while (follow && live?.growing === true && !live.hasOutput) await live.changed();
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || live?.length === 0) return undefined; // the container wrote nothing, or nothing could be written
    throw error;
  });
  let position = 0;
  try {
    let rest = Buffer.alloc(0);
    let cut = live?.cutAt;
    for (let size: number = BLOCKS.first; file !== undefined;) {
      const growing = follow && live?.growing === true;
      const more = growing ? live.changed() : undefined; // subscribed before the read, so that no change is missed
      const length = Math.min(size, Math.max(0, (live?.length ?? Number.POSITIVE_INFINITY) - position));
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, length, position);
      if (live?.cutAt !== cut) {
        cut = live?.cutAt; // the data may have been truncated and replaced
        if (cut !== undefined && position + bytesRead > cut) {
          if (position > cut) rest = Buffer.alloc(0);
          position = Math.min(position, cut);
          continue;
        }
      }
      if (bytesRead === 0) {
        if (more === undefined) break;
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
    const notice = live?.unwrittenNotice();
    if (notice !== undefined) yield notice;
  } finally {
    await file?.close();
  }
}

async function* selected(
  blocks: AsyncGenerator<readonly Buffer[], undefined>,
  { path, live }: { readonly path: string; readonly live: GrowingLog | undefined },
  options: LogOptions,
  now: Date,
): AsyncGenerator<Uint8Array, undefined> {
  const since = sinceOf(options, now);
  let skip =
    options.tailLines === undefined ? 0 : Math.max(0, (await countLines(path, live, since)) - options.tailLines);
  let remaining = options.limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const block of blocks) {
    const out: Buffer[] = [];
    for (const record of block) {
      const { stamp, whole, text } = readRecord(record);
      if (since !== undefined && stamp < since) continue;
      if (skip > 0) {
        if (whole) skip -= 1;
        continue;
      }
      if (options.timestamps === true) out.push(Buffer.from(`${stamp} `));
      out.push(text);
    }
    const bytes = Buffer.concat(out).subarray(0, Math.min(remaining, Number.MAX_SAFE_INTEGER));
    remaining -= bytes.length;
    if (bytes.length > 0) yield bytes;
    if (remaining <= 0) return undefined;
  }
  return undefined;
}

function sinceOf({ sinceSeconds, sinceTime }: LogOptions, now: Date): string | undefined {
  if (sinceSeconds !== undefined) return new Date(now.getTime() - sinceSeconds * 1000).toISOString().slice(0, -1);
  return sinceTime === undefined ? undefined : new Date(sinceTime).toISOString().slice(0, -1);
}

/** Counts lines, including an unfinished last line. */
async function countLines(path: string, live: GrowingLog | undefined, since: string | undefined): Promise<number> {
  let lines = 0;
  let open = false;
  for await (const block of recordsOf(path, live, false)) {
    for (const record of block) {
      const { stamp, whole } = readRecord(record);
      if (since !== undefined && stamp < since) continue;
      if (whole) lines += 1;
      open = !whole;
    }
  }
  return open ? lines + 1 : lines;
}

/** Returns the end of a log for a termination message, limited to a number of lines and bytes. */
export async function lastLines(path: string, lines: number, bytes: number): Promise<string> {
  let end = Buffer.alloc(0);
  for await (const chunk of readLog(path, undefined, { tailLines: lines }, new Date(0)))
    end = Buffer.concat([end, chunk]).subarray(-bytes); // a line may be longer than the available memory
  return end.toString('utf8');
}
