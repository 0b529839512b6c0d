/** A saved image: its configuration and layers, independent of the format. */

import { createHash } from 'node:crypto';
import type { ImageConfig } from '@pipewright/cluster';
import type { Blobs } from './blobs.js';
import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import { isObject, type Json } from '../json.js';

/** A layer. Layers are listed in the order in which they are applied. */
export interface SavedLayer {
  /** Digest of its uncompressed bytes. */
  readonly diffId: string;
  /** Name of its file in the archive. */
  readonly name: string;
  /** Digest of that file, if the format specifies it. */
  readonly digest?: string;
}

/** An image that can be unpacked. */
export interface SavedImage {
  /** Digest of the configuration, which identifies the image because it contains the digests of the layers. */
  readonly digest: string;
  readonly config: ImageConfig;
  readonly layers: readonly SavedLayer[];
  readonly blobs: Blobs;
}

/** An operating system and architecture, in the notation of images. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Formats a platform as `os/architecture`, like docker. */
export const platformText = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');

/** Returns whether an image for one platform runs on another. */
export const runsOn = (image: Platform, machine: Platform): boolean =>
  image.os === machine.os && image.architecture === machine.architecture;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Returns a digest as text. Throws an `ImageError` if it is invalid or uses another algorithm. */
export function requireDigest(value: unknown, what: string): string {
  if (typeof value === 'string' && DIGEST.test(value)) return value;
  throw new ImageError(`${what} has the digest ${JSON.stringify(value)}; only sha256 is supported`, RECREATE_ARCHIVE);
}

/** Returns the digest of bytes. */
export const sha256Digest = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Throws an `ImageError` unless a digest is the expected one. */
export function requireDigestMatch(actual: string, expected: string, what: string): void {
  if (actual !== expected)
    throw new ImageError(`is damaged: ${what} has the digest ${actual}, not ${expected}`, RECREATE_ARCHIVE);
}

/** Parses a JSON document of an archive. Throws an `ImageError` if it is invalid. */
export function parseDocument(bytes: Buffer, name: string): Json {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json; // the return type of JSON.parse
  } catch (cause) {
    throw new ImageError(`has a ${name} that is not JSON`, RECREATE_ARCHIVE, { cause });
  }
}

/**
 * Reads a configuration (OCI image specification; docker's format is equivalent).
 *
 * @returns the configuration to run, and the digests of the uncompressed layers
 */
export function readImageConfig(
  value: Json,
  machine: Platform,
): { readonly config: ImageConfig; readonly diffIds: readonly string[] } {
  if (!isObject(value)) throw new ImageError('has a configuration that is not an object', RECREATE_ARCHIVE);
  const { os = 'linux', architecture = machine.architecture, rootfs, config } = value;
  const platform = { os: String(os), architecture: String(architecture) };
  if (!runsOn(platform, machine))
    throw new ImageError(
      `is an image for ${platformText(platform)}; this machine is ${platformText(machine)}`,
      `save the image for this machine: skopeo copy --override-arch ${machine.architecture} docker://IMAGE docker-archive:FILE.tar`,
    );
  const diffIds =
    isObject(rootfs) && Array.isArray(rootfs['diff_ids']) ? (rootfs['diff_ids'] as readonly Json[]) : undefined; // Array.isArray widens to any[]
  if (diffIds === undefined) throw new ImageError('has a configuration without rootfs.diff_ids', RECREATE_ARCHIVE);
  return {
    config: isObject(config) ? runConfig(config) : {},
    diffIds: diffIds.map((id) => requireDigest(id, 'a layer')),
  };
}

function runConfig(config: { readonly [key: string]: Json }): ImageConfig {
  const words = (field: string): readonly string[] | undefined => {
    const list = config[field] ?? null;
    if (list === null) return undefined;
    if (Array.isArray(list) && list.every((word) => typeof word === 'string'))
      return list.length === 0 ? undefined : list;
    throw new ImageError(`has a configuration whose ${field} is not a list of strings`, RECREATE_ARCHIVE);
  };
  const text = (field: string): string | undefined => {
    const value = config[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [entrypoint, cmd, env] = [words('Entrypoint'), words('Cmd'), words('Env')];
  const [workingDir, user] = [text('WorkingDir'), text('User')];
  return {
    ...(entrypoint && { Entrypoint: entrypoint }),
    ...(cmd && { Cmd: cmd }),
    ...(env && { Env: env }),
    ...(workingDir !== undefined && { WorkingDir: workingDir }),
    ...(user !== undefined && { User: user }),
  };
}

/** Pairs layers with their digests. Throws an `ImageError` if their numbers differ. */
export function layersOf(
  diffIds: readonly string[],
  files: readonly Omit<SavedLayer, 'diffId'>[],
): readonly SavedLayer[] {
  if (diffIds.length !== files.length)
    throw new ImageError(
      `has ${String(files.length)} layers; its configuration has ${String(diffIds.length)}`,
      RECREATE_ARCHIVE,
    );
  return files.map((file, index) => ({ ...file, diffId: diffIds[index] ?? '' }));
}
