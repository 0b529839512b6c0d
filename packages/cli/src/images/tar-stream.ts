/** Reads a tar archive as a stream: each entry with its content, in bounded memory. */

import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import { BLOCK, TarHeaders, type TarEntry } from './tar-header.js';

/** An entry with its content, which must be consumed or skipped before the next entry is requested. */
export interface StreamedEntry {
  readonly entry: TarEntry;
  readonly content: AsyncIterable<Buffer>;
}

const TRUNCATED = 'ends in the middle of an entry';

/**
 * Reads an archive to the end of the stream, including bytes after the end of the archive. Throws an `ImageError` if it
 * is not an archive.
 */
export async function* tarStream(chunks: AsyncIterable<Buffer>): AsyncGenerator<StreamedEntry> {
  const bytes = new ByteReader(chunks);
  const headers = new TarHeaders();
  try {
    for (;;) {
      const block = await bytes.read(BLOCK);
      const header = block.length === 0 ? ({ kind: 'end' } as const) : headers.read(requireLength(block, BLOCK));
      if (header.kind === 'end') break;
      if (header.kind === 'metadata') {
        header.apply(requireLength(await bytes.read(header.size), header.size));
        await bytes.skip(padding(header.size));
        continue;
      }
      const { entry } = header;
      const content = new EntryContent(bytes, entry.size);
      yield { entry, content };
      await content.skip();
      await bytes.skip(padding(entry.size));
    }
    await bytes.skip(Infinity);
  } finally {
    await bytes.close();
  }
}

/** Returns the number of bytes that pad a size to a full block. */
export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function requireLength(bytes: Buffer, size: number): Buffer {
  if (bytes.length < size) throw new ImageError(TRUNCATED, RECREATE_ARCHIVE);
  return bytes;
}

class EntryContent implements AsyncIterable<Buffer> {
  readonly #bytes: ByteReader;
  #remaining: number;

  constructor(bytes: ByteReader, size: number) {
    this.#bytes = bytes;
    this.#remaining = size;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    while (this.#remaining > 0) {
      const chunk = await this.#bytes.readSome(this.#remaining);
      if (chunk === undefined) throw new ImageError(TRUNCATED, RECREATE_ARCHIVE);
      this.#remaining -= chunk.length;
      yield chunk;
    }
  }

  async skip(): Promise<void> {
    for await (const chunk of this) void chunk;
  }
}

/** Reads bytes in chunks of a requested size. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Returns at least one byte and at most `most`; undefined at the end. */
  async readSome(most: number): Promise<Buffer | undefined> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#chunk = value;
    }
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  /** Returns `count` bytes, or all that remain. */
  async read(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = count; left > 0;) {
      const piece = await this.readSome(left);
      if (piece === undefined) break;
      pieces.push(piece);
      left -= piece.length;
    }
    return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const piece = await this.readSome(left);
      if (piece === undefined) return;
      left -= piece.length;
    }
  }
}
