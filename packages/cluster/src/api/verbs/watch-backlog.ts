/**
 * Unread events of a watch, and its two forms: a stream of frames, and events as objects.
 *
 * Separate because it bounds memory: events wait as references to stored objects and are serialized when they are read. A watch with too
 * many or too large unread events is ended; its client lists again, as after any broken connection.
 */

import type { Clock } from '@pipewright/apimachinery';

/** The most unread events, besides the initial ones. */
const MAX_WAITING = 4096;

/** The most bytes of objects in unread events. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** The longest duration of a timer, in milliseconds: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** The most serialized frames in the stream's queue. */
const MAX_FRAMES = 16;

/** A running watch. */
export interface WatchSubscription {
  readonly stop: () => void;
  readonly beforeTimeout: () => void;
}

/** When a watch ends. */
export interface WatchLifetime {
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** 0: never. */
  readonly seconds: number;
}

/** Starts a watch that writes events until its end. */
export type Subscribe<T> = (write: (event: T) => void, end: () => void) => WatchSubscription;

/** The size of an event in bytes, and its form for the reader. */
export interface EventFormat<T, R> {
  readonly size: (event: T) => number;
  readonly show: (event: T) => R;
}

interface Waiting<T> {
  readonly event: T;
  /** 0 for initial events, which are as large as the list that the client would have read. */
  readonly bytes: number;
  readonly counts: 0 | 1;
}

/** A queue of events. */
class Backlog<T> {
  #waiting: Waiting<T>[] = [];
  #read = 0;
  #count = 0;
  #bytes = 0;

  /** Adds an event; false if the limits are exceeded. */
  add(waiting: Waiting<T>): boolean {
    this.#waiting.push(waiting);
    this.#count += waiting.counts;
    this.#bytes += waiting.bytes;
    return this.#count <= MAX_WAITING && this.#bytes <= MAX_WAITING_BYTES;
  }

  /** Takes the oldest event. */
  take(): { readonly event: T } | undefined {
    const found = this.#waiting[this.#read];
    if (!found) return undefined;
    this.#read += 1;
    this.#count -= found.counts;
    this.#bytes -= found.bytes;
    if (this.#read === this.#waiting.length || this.#read > MAX_WAITING) {
      this.#waiting = this.#waiting.slice(this.#read);
      this.#read = 0;
    }
    return found;
  }
}

/** The reader of a watch. */
interface Reader {
  /** Called when an event is available or the watch has ended. */
  readonly wake: () => void;
  /** Called if too much is unread. */
  readonly fail: (reason: Error) => void;
}

/** A watch with its backlog, which ends when the reader leaves, on timeout, or if too much is unread. */
class Subscription<T> {
  readonly backlog = new Backlog<T>();
  readonly #signal: AbortSignal | undefined;
  readonly #reader: Reader;
  #watching: WatchSubscription | undefined;
  #stopTimer: (() => void) | undefined;
  #hasEnded = false;

  constructor(
    { clock, signal, seconds }: WatchLifetime,
    begin: Subscribe<T>,
    size: (event: T) => number,
    reader: Reader,
  ) {
    this.#signal = signal;
    this.#reader = reader;
    this.#watching = begin((event) => this.#write(event, size), this.#end);
    if (this.#hasEnded) this.#watching.stop(); // it ended while it started
    signal?.addEventListener('abort', this.#end, { once: true });
    if (signal?.aborted === true) this.#end();
    if (seconds > 0 && !this.#hasEnded)
      this.#stopTimer = clock.after(Math.min(seconds * 1000, LONGEST_MS), this.#timeUp, true);
  }

  /** Whether the watch has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Stops the watch. */
  readonly leave = (): void => {
    this.#hasEnded = true;
    this.#stopTimer?.();
    this.#signal?.removeEventListener('abort', this.#end);
    this.#watching?.stop();
  };

  readonly #end = (): void => {
    if (this.#hasEnded) return;
    this.leave();
    this.#reader.wake();
  };

  readonly #timeUp = (): void => {
    this.#watching?.beforeTimeout();
    this.#end();
  };

  #write(event: T, size: (event: T) => number): void {
    if (this.#hasEnded) return;
    const hasRoom = this.backlog.add(
      this.#watching ? { event, bytes: size(event), counts: 1 } : { event, bytes: 0, counts: 0 },
    );
    if (hasRoom) this.#reader.wake();
    else {
      this.leave();
      this.#reader.fail(new Error('the watch was ended because its client does not read'));
    }
  }
}

/** Opens a watch as a stream of frames. */
export function openStream<T>(
  lifetime: WatchLifetime,
  begin: Subscribe<T>,
  { size, show }: EventFormat<T, Uint8Array>,
): ReadableStream<Uint8Array> {
  let subscription: Subscription<T> | undefined;
  let hasFinished = false;
  const pump = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (!subscription || hasFinished) return;
    while ((controller.desiredSize ?? 0) > 0) {
      const next = subscription.backlog.take();
      if (next) controller.enqueue(show(next.event));
      else {
        hasFinished = subscription.hasEnded;
        if (hasFinished) controller.close();
        return;
      }
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const fail = (reason: Error): void => {
          hasFinished = true;
          controller.error(reason);
        };
        subscription = new Subscription(lifetime, begin, size, { wake: () => pump(controller), fail });
        pump(controller);
      },
      pull: pump,
      cancel: () => subscription?.leave(),
    },
    new CountQueuingStrategy({ highWaterMark: MAX_FRAMES }),
  );
}

/** Opens a watch as events, for a reader in this process. */
export function openEvents<T>(
  lifetime: WatchLifetime,
  begin: Subscribe<T>,
  { size, show }: EventFormat<T, unknown>,
): AsyncIterable<unknown> {
  let wake: () => void = () => undefined;
  let failure: Error | undefined;
  const fail = (reason: Error): void => {
    failure = reason;
    wake();
  };
  const subscription = new Subscription(lifetime, begin, size, { wake: () => wake(), fail });
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          for (let next = subscription.backlog.take(); next; next = subscription.backlog.take()) {
            yield show(next.event);
            if (failure) break;
          }
          if (failure) throw failure;
          if (subscription.hasEnded) return;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        subscription.leave();
      }
    },
  };
}
