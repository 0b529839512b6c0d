/**
 * Group commit: writes that arrive while a batch is being made durable form the next batch.
 *
 * A batch is committed before watchers and clients see it. If it cannot be made durable, it is rolled back with all
 * later writes, which are based on it.
 */

import type { Clock } from '@pipewright/apimachinery';
import { changeText } from './change-record.js';
import type { Change } from '../memory/history.js';
import { StorageWriteError } from './storage-write-error.js';
import type { ChangeLog, Store } from '../memory/store.js';
import type { WriteAheadLog } from './write-ahead-log.js';

/** Dependencies of a group commit. */
export interface GroupCommitOptions {
  readonly store: Store;
  readonly log: WriteAheadLog;
  /** The data directory, for messages. */
  readonly directory: string;
  /** Called once when writes start to fail, and once when they succeed again. */
  readonly notice: (line: string) => void;
  /** Called between two batches, when the committed state equals the log. Must not reject. */
  readonly afterBatch: () => Promise<void>;
  /** Schedules retries of writes that no client repeats. */
  readonly clock: Clock;
}

interface Entry {
  readonly change: Change;
  readonly groupResource: string;
  readonly text: string;
}

interface Waiter {
  readonly revision: number;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** The maximum number of characters in a batch, so that a burst of large objects needs no large buffer. */
const BATCH_CHARACTERS = 4 * 1024 * 1024;

const RETRY_MS = 1000;

/** Makes a store's writes durable in groups. */
export class GroupCommit implements ChangeLog {
  readonly #options: GroupCommitOptions;
  #queue: Entry[] = [];
  /** Waiting callers in the order of revisions; the last one may be shared. */
  #waiters: Waiter[] = [];
  /** The last queued revision; revisions up to another one are committed or rolled back. */
  #lastRevision = 0;
  #doneRevision = 0;
  #running: Promise<void> | undefined;
  #failure: StorageWriteError | undefined;
  #isRetryPlanned = false;
  #isClosed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** The failure of the last batch; undefined after a commit. */
  get failure(): StorageWriteError | undefined {
    return this.#failure;
  }

  encode(change: Change, groupResource: string): string {
    return changeText(change, groupResource);
  }

  add(change: Change, groupResource: string, text: string): void {
    this.#queue.push({ change, groupResource, text });
    this.#lastRevision = change.revision;
    this.#running ??= Promise.resolve().then(() => this.#run()); // writes of the same turn join the batch
  }

  settled(): Promise<void> | undefined {
    if (this.#lastRevision <= this.#doneRevision) return undefined;
    const last = this.#waiters.at(-1);
    if (last?.revision === this.#lastRevision) return last.promise;
    const created = waiter(this.#lastRevision);
    this.#waiters.push(created);
    return created.promise;
  }

  /** Commits queued writes and rolls back later ones. Returns the failure of writes that were not committed. */
  async close(): Promise<StorageWriteError | undefined> {
    let failure: StorageWriteError | undefined;
    await this.settled()?.catch((error: unknown) => {
      if (error instanceof StorageWriteError) failure = error;
    });
    this.#isClosed = true;
    await this.#running;
    return failure;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      const revision = batch.at(-1)?.change.revision ?? 0;
      try {
        if (this.#isClosed) throw new Error('the cluster has been closed');
        await this.#options.log.append(
          batch.map(({ text }) => text),
          revision,
        );
      } catch (cause) {
        this.#rollBack(cause);
        continue;
      }
      this.#recovered();
      for (const { change, groupResource } of batch) {
        this.#doneRevision = change.revision;
        this.#options.store.commit(change, groupResource);
      }
      while ((this.#waiters[0]?.revision ?? Number.POSITIVE_INFINITY) <= revision) this.#waiters.shift()?.resolve();
      await this.#options.afterBatch();
    }
    this.#running = undefined;
  }

  #takeBatch(): readonly Entry[] {
    let [count, size] = [0, 0];
    while (count < this.#queue.length && size < BATCH_CHARACTERS) {
      size += this.#queue[count]?.text.length ?? 0;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  #rollBack(cause: unknown): void {
    const { store, directory, notice, clock } = this.#options;
    const failure = new StorageWriteError(directory, cause);
    this.#queue = [];
    this.#doneRevision = this.#lastRevision;
    store.rollBack();
    for (const { reject } of this.#waiters.splice(0)) reject(failure);
    if (this.#isClosed) return;
    if (!this.#failure) notice(`${failure.message}; writes are rejected until this is repaired`);
    this.#failure = failure;
    if (this.#isRetryPlanned) return;
    this.#isRetryPlanned = true;
    const retry = (): void => {
      this.#isRetryPlanned = false;
      if (!this.#isClosed) store.retry();
    };
    clock.after(RETRY_MS, retry, true);
  }

  #recovered(): void {
    if (this.#failure) this.#options.notice(`${this.#options.directory} can be written again`);
    this.#failure = undefined;
  }
}

function waiter(revision: number): Waiter {
  let resolve: () => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<void>((settle, failed) => {
    resolve = settle;
    reject = failed;
  });
  promise.catch(() => undefined); // avoids an unhandled rejection if no caller waits
  return { revision, promise, resolve, reject };
}
