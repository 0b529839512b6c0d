/**
 * Group commit: everything that was written while the batch before was being made durable becomes one batch.
 *
 * A batch is committed, and only then announced and answered. When it cannot be made durable, it and everything that has been written
 * since, which was computed on it, is rolled back.
 */

import type { Clock } from '../../platform/clock.js';
import { changeText } from './change-record.js';
import type { Change } from '../memory/history.js';
import { StorageWriteError } from './storage-write-error.js';
import type { ChangeLog, Store } from '../memory/store.js';
import type { WriteAheadLog } from './write-ahead-log.js';

/** What a group commit works on. */
export interface GroupCommitOptions {
  readonly store: Store;
  readonly log: WriteAheadLog;
  /** Where the files are, for messages. */
  readonly directory: string;
  /** Told once of a failure, and once when writes work again. */
  readonly notice: (line: string) => void;
  /** Called between two batches, when committed state and log are equal. Must not reject. */
  readonly afterBatch: () => Promise<void>;
  /** Waits before writes that no client repeats are tried again. */
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
  readonly reject: (why: Error) => void;
}

/** A batch is not made larger than this, so that a burst of large objects needs no large buffer. */
const BATCH_CHARACTERS = 4 * 1024 * 1024;

const RETRY_MS = 1000;

/** Makes a store's writes durable in groups. */
export class GroupCommit implements ChangeLog {
  readonly #options: GroupCommitOptions;
  #queue: Entry[] = [];
  /** Of those who wait, in the order of revisions; the last one may be shared by many. */
  #waiters: Waiter[] = [];
  /** The revision that was queued last, and up to where revisions are committed or rolled back. */
  #lastRevision = 0;
  #doneRevision = 0;
  #running: Promise<void> | undefined;
  #failure: StorageWriteError | undefined;
  #isRetryPlanned = false;
  #isClosed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Why the last batch was rolled back; undefined once one has been committed again. */
  get failure(): StorageWriteError | undefined {
    return this.#failure;
  }

  encode(change: Change, groupResource: string): string {
    return changeText(change, groupResource);
  }

  add(change: Change, groupResource: string, text: string): void {
    this.#queue.push({ change, groupResource, text });
    this.#lastRevision = change.revision;
    this.#running ??= Promise.resolve().then(() => this.#run()); // what is written in the same turn joins the batch
  }

  settled(): Promise<void> | undefined {
    if (this.#lastRevision <= this.#doneRevision) return undefined;
    const last = this.#waiters.at(-1);
    if (last?.revision === this.#lastRevision) return last.promise;
    const made = waiter(this.#lastRevision);
    this.#waiters.push(made);
    return made.promise;
  }

  /** Commits what is queued, and rolls back whatever comes later. Returns the failure of what could not be committed. */
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
    if (!this.#failure) notice(`${failure.message}; writes are refused until that has been repaired`);
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
  let reject: (why: Error) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  promise.catch(() => undefined); // who does not wait is not told
  return { revision, promise, resolve, reject };
}
