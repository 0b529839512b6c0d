/** Creates image archives for tests, including invalid ones: POSIX and GNU tar archives, and their metadata. */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { plainTarOf as tar, type TarEntry as Member } from '../../../controller/test/support/tar.js';

export { tar, type Member };

/** Returns a pax header for the next member. */
export function pax(records: Readonly<Record<string, string>>): Member {
  const text = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    const length = [1, 2, 3, 4, 5].map((digits) => rest + digits).find((all) => String(all).length === all - rest) ?? 0;
    return `${String(length)} ${key}=${value}\n`;
  });
  return { name: 'PaxHeaders/x', type: 'x', text: text.join('') };
}

/** Returns the SHA-256 digest of bytes. */
export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** Configuration of an image. */
export interface ImageSays {
  readonly config?: object;
  readonly architecture?: string;
}

const ARCHITECTURE = { x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch;

/** Returns the configuration of an image with these layers. */
export const configOf = (layers: readonly Buffer[], { config = {}, architecture = ARCHITECTURE }: ImageSays): string =>
  JSON.stringify({
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
  });

/** Returns an archive like that of `docker save`: layers, a configuration, and the image list. */
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

/** Returns the descriptor of a blob. */
export const descriptor = ({ mediaType, bytes, annotations, platform }: Blob): object => ({
  mediaType,
  digest: `sha256:${sha256(bytes)}`,
  size: bytes.length,
  ...(annotations && { annotations }),
  ...(platform && { platform }),
});

/** Returns an image as blobs, its manifest first, with compressed layers. */
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

/** Returns an index of blobs. */
export const ociIndex = (of: readonly Blob[]): Blob => ({
  mediaType: 'application/vnd.oci.image.index.v1+json',
  bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: of.map(descriptor) })),
});

/** Returns the files of an OCI layout, by name. `top`: the blobs in its index. */
export const ociLayout = (top: readonly Blob[], blobs: readonly Blob[]): ReadonlyMap<string, Buffer> =>
  new Map([
    ['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ['index.json', ociIndex(top).bytes],
    ...[...top, ...blobs].map(({ bytes }) => [`blobs/sha256/${sha256(bytes)}`, bytes] as const),
  ]);

/** Returns an OCI layout as a tar archive. */
export const ociArchive = (files: ReadonlyMap<string, Buffer>): Buffer =>
  tar([...files].map(([name, text]) => ({ name, text })));

/** Writes files below a directory. */
export function writeFiles(directory: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), bytes);
  }
}
