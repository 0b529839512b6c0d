import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { writeBody } from '../../src/http/response-body.js';

/** Returns a body with this number of chunks. */
const bodyOf = (chunks: number): ReadableStream<Uint8Array> => {
  let remaining = chunks;
  return new ReadableStream({
    pull: (controller) => (remaining-- > 0 ? controller.enqueue(new Uint8Array(64)) : controller.close()),
  });
};

const EVENTS = ['drain', 'close', 'error', 'finish'] as const;
const listeners = (stream: Writable): readonly number[] => EVENTS.map((event) => stream.listenerCount(event));

test('a client that reads slowly causes no additional listeners, however many chunks wait', async () => {
  const listenerCounts: (readonly number[])[] = [];
  const slowWritable: Writable = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => {
      listenerCounts.push(listeners(slowWritable));
      setImmediate(done);
    },
  });
  await writeBody(bodyOf(100), slowWritable);
  expect(listenerCounts).toHaveLength(100);
  expect(Math.max(...listenerCounts.flat())).toBeLessThanOrEqual(1);
  expect(listeners(slowWritable)).toEqual([0, 0, 0, 0]);
});

test('a client that disconnects while a write waits ends the body', async () => {
  let cancelled = false;
  const endlessStream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(64)),
    cancel: () => void (cancelled = true),
  });
  const blockedWritable = new Writable({
    highWaterMark: 1,
    write: () => void setImmediate(() => blockedWritable.destroy()),
  });
  await writeBody(endlessStream, blockedWritable);
  expect(cancelled).toBe(true);
  expect(listeners(blockedWritable)).toEqual([0, 0, 0, 0]);
});
