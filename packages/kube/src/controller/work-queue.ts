/**
 * A work queue of keys: each key is processed once at a time, once for many additions, and again after a failure.
 *
 *     add ──▶ waiting ──▶ processing ──▶ done        a key added while it is processed is processed once more
 *              ▲  ▲            │
 *        addAfter └── retry ◀──┘ failed
 *
 * The queue holds keys, never objects or events, so lost, repeated or reordered events make no difference. Time comes from a clock that
 * tests control. Workers yield to the event loop after some keys, so that work without I/O does not block it.
 */

import { systemClock, type Clock } from '@pipewright/apimachinery';
import { systemRandom } from '../random.js';
import { TokenBucket } from './token-bucket.js';

/** Changes come before objects that the first list found. */
export const PRIORITY = { change: 0, listed: -100 } as const;

/** A failure that a retry cannot fix: the key is not retried until something changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** The maximum number of keys that start in one turn of the event loop, and the milliseconds after which none starts in it. */
const TURN_BUDGET = { keys: 100, ms: 10 } as const;

/** The result of a reconcile. */
export interface Result {
  /** Milliseconds until the key is processed again, unless it is added earlier. Absent: only a change adds it. */
  readonly requeueAfterMs?: number | undefined;
}

/** Options of a work queue. */
export interface WorkQueueOptions {
  /** Processes one key. Retried with backoff after a rejection, except a TerminalError. */
  readonly reconcile: (key: string) => Promise<Result | undefined | void>;
  /** How many keys are processed at once. By default 4. */
  readonly workers?: number;
  /** Milliseconds before the first retry of a key, doubled each time. By default 5. */
  readonly baseDelayMs?: number;
  /** The maximum number of milliseconds before a retry. By default 60,000. */
  readonly maxDelayMs?: number;
  /** Called for each failure, with the milliseconds until the retry (undefined: none). */
  readonly onError?: (key: string, error: unknown, retryInMs: number | undefined) => void;
  readonly clock?: Clock;
  /** From 0 to 1; spreads retries. By default random. */
  readonly random?: () => number;
}

/** Metrics of a queue. */
export interface WorkQueueCounts {
  readonly waiting: number;
  readonly delayed: number;
  readonly processing: number;
  readonly added: number;
  readonly retried: number;
}

/** A queue with its workers; processes nothing before `start`. */
export class WorkQueue {
  readonly #options: Required<Omit<WorkQueueOptions, 'onError'>> & Pick<WorkQueueOptions, 'onError'>;
  readonly #waiting = new Map<number, Set<string>>();
  readonly #priority = new Map<string, number>();
  readonly #processing = new Set<string>();
  readonly #dirty = new Map<string, number>();
  readonly #delayed = new Map<string, { readonly due: number; readonly cancel: () => void }>();
  readonly #failures = new Map<string, number>();
  readonly #retryLimit: TokenBucket;
  #running = false;
  #stopped = false;
  #idleWaiters: (() => void)[] = [];
  /** The current turn of the event loop: when the queue first started a key in it, and how many keys it has started. */
  #turn: { readonly since: number; keys: number } | undefined;
  #added = 0;
  #retried = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = {
      workers: 4,
      baseDelayMs: 5,
      maxDelayMs: 60_000,
      clock: systemClock,
      random: systemRandom,
      ...options,
    };
    this.#retryLimit = new TokenBucket(100, 10, this.#options.clock);
  }

  /** Adds a key, to be processed when a worker is free. Adding it again before then can only raise its priority. */
  add(key: string, priority: number = PRIORITY.change): void {
    if (this.#stopped) return;
    this.#added++;
    this.#cancelDelay(key);
    this.#enqueue(key, priority);
    this.#dispatch();
  }

  /** Adds a key after `ms` milliseconds. The earliest of several delays counts; `add` replaces them. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return;
    if (ms <= 0) return this.add(key);
    if (this.#priority.has(key) || this.#dirty.has(key)) return;
    const { clock } = this.#options;
    const due = clock.now() + ms;
    const delayed = this.#delayed.get(key);
    if (delayed && delayed.due <= due) return;
    delayed?.cancel();
    const cancel = clock.after(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  /** Resets the backoff of a key, as a success does. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Returns how often in a row the key has failed. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  get counts(): WorkQueueCounts {
    return {
      waiting: this.#priority.size,
      delayed: this.#delayed.size,
      processing: this.#processing.size,
      added: this.#added,
      retried: this.#retried,
    };
  }

  /** Starts the workers. */
  start(): void {
    this.#running = true;
    this.#dispatch();
  }

  /** Accepts and starts no more keys; resolves when no key is being processed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#running = false;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    this.#priority.clear();
    this.#dirty.clear();
    if (this.#processing.size > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  #enqueue(key: string, priority: number): void {
    if (this.#processing.has(key)) {
      this.#dirty.set(key, Math.max(priority, this.#dirty.get(key) ?? priority));
      return;
    }
    const current = this.#priority.get(key);
    if (current !== undefined) {
      if (current >= priority) return;
      this.#waiting.get(current)?.delete(key);
    }
    const keys = this.#waiting.get(priority) ?? new Set();
    this.#waiting.set(priority, keys.add(key));
    this.#priority.set(key, priority);
  }

  #next(): string | undefined {
    const priorities = [...this.#waiting].filter(([, keys]) => keys.size > 0).map(([priority]) => priority);
    const keys = this.#waiting.get(Math.max(...priorities));
    const [key] = keys ?? [];
    if (key === undefined) return undefined;
    keys?.delete(key);
    this.#priority.delete(key);
    return key;
  }

  #dispatch(): void {
    while (this.#running && this.#processing.size < this.#options.workers && this.#hasTurnBudget()) {
      const key = this.#next();
      if (key === undefined) return;
      this.#countStarted();
      this.#processing.add(key);
      void this.#process(key);
    }
  }

  /** Whether a key may start in this turn of the event loop. If not, `#dispatch` is called in the next. */
  #hasTurnBudget(): boolean {
    if (!this.#turn) return true;
    return this.#turn.keys < TURN_BUDGET.keys && this.#options.clock.now() - this.#turn.since < TURN_BUDGET.ms;
  }

  #countStarted(): void {
    const { clock } = this.#options;
    if (!this.#turn) {
      this.#turn = { since: clock.now(), keys: 0 };
      clock.defer(() => {
        this.#turn = undefined;
        this.#dispatch();
      });
    }
    this.#turn.keys++;
  }

  /** Never rejects. */
  async #process(key: string): Promise<void> {
    try {
      const result = await this.#options.reconcile(key);
      this.#failures.delete(key);
      this.#release(key);
      if (result?.requeueAfterMs !== undefined) this.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      this.#release(key);
      this.#fail(key, error);
    }
    this.#dispatch();
    if (this.#processing.size === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #release(key: string): void {
    this.#processing.delete(key);
    const priority = this.#dirty.get(key);
    this.#dirty.delete(key);
    if (priority !== undefined) this.#enqueue(key, priority);
  }

  #fail(key: string, error: unknown): void {
    const retryInMs = error instanceof TerminalError || this.#stopped ? undefined : this.#backoff(key);
    if (retryInMs === undefined) this.#failures.delete(key);
    else {
      this.#retried++;
      this.addAfter(key, retryInMs);
    }
    try {
      this.#options.onError?.(key, error, retryInMs);
    } catch {
      // a failing logger must not stop the queue
    }
  }

  /** Returns the exponential delay of a key, reduced at random by up to a fifth and limited by the rate of all retries. */
  #backoff(key: string): number {
    const { baseDelayMs, maxDelayMs, random } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delayMs = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(failures, 30));
    return Math.max(delayMs * (0.8 + 0.2 * random()), this.#retryLimit.reserve());
  }

  #cancelDelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }
}
