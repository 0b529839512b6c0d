import { describe, expect, test } from '@jest/globals';
import { TerminalError, WorkQueue, type WorkQueueOptions } from '../../src/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';

/** A queue whose reconciles the test completes. */
class QueueHarness {
  readonly clock = new FakeClock();
  readonly started: string[] = [];
  readonly errors: [string, number | undefined][] = [];
  readonly queue: WorkQueue;
  readonly #completions = new Map<string, (result: Error | number | undefined) => void>();

  constructor(options: Partial<WorkQueueOptions> = {}) {
    this.queue = new WorkQueue({
      clock: this.clock,
      random: () => 1,
      reconcile: (key) => {
        this.started.push(key);
        return new Promise((resolve, reject) =>
          this.#completions.set(key, (result) =>
            result instanceof Error ? reject(result) : resolve({ requeueAfterMs: result }),
          ),
        );
      },
      onError: (key, _, retryIn) => this.errors.push([key, retryIn]),
      ...options,
    });
  }

  /** Completes a reconcile: with an error, or with the delay after which it is requeued. */
  async end(key: string, result?: Error | number): Promise<void> {
    this.#completions.get(key)!(result);
    await settle();
  }
}

const broken = new Error('broken');

describe('a work queue', () => {
  test('reconciles a key once for several additions', async () => {
    const { queue, started } = new QueueHarness();
    queue.add('a');
    queue.add('a');
    queue.add('b');
    queue.start();
    await settle();
    expect(started).toEqual(['a', 'b']);
  });

  test('does not reconcile a key concurrently, and reconciles it again if it was added during the reconcile', async () => {
    const harness = new QueueHarness();
    harness.queue.start();
    harness.queue.add('a');
    harness.queue.add('a');
    harness.queue.add('a');
    await settle();
    expect(harness.started).toEqual(['a']);
    await harness.end('a');
    expect(harness.started).toEqual(['a', 'a']);
    await harness.end('a');
    expect(harness.started).toEqual(['a', 'a']);
  });

  test('uses the configured number of workers and keeps the order', async () => {
    const harness = new QueueHarness({ workers: 2 });
    for (const key of ['a', 'b', 'c', 'd']) harness.queue.add(key);
    harness.queue.start();
    expect(harness.started).toEqual(['a', 'b']);
    expect(harness.queue.counts).toMatchObject({ waiting: 2, processing: 2 });
    await harness.end('b');
    expect(harness.started).toEqual(['a', 'b', 'c']);
  });

  test('reconciles keys of higher priority first; a key moves up with a higher priority, and never down', () => {
    const harness = new QueueHarness();
    harness.queue.add('old', -100);
    harness.queue.add('older', -100);
    harness.queue.add('new');
    harness.queue.add('older');
    harness.queue.add('new', -100);
    harness.queue.start();
    expect(harness.started).toEqual(['new', 'older', 'old']);
  });

  test('retries a failure after 5 ms, doubled up to the maximum, and resets the delay after a success', async () => {
    const harness = new QueueHarness({ maxDelayMs: 30 });
    harness.queue.start();
    harness.queue.add('a');
    for (const wait of [5, 10, 20, 30, 30]) {
      await harness.end('a', broken);
      expect(harness.clock.pending).toEqual([wait]);
      await harness.clock.advance(wait);
    }
    expect(harness.queue.failures('a')).toBe(5);
    await harness.end('a');
    expect(harness.queue.failures('a')).toBe(0);
    harness.queue.add('a');
    await harness.end('a', broken);
    expect(harness.clock.pending).toEqual([5]);
    expect(harness.errors.map(([, retryIn]) => retryIn)).toEqual([5, 10, 20, 30, 30, 5]);
  });

  test('does not retry a terminal error', async () => {
    const harness = new QueueHarness();
    harness.queue.start();
    harness.queue.add('a');
    await harness.end('a', new TerminalError('no such kind'));
    expect(harness.clock.pending).toEqual([]);
    expect(harness.errors).toEqual([['a', undefined]]);
  });

  test('a failing key does not delay other keys', async () => {
    const harness = new QueueHarness({ workers: 1 });
    harness.queue.start();
    harness.queue.add('bad');
    harness.queue.add('good');
    await harness.end('bad', broken);
    expect(harness.started).toEqual(['bad', 'good']);
  });

  test('requeues a key after the delay that its reconcile returns, unless it is added earlier', async () => {
    const harness = new QueueHarness();
    harness.queue.start();
    harness.queue.add('a');
    await harness.end('a', 5000);
    await harness.clock.advance(4999);
    expect(harness.started).toEqual(['a']);
    await harness.clock.advance(1);
    expect(harness.started).toEqual(['a', 'a']);
    await harness.end('a', 5000);
    harness.queue.add('a');
    expect(harness.clock.pending).toEqual([]);
  });

  test('keeps the earliest of several delays', async () => {
    const harness = new QueueHarness();
    harness.queue.start();
    harness.queue.addAfter('a', 3000);
    harness.queue.addAfter('a', 1000);
    harness.queue.addAfter('a', 2000);
    expect(harness.clock.pending).toEqual([1000]);
    await harness.clock.advance(3000);
    expect(harness.started).toEqual(['a']);
  });

  test('treats a negative delay as none', () => {
    const harness = new QueueHarness();
    harness.queue.start();
    harness.queue.addAfter('a', -5);
    expect(harness.started).toEqual(['a']);
  });

  test('limits the retries of all keys to ten per second after a burst of a hundred', async () => {
    const harness = new QueueHarness({ workers: 1000, reconcile: () => Promise.reject(broken) });
    harness.queue.start();
    for (let index = 0; index < 120; index++) harness.queue.add(`k${index}`);
    await settle();
    expect(harness.clock.pending.filter((ms) => ms <= 5)).toHaveLength(100);
    expect(Math.max(...harness.clock.pending)).toBeCloseTo(2000);
  });

  test('handles a reconcile that throws before its first await like any other failure', async () => {
    const harness = new QueueHarness({
      reconcile: () => {
        throw broken;
      },
    });
    harness.queue.start();
    harness.queue.add('a');
    await settle();
    expect(harness.errors).toEqual([['a', 5]]);
  });

  test('yields to the event loop although its reconciles never wait for I/O', async () => {
    let reconciles = 0;
    const atNextTurn = new Promise<number>((resolve) => setImmediate(() => resolve(reconciles)));
    const { queue } = new QueueHarness({
      workers: 1,
      reconcile: () => Promise.resolve(++reconciles < 10_000 ? { requeueAfterMs: 0 } : {}),
    });
    queue.start();
    queue.add('a');
    expect(await atNextTurn).toBeLessThanOrEqual(100);
    await settle();
    await queue.stop();
  });

  test('yields to the event loop when two queues add keys to each other', async () => {
    let reconciles = 0;
    const atNextTurn = new Promise<number>((resolve) => setImmediate(() => resolve(reconciles)));
    const newQueue = (other: () => WorkQueue): WorkQueue =>
      new QueueHarness({
        reconcile: (key) => {
          if (++reconciles < 10_000) other().add(key);
          return Promise.resolve();
        },
      }).queue;
    const queues: readonly WorkQueue[] = [newQueue(() => queues[1]!), newQueue(() => queues[0]!)];
    for (const queue of queues) queue.start();
    queues[0]?.add('a');
    expect(await atNextTurn).toBeLessThanOrEqual(200);
    await Promise.all(queues.map((queue) => queue.stop()));
  });

  test('stops when running reconciles have ended, accepts no more keys, and leaves no timer', async () => {
    const harness = new QueueHarness({ workers: 1 });
    harness.queue.start();
    harness.queue.add('a');
    harness.queue.add('b');
    harness.queue.addAfter('c', 1000);
    let stopped = false;
    const stop = harness.queue.stop().then(() => (stopped = true));
    harness.queue.add('d');
    await settle();
    expect(stopped).toBe(false);
    await harness.end('a', broken);
    await stop;
    expect(harness.started).toEqual(['a']);
    expect(harness.clock.pending).toEqual([]);
    expect(harness.queue.counts).toMatchObject({ waiting: 0, delayed: 0, processing: 0 });
  });
});
