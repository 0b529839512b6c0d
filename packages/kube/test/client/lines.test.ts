import { describe, expect, test } from '@jest/globals';
import { readLines } from '../../src/client/lines.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const streamOf = (...chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

describe('lines of a stream', () => {
  const euro = bytes('€');
  test.each<[string, Uint8Array[], string[]]>([
    ['several lines in one chunk', [bytes('a\nb\nc\n')], ['a', 'b', 'c']],
    ['one line in several chunks', [bytes('{"a'), bytes('":'), bytes('1}\n')], ['{"a":1}']],
    ['a newline in a separate chunk', [bytes('a'), bytes('\n'), bytes('b')], ['a', 'b']],
    ['a character that is split between chunks', [bytes('1'), euro.slice(0, 1), euro.slice(1), bytes('\n')], ['1€']],
    ['a last line without a newline', [bytes('a\nhalf')], ['a', 'half']],
    ['empty lines', [bytes('a\n\nb\n')], ['a', '', 'b']],
    ['a Unicode line separator within a line', [bytes('"\u2028"\n')], ['"\u2028"']],
    ['an empty stream', [], []],
  ])('%s', async (_, chunks, expected) => {
    expect(await collect(readLines(streamOf(...chunks)))).toEqual(expected);
  });

  test('a long line in many chunks is joined in linear time', async () => {
    const chunks = Array.from({ length: 2000 }, () => bytes('x'.repeat(1000)));
    const [line] = await collect(readLines(streamOf(...chunks, bytes('\n'))));
    expect(line).toHaveLength(2_000_000);
  });

  test('a slow reader exerts backpressure: only the lines that are read are pulled', async () => {
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>(
      { pull: (controller) => controller.enqueue(bytes(`${pulled++}\n`)) },
      { highWaterMark: 0 },
    );
    const lines = readLines(stream);
    expect((await lines.next()).value).toBe('0');
    await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBe(1);
    await lines.return(undefined);
  });

  test('leaving the loop cancels the stream', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes('a\nb\n')),
      cancel: () => void (cancelled = true),
    });
    for await (const line of readLines(stream)) {
      expect(line).toBe('a');
      break;
    }
    expect(cancelled).toBe(true);
  });

  test('an aborted signal ends a pending read without an error', async () => {
    const abort = new AbortController();
    const collected = collect(readLines(new ReadableStream<Uint8Array>(), abort.signal));
    abort.abort();
    expect(await collected).toEqual([]);
  });

  test('the error of a stream is thrown', async () => {
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('reset')) });
    await expect(collect(readLines(stream))).rejects.toThrow('reset');
  });
});
