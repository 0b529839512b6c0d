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

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe('lines of a stream', () => {
  const euro = bytes('€');
  test.each<[string, Uint8Array[], string[]]>([
    ['several in a chunk', [bytes('a\nb\nc\n')], ['a', 'b', 'c']],
    ['one in many chunks', [bytes('{"a'), bytes('":'), bytes('1}\n')], ['{"a":1}']],
    ['an end of line of its own', [bytes('a'), bytes('\n'), bytes('b')], ['a', 'b']],
    ['a character cut in two', [bytes('1'), euro.slice(0, 1), euro.slice(1), bytes('\n')], ['1€']],
    ['a last line without its end', [bytes('a\nhalf')], ['a', 'half']],
    ['empty lines', [bytes('a\n\nb\n')], ['a', '', 'b']],
    ['a separator of Unicode is not an end', [bytes('"\u2028"\n')], ['"\u2028"']],
    ['nothing', [], []],
  ])('%s', async (_, chunks, want) => {
    expect(await all(readLines(streamOf(...chunks)))).toEqual(want);
  });

  test('a long line in many chunks takes time in proportion', async () => {
    const chunks = Array.from({ length: 2000 }, () => bytes('x'.repeat(1000)));
    const [line] = await all(readLines(streamOf(...chunks, bytes('\n'))));
    expect(line).toHaveLength(2_000_000);
  });

  test('a slow reader stops the sender: only what is read is pulled', async () => {
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

  test('a signal ends it without an error, in the middle of a wait', async () => {
    const stop = new AbortController();
    const found = all(readLines(new ReadableStream<Uint8Array>(), stop.signal));
    stop.abort();
    expect(await found).toEqual([]);
  });

  test('a broken stream throws what broke it', async () => {
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('reset')) });
    await expect(all(readLines(stream))).rejects.toThrow('reset');
  });
});
