/**
 * Reads archives of `docker save`, `podman save` and `skopeo copy … docker-archive:`: tar archives with a
 * `manifest.json`.
 */

import { posix } from 'node:path';
import { isObject, type Json } from '../json.js';
import type { Blobs } from './blobs.js';
import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import {
  sha256Digest,
  layersOf,
  parseDocument,
  readImageConfig,
  requireDigestMatch,
  type Platform,
  type SavedImage,
} from './saved-image.js';

interface ManifestEntry {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * Reads the requested image.
 *
 * @param selection the tag, or a predicate for tags; without a tag, the only image of an archive is used regardless of its
 * tags
 */
export function readDockerArchive(
  blobs: Blobs,
  selection: { readonly tag: string | undefined; readonly isWanted: (tag: string) => boolean },
  machine: Platform,
): SavedImage {
  if (blobs.size('manifest.json') === undefined)
    throw new ImageError(
      'has no manifest.json',
      blobs.size('index.json') === undefined
        ? 'use a file written by docker save, podman save or skopeo'
        : 'it is an OCI archive: write oci-archive:FILE',
    );
  const entries = readManifestEntries(parseDocument(blobs.read('manifest.json'), 'manifest.json'));
  const { config, layers } = selectEntry(entries, selection);
  const bytes = blobs.read(config);
  const digest = sha256Digest(bytes);
  const [named] = /[0-9a-f]{64}/.exec(posix.basename(config)) ?? [];
  if (named !== undefined) requireDigestMatch(digest, `sha256:${named}`, 'its configuration');
  const parsed = readImageConfig(parseDocument(bytes, config), machine);
  for (const layer of layers)
    if (blobs.size(layer) === undefined) throw new ImageError(`has no ${layer}`, RECREATE_ARCHIVE);
  return {
    digest,
    config: parsed.config,
    layers: layersOf(
      parsed.diffIds,
      layers.map((name) => ({ name })),
    ),
    blobs,
  };
}

function readManifestEntries(value: Json): readonly ManifestEntry[] {
  const list = Array.isArray(value) ? (value as readonly Json[]) : []; // Array.isArray widens to any[]
  const images = list.flatMap((each) => {
    if (!isObject(each) || typeof each['Config'] !== 'string' || !Array.isArray(each['Layers'])) return [];
    const texts = (field: string): readonly string[] => {
      const found = each[field];
      return Array.isArray(found) ? (found as readonly Json[]).map(String) : [];
    };
    return [
      {
        config: posix.normalize(each['Config']),
        tags: texts('RepoTags'),
        layers: texts('Layers').map((name) => posix.normalize(name)),
      },
    ];
  });
  if (images.length === 0) throw new ImageError('has a manifest.json without an image', RECREATE_ARCHIVE);
  return images;
}

function selectEntry(
  entries: readonly ManifestEntry[],
  { tag, isWanted }: { readonly tag: string | undefined; readonly isWanted: (tag: string) => boolean },
): ManifestEntry {
  const [only] = entries;
  if (tag === undefined && entries.length === 1 && only) return only;
  const fits = tag === undefined ? isWanted : (name: string) => name === tag || name === `${tag}:latest`;
  const [found, second] = entries.filter(({ tags }) => tags.some(fits));
  if (found && !second) return found;
  const all = entries.flatMap(({ tags }) => tags).join(', ') || 'images without a name';
  throw new ImageError(
    tag === undefined ? `has several images (${all})` : `has no image ${tag}; it has ${all}`,
    'select one: docker-archive:FILE:NAME:TAG',
  );
}
