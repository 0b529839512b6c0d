/** Image archives as tests want them, also such as no program writes: tar archives by POSIX and GNU, and the documents beside them. */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { plainTarOf as tar, type TarEntry as Member } from '../../../controller/test/support/tar.js';

export { tar, type Member };

/** A pax header for the member after it. */
export function pax(records: Readonly<Record<string, string>>): Member {
  const text = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const length = [1, 2, 3, 4, 5].map((digits) => rest + digits).find((all) => String(all).length === all - rest) ?? 0;
    return `${String(length)} ${key}=${value}\n`;
  });
  return { name: 'PaxHeaders/x', type: 'x', text: text.join('') };
}

/** Digest of bytes. */
export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** What an image says of itself. */
export interface ImageSays {
  readonly config?: object;
  readonly architecture?: string;
}

const ARCHITECTURE = { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch;

/** The configuration of an image with these layers. */
export const configOf = (layers: readonly Buffer[], { config = {}, architecture = ARCHITECTURE }: ImageSays): string =>
  JSON.stringify({
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
  });

/** What `docker save` writes: layers, a configuration, and the list of the images. */
export function dockerArchive(
  layers: readonly Buffer[],
  says: ImageSays = {},
  tags: readonly string[] = ['team/app:v1'],
): Buffer {
  const config = configOf(layers, says);
  const names = layers.map((layer) => `${sha256(layer)}.tar`);
  const list = [{ Config: `${sha256(config)}.json`, RepoTags: tags, Layers: names }];
  return tar([
    ...layers.map((text, index) => ({ name: names[index] ?? '', text })),
    { name: `${sha256(config)}.json`, text: config },
    { name: 'manifest.json', text: JSON.stringify(list) },
  ]);
}

/** A blob of an OCI layout. */
export interface Blob {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly annotations?: object;
  readonly platform?: object;
}

/** What names a blob in a manifest or index. */
export const descriptor = ({ mediaType, bytes, annotations, platform }: Blob): object => ({
  mediaType,
  digest: `sha256:${sha256(bytes)}`,
  size: bytes.length,
  ...(annotations && { annotations }),
  ...(platform && { platform }),
});

/** An image as blobs, its manifest first; layers are compressed as builders do. */
export function ociImage(
  layers: readonly Buffer[],
  says: ImageSays = {},
  compress = (bytes: Buffer): Buffer => gzipSync(bytes),
): readonly [Blob, ...Blob[]] {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', bytes: Buffer.from(configOf(layers, says)) };
  const files = layers.map((layer) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    bytes: compress(layer),
  }));
  const manifest = { schemaVersion: 2, config: descriptor(config), layers: files.map(descriptor) };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes }, config, ...files];
}

/** An index of blobs. */
export const ociIndex = (of: readonly Blob[]): Blob => ({
  mediaType: 'application/vnd.oci.image.index.v1+json',
  bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: of.map(descriptor) })),
});

/** The files of an OCI layout, by name: `top` are in its index. */
export const ociLayout = (top: readonly Blob[], blobs: readonly Blob[]): ReadonlyMap<string, Buffer> =>
  new Map([
    ['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ['index.json', ociIndex(top).bytes],
    ...[...top, ...blobs].map(({ bytes }) => [`blobs/sha256/${sha256(bytes)}`, bytes] as const),
  ]);

/** An OCI layout as one file. */
export const ociArchive = (files: ReadonlyMap<string, Buffer>): Buffer =>
  tar([...files].map(([name, text]) => ({ name, text })));

/** Writes files below a directory. */
export function writeFiles(directory: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), bytes);
  }
}
