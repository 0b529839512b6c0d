/**
 * Splits a stream of bytes into lines of text, for watches and logs.
 *
 * Chunks can end anywhere, even within a character. Only `\n` ends a line (U+2028 in a JSON string does not); memory and time are linear
 * in the length of a line. The stream is pulled, so a slow reader slows the sender.
 */

/**
 * Yields each line without its `\n`; the text after the last `\n` comes last unless it is empty. Leaving the loop, or `signal`, cancels
 * the stream without an error. A broken stream throws its own error.
 */
export async function* readLines(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  let pieces: string[] = [];
  try {
    while (!signal?.aborted) {
      const { done, value } = await reader.read();
      const text = decoder.decode(value, { stream: !done });
      const [first = '', ...others] = text.split('\n');
      pieces.push(first);
      for (const next of others) {
        yield pieces.join('');
        pieces = [next];
      }
      if (done) break;
    }
    const rest = pieces.join('');
    if (rest !== '' && !signal?.aborted) yield rest;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}
