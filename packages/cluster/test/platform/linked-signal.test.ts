import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { linkedSignal } from '../../src/platform/linked-signal.js';
import { virtualClock } from '../../src/platform/pod-clock.js';
import { repeatProbe, tryHandler, type ProbeResult } from '../../src/node/probes/probing.js';
import type { RunningContainer } from '../../src/runtime/runtime.js';

const SUCCESS: ProbeResult = { kind: 'success' };
const START = new Date('2026-01-01T00:00:00Z');

/** Returns the number of listeners and dependent signals of a signal (Node stores the latter under a symbol). */
function listenerCount(signal: AbortSignal): number {
  const dependent = Object.getOwnPropertySymbols(signal)
    .filter((symbol) => symbol.description === 'kDependantSignals')
    .map((symbol) => (signal as unknown as Record<symbol, { readonly size: number } | undefined>)[symbol]?.size ?? 0); // internal to Node
  return getEventListeners(signal, 'abort').length + Math.max(0, ...dependent);
}

test('a linked signal is aborted with the first of its sources, and leaves no listeners on them after its release', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const linked = linkedSignal(first.signal, second.signal);
  expect([listenerCount(first.signal), listenerCount(second.signal)]).toEqual([1, 1]);
  second.abort(new Error('why'));
  expect(linked.signal.reason).toEqual(new Error('why'));
  linked.release();
  expect([listenerCount(first.signal), listenerCount(second.signal)]).toEqual([0, 0]);
  expect(linkedSignal(first.signal, second.signal).signal.aborted).toBe(true);
});

test('a thousand probes of a pod leave no more listeners on its signal than the first one', async () => {
  const clock = virtualClock(START);
  const podController = new AbortController();
  const counts: number[] = [];
  const probeOnce = (): Promise<ProbeResult> =>
    Promise.resolve(SUCCESS).finally(() => counts.push(listenerCount(podController.signal)));
  const probing = repeatProbe({ periodSeconds: 1 }, probeOnce, () => undefined, clock, podController.signal);
  for (let second = 0; second < 1000; second += 1) await clock.advance(1000);
  expect(counts.length).toBeGreaterThan(500);
  expect(Math.max(...counts)).toBe(counts[0]);
  podController.abort();
  await probing;
});

test('a TCP probe leaves no listener on its timeout signal', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const limit = new AbortController();
  const running = { id: '', startedAt: START } as unknown as RunningContainer; // unused by TCP probes
  const outcome = await tryHandler({ tcpSocket: { port } }, { name: 'c' }, running, '127.0.0.1', limit.signal);
  server.close();
  expect([outcome, listenerCount(limit.signal)]).toEqual([SUCCESS, 0]);
});

test('waiting on a virtual clock leaves no listener', async () => {
  const clock = virtualClock(START);
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  await clock.advance(20);
  await sleep;
  expect(listenerCount(controller.signal)).toBe(0);
});
