/**
 * Reads archives of `docker save`, `podman save` and `skopeo copy … docker-archive:`: tar archives with a
 * `manifest.json`.
 */

import { posix } from 'node:path';
import { isObject, type Json } from '../json.js';
import type { Blobs } from './blobs.js';
import { ImageError, WRITE_AGAIN } from './image-error.js';
import {
  digestOf,
  layersOf,
  parseDocument,
  readImageConfig,
  requireSame,
  type Platform,
  type SavedImage,
} from './saved-image.js';

interface Listed {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * Reads the requested image.
 *
 * @param wanted the tag, or a predicate for tags; without a tag, the only image of an archive is used regardless of its
 * tags
 */
export function readDockerArchive(
  blobs: Blobs,
  wanted: { readonly tag: string | undefined; readonly isWanted: (tag: string) => boolean },
  machine: Platform,
): SavedImage {
  if (blobs.size('manifest.json') === undefined)
    throw new ImageError(
      'has no manifest.json',
      blobs.size('index.json') === undefined
        ? 'name a file that docker save, podman save or skopeo has written'
        : 'it is an OCI archive: write oci-archive:FILE',
    );
  const listed = readList(parseDocument(blobs.read('manifest.json'), 'manifest.json'));
  const { config, layers } = choose(listed, wanted);
  const bytes = blobs.read(config);
  const digest = digestOf(bytes);
  const [named] = /[0-9a-f]{64}/.exec(posix.basename(config)) ?? [];
  if (named !== undefined) requireSame(digest, `sha256:${named}`, 'its configuration');
  const read = readImageConfig(parseDocument(bytes, config), machine);
  for (const layer of layers) if (blobs.size(layer) === undefined) throw new ImageError(`has no ${layer}`, WRITE_AGAIN);
  return {
    digest,
    config: read.config,
    layers: layersOf(
      read.diffIds,
      layers.map((name) => ({ name })),
    ),
    blobs,
  };
}

function readList(value: Json): readonly Listed[] {
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
  if (images.length === 0) throw new ImageError('has a manifest.json without an image', WRITE_AGAIN);
  return images;
}

function choose(
  listed: readonly Listed[],
  { tag, isWanted }: { readonly tag: string | undefined; readonly isWanted: (tag: string) => boolean },
): Listed {
  const [only] = listed;
  if (tag === undefined && listed.length === 1 && only) return only;
  const fits = tag === undefined ? isWanted : (name: string) => name === tag || name === `${tag}:latest`;
  const [found, second] = listed.filter(({ tags }) => tags.some(fits));
  if (found && !second) return found;
  const all = listed.flatMap(({ tags }) => tags).join(', ') || 'images without a name';
  throw new ImageError(
    tag === undefined ? `has several images (${all})` : `has no image ${tag}; it has ${all}`,
    'write which: docker-archive:FILE:NAME:TAG',
  );
}
