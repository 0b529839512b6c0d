/**
 * Checkpoints: keeps the log short by writing a snapshot in the background and removing the segments before it.
 *
 * A failure does not affect writes: without a snapshot, the log is complete and only grows. A snapshot is due when the
 * log is as large as the last snapshot, so each byte is written about twice, regardless of the size of the state.
 */

import { reasonOf } from './damage.js';
import type { Disk } from '../disk/disk.js';
import { fileName, parseFileName, type Header } from './segment.js';
import { writeSnapshot, type CollectionDump } from './snapshot.js';
import type { Store } from '../memory/store.js';
import type { WriteAheadLog } from './write-ahead-log.js';

/** Dependencies of a checkpointer. */
export interface CheckpointerOptions {
  readonly disk: Disk;
  readonly store: Store;
  readonly log: WriteAheadLog;
  readonly notice: (line: string) => void;
  /** The minimum size of the log in bytes at which a snapshot is due. */
  readonly segmentBytes: number;
  /** The size of the chunks in which a snapshot is written. */
  readonly chunkBytes: number;
  /** The size of the base snapshot. */
  readonly snapshotBytes: number;
}

/** Writes snapshots when the log has grown. */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #closing = new AbortController();
  #dueBytes: number;
  #running: Promise<void> | undefined;
  #failure: string | undefined;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#dueBytes = Math.max(options.segmentBytes, options.snapshotBytes);
  }

  /** The error of the last snapshot; undefined if it succeeded. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Starts a snapshot if one is due. Must be called while the log equals the committed state. Never rejects. */
  async afterBatch(): Promise<void> {
    const { log, store } = this.#options;
    if (this.#running || this.#closing.signal.aborted || log.bytes < this.#dueBytes) return;
    let header: Header;
    try {
      header = await log.rotate();
    } catch (cause) {
      this.#failed(cause);
      return;
    }
    const dumps = store
      .collections()
      .map((collection) => ({ groupResource: collection.groupResource, objects: collection.values() }));
    this.#running = this.#write(header, dumps).finally(() => (this.#running = undefined));
  }

  /** Aborts a snapshot in progress; the log is complete without it. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the cluster is closing'));
    await this.#running;
  }

  async #write(header: Header, dumps: readonly CollectionDump[]): Promise<void> {
    const { disk, log, store, chunkBytes, segmentBytes } = this.#options;
    const { signal } = this.#closing;
    try {
      const { texts } = store;
      const snapshot = { header: { ...header, kind: 'snapshot' }, dumps, texts, chunkBytes, signal } as const;
      const size = await writeSnapshot(disk, snapshot);
      await log.rebase(header.segment);
      this.#dueBytes = Math.max(segmentBytes, size);
      this.#failure = undefined;
      await this.#removeOlder(header.segment);
    } catch (cause) {
      if (!signal.aborted) this.#failed(cause);
    }
  }

  /** Removes files that the snapshot replaces. The next start removes any that remain. */
  async #removeOlder(base: number): Promise<void> {
    const { disk } = this.#options;
    for (const name of await disk.list()) {
      const segment = parseFileName(name)?.segment ?? base;
      if (segment < base) await disk.remove(name);
    }
  }

  #failed(cause: unknown): void {
    const { disk, log, notice, segmentBytes } = this.#options;
    const reason = `cannot write a snapshot to ${disk.path}: ${reasonOf(cause)}`;
    if (this.#failure === undefined) notice(`${reason}; nothing is lost: the log is complete, and only grows`);
    this.#failure = reason;
    this.#dueBytes = log.bytes + segmentBytes;
  }
}

/** Returns the size of the snapshot before a log, 0 without one. */
export async function snapshotSize(disk: Disk, base: number): Promise<number> {
  if (base === 1) return 0;
  const file = await disk.open(fileName('snapshot', base));
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}
