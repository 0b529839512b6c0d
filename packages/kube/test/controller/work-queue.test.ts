import { describe, expect, test } from '@jest/globals';
import { TerminalError, WorkQueue, type WorkQueueOptions } from '../../src/index.js';
import { FakeClock, settle } from '../support/fake-clock.js';

/** A queue whose work items the test completes. */
class Bench {
  readonly clock = new FakeClock();
  readonly begun: string[] = [];
  readonly errors: [string, number | undefined][] = [];
  readonly queue: WorkQueue;
  readonly #ends = new Map<string, (how: Error | number | undefined) => void>();

  constructor(options: Partial<WorkQueueOptions> = {}) {
    this.queue = new WorkQueue({
      clock: this.clock,
      random: () => 1,
      reconcile: (key) => {
        this.begun.push(key);
        return new Promise((resolve, reject) =>
          this.#ends.set(key, (how) => (how instanceof Error ? reject(how) : resolve({ requeueAfterMs: how }))),
        );
      },
      onError: (key, _, retryIn) => this.errors.push([key, retryIn]),
      ...options,
    });
  }

  async end(key: string, how?: Error | number): Promise<void> {
    this.#ends.get(key)!(how);
    await settle();
  }
}

const broken = new Error('broken');

describe('a queue', () => {
  test('works a key once for many additions', async () => {
    const { queue, begun } = new Bench();
    queue.add('a');
    queue.add('a');
    queue.add('b');
    queue.start();
    await settle();
    expect(begun).toEqual(['a', 'b']);
  });

  test('never works a key twice at once, and works it once more when it was added meanwhile', async () => {
    const bench = new Bench();
    bench.queue.start();
    bench.queue.add('a');
    bench.queue.add('a');
    bench.queue.add('a');
    await settle();
    expect(bench.begun).toEqual(['a']);
    await bench.end('a');
    expect(bench.begun).toEqual(['a', 'a']);
    await bench.end('a');
    expect(bench.begun).toEqual(['a', 'a']);
  });

  test('has the configured number of workers and keeps the order', async () => {
    const bench = new Bench({ workers: 2 });
    for (const key of ['a', 'b', 'c', 'd']) bench.queue.add(key);
    bench.queue.start();
    expect(bench.begun).toEqual(['a', 'b']);
    expect(bench.queue.counts).toMatchObject({ waiting: 2, processing: 2 });
    await bench.end('b');
    expect(bench.begun).toEqual(['a', 'b', 'c']);
  });

  test('takes what is urgent first; a key that becomes urgent moves up, never down', () => {
    const bench = new Bench();
    bench.queue.add('old', -100);
    bench.queue.add('older', -100);
    bench.queue.add('new');
    bench.queue.add('older');
    bench.queue.add('new', -100);
    bench.queue.start();
    expect(bench.begun).toEqual(['new', 'older', 'old']);
  });

  test('retries a failure after 5 ms, doubled each time up to the cap, and forgets failures after a success', async () => {
    const bench = new Bench({ maxDelayMs: 30 });
    bench.queue.start();
    bench.queue.add('a');
    for (const wait of [5, 10, 20, 30, 30]) {
      await bench.end('a', broken);
      expect(bench.clock.pending).toEqual([wait]);
      await bench.clock.advance(wait);
    }
    expect(bench.queue.failures('a')).toBe(5);
    await bench.end('a');
    expect(bench.queue.failures('a')).toBe(0);
    bench.queue.add('a');
    await bench.end('a', broken);
    expect(bench.clock.pending).toEqual([5]);
    expect(bench.errors.map(([, retryIn]) => retryIn)).toEqual([5, 10, 20, 30, 30, 5]);
  });

  test('does not retry what repeating cannot mend', async () => {
    const bench = new Bench();
    bench.queue.start();
    bench.queue.add('a');
    await bench.end('a', new TerminalError('no such kind'));
    expect(bench.clock.pending).toEqual([]);
    expect(bench.errors).toEqual([['a', undefined]]);
  });

  test('a failing key does not hold up another', async () => {
    const bench = new Bench({ workers: 1 });
    bench.queue.start();
    bench.queue.add('bad');
    bench.queue.add('good');
    await bench.end('bad', broken);
    expect(bench.begun).toEqual(['bad', 'good']);
  });

  test('comes back to a key when its work asks for it, unless it was added earlier', async () => {
    const bench = new Bench();
    bench.queue.start();
    bench.queue.add('a');
    await bench.end('a', 5000);
    await bench.clock.advance(4999);
    expect(bench.begun).toEqual(['a']);
    await bench.clock.advance(1);
    expect(bench.begun).toEqual(['a', 'a']);
    await bench.end('a', 5000);
    bench.queue.add('a');
    expect(bench.clock.pending).toEqual([]);
  });

  test('keeps the earliest of several delays', async () => {
    const bench = new Bench();
    bench.queue.start();
    bench.queue.addAfter('a', 3000);
    bench.queue.addAfter('a', 1000);
    bench.queue.addAfter('a', 2000);
    expect(bench.clock.pending).toEqual([1000]);
    await bench.clock.advance(3000);
    expect(bench.begun).toEqual(['a']);
  });

  test('a delay in the past is now', () => {
    const bench = new Bench();
    bench.queue.start();
    bench.queue.addAfter('a', -5);
    expect(bench.begun).toEqual(['a']);
  });

  test('all retries together are held to ten a second after the first hundred', async () => {
    const bench = new Bench({ workers: 1000, reconcile: () => Promise.reject(broken) });
    bench.queue.start();
    for (let index = 0; index < 120; index++) bench.queue.add(`k${index}`);
    await settle();
    expect(bench.clock.pending.filter((ms) => ms <= 5)).toHaveLength(100);
    expect(Math.max(...bench.clock.pending)).toBeCloseTo(2000);
  });

  test('work that throws before its first await is a failure like any other', async () => {
    const bench = new Bench({
      reconcile: () => {
        throw broken;
      },
    });
    bench.queue.start();
    bench.queue.add('a');
    await settle();
    expect(bench.errors).toEqual([['a', 5]]);
  });

  test('lets the event loop turn although its keys never wait for anything', async () => {
    let worked = 0;
    const turned = new Promise<number>((resolve) => setImmediate(() => resolve(worked)));
    const { queue } = new Bench({
      workers: 1,
      reconcile: () => Promise.resolve(++worked < 10_000 ? { requeueAfterMs: 0 } : {}),
    });
    queue.start();
    queue.add('a');
    expect(await turned).toBeLessThanOrEqual(100);
    await settle();
    await queue.stop();
  });

  test('lets it turn also when two queues add to each other', async () => {
    let worked = 0;
    const turned = new Promise<number>((resolve) => setImmediate(() => resolve(worked)));
    const make = (next: () => WorkQueue): WorkQueue =>
      new Bench({
        reconcile: (key) => {
          if (++worked < 10_000) next().add(key);
          return Promise.resolve();
        },
      }).queue;
    const queues: readonly WorkQueue[] = [make(() => queues[1]!), make(() => queues[0]!)];
    for (const queue of queues) queue.start();
    queues[0]?.add('a');
    expect(await turned).toBeLessThanOrEqual(200);
    await Promise.all(queues.map((queue) => queue.stop()));
  });

  test('stops after what is being worked on, takes nothing more in, and leaves no timer behind', async () => {
    const bench = new Bench({ workers: 1 });
    bench.queue.start();
    bench.queue.add('a');
    bench.queue.add('b');
    bench.queue.addAfter('c', 1000);
    let stopped = false;
    const stop = bench.queue.stop().then(() => (stopped = true));
    bench.queue.add('d');
    await settle();
    expect(stopped).toBe(false);
    await bench.end('a', broken);
    await stop;
    expect(bench.begun).toEqual(['a']);
    expect(bench.clock.pending).toEqual([]);
    expect(bench.queue.counts).toMatchObject({ waiting: 0, delayed: 0, processing: 0 });
  });
});
