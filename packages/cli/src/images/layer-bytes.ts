/**
 * Decompresses layers and verifies them: the file against its digest before it is used, the uncompressed bytes against
 * theirs at the end.
 */

import { createHash } from 'node:crypto';
import { pipeline, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import { requireDigestMatch, type SavedImage, type SavedLayer } from './saved-image.js';

type Compression = 'none' | 'gzip' | 'zstd';

const MAGIC: readonly (readonly [Compression | 'bzip2' | 'xz', string])[] = [
  ['gzip', '1f8b'],
  ['zstd', '28b52ffd'],
  ['bzip2', '425a68'],
  ['xz', 'fd377a585a'],
];

/** Node supports zstd since 22.15. */
const { createZstdDecompress } = zlib as { readonly createZstdDecompress?: () => Duplex };

/**
 * Yields the uncompressed bytes. Throws an `ImageError` at the end if they do not match the digest, and as soon as
 * there are more than `most`.
 */
export async function* layerBytes({ blobs }: SavedImage, layer: SavedLayer, most: number): AsyncGenerator<Buffer> {
  if (layer.digest !== undefined)
    requireDigestMatch(await streamDigest(blobs.stream(layer.name)), layer.digest, `the layer ${layer.name}`);
  const hash = createHash('sha256');
  let count = 0;
  for await (const chunk of decompressed(blobs.stream(layer.name), layer.name)) {
    count += chunk.length;
    if (count > most) throw imageTooLarge(most);
    hash.update(chunk);
    yield chunk;
  }
  requireDigestMatch(`sha256:${hash.digest('hex')}`, layer.diffId, `the layer ${layer.name}`);
}

/** Returns the error for an image that exceeds the size limit. */
export const imageTooLarge = (most: number): ImageError =>
  new ImageError(
    `unpacks to more than ${String(Math.floor(most / 1024 ** 3))} GiB`,
    'use a smaller image, or unpack it and use the directory',
  );

async function streamDigest(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

/** Detects the compression by the first bytes, since docker archives do not declare it. */
async function* decompressed(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const rest = prepend(first.value, iterator);
  const compression = compressionOf(first.value);
  if (compression === 'none') return yield* rest;
  const decoder = decoderFor(compression, name);
  pipeline(rest, decoder, () => undefined); // errors are rethrown by the loop that reads the decoder
  try {
    for await (const chunk of decoder) yield chunk as Buffer; // the decoder has no encoding set
  } catch (cause) {
    if (cause instanceof ImageError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException; // streams throw errors of this type
    if (!/^(Z_|ZSTD_|ERR_)/.test(code)) throw cause;
    throw new ImageError(`is damaged: the layer ${name} cannot be decompressed (${code})`, RECREATE_ARCHIVE, { cause });
  }
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

const compressionOf = (bytes: Buffer): (typeof MAGIC)[number][0] =>
  MAGIC.find(([, magic]) => bytes.subarray(0, magic.length / 2).toString('hex') === magic)?.[0] ?? 'none';

function decoderFor(compression: (typeof MAGIC)[number][0], name: string): Duplex {
  if (compression === 'gzip') return zlib.createGunzip();
  if (compression === 'zstd' && createZstdDecompress) return createZstdDecompress();
  throw new ImageError(
    compression === 'zstd'
      ? `has a layer compressed with zstd (${name}), which Node ${process.versions.node} cannot read`
      : `has a layer compressed with ${compression} (${name})`,
    'save it without compression: skopeo copy oci:DIRECTORY docker-archive:FILE.tar; or, for zstd, use Node 22.15 or later',
  );
}
