/** Reads OCI image layouts, in a directory or in a tar archive: `index.json`, and blobs by digest. */

import { isObject, type Json, type JsonObject } from '../json.js';
import type { Blobs } from './blobs.js';
import { ImageError, RECREATE_ARCHIVE } from './image-error.js';
import {
  sha256Digest,
  layersOf,
  parseDocument,
  platformText,
  readImageConfig,
  requireDigest,
  requireDigestMatch,
  runsOn,
  type Platform,
  type SavedImage,
} from './saved-image.js';

/** Maximum nesting of indexes. An index may refer to one per platform or attestation; real images nest less. */
const MAX_INDEX_DEPTH = 4;

const REF_NAMES = ['org.opencontainers.image.ref.name', 'io.containerd.image.name'];

/** Reads the image with that tag for that platform. */
export function readOciLayout(blobs: Blobs, tag: string | undefined, machine: Platform): SavedImage {
  if (blobs.size('index.json') === undefined)
    throw new ImageError(
      'has no index.json',
      blobs.size('manifest.json') === undefined
        ? 'use an OCI layout, as written by skopeo copy docker://IMAGE oci:DIRECTORY'
        : 'it is an archive of docker save: write docker-archive:FILE',
    );
  const index = parseDocument(blobs.read('index.json'), 'index.json');
  let descriptor = chooseByTag(descriptorsIn(index), tag, machine);
  for (let depth = 0; depth < MAX_INDEX_DEPTH; depth += 1) {
    const value = parseDocument(readBlob(blobs, descriptor), 'manifest');
    const below = descriptorsIn(value);
    if (below.length === 0) return readManifest(blobs, value, machine);
    descriptor = chooseByPlatform(below, machine);
  }
  throw new ImageError('has too many levels of nested indexes', RECREATE_ARCHIVE);
}

function readManifest(blobs: Blobs, manifest: Json, machine: Platform): SavedImage {
  if (!isObject(manifest) || !isObject(manifest['config']) || !Array.isArray(manifest['layers']))
    throw new ImageError('has a manifest without config and layers', RECREATE_ARCHIVE);
  const bytes = readBlob(blobs, manifest['config']);
  const { config, diffIds } = readImageConfig(parseDocument(bytes, 'configuration'), machine);
  const files = (manifest['layers'] as readonly Json[]).map((layer) => {
    // Array.isArray widens to any[]
    const digest = requireDigest(isObject(layer) ? layer['digest'] : undefined, 'a layer');
    if (blobs.size(nameOf(digest)) === undefined)
      throw new ImageError(`lacks the layer ${digest}`, 'save the whole image, with all its layers');
    return { name: nameOf(digest), digest };
  });
  return { digest: sha256Digest(bytes), config, layers: layersOf(diffIds, files), blobs };
}

const nameOf = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`;

function readBlob(blobs: Blobs, descriptor: JsonObject): Buffer {
  const digest = requireDigest(descriptor['digest'], 'a blob');
  const bytes = blobs.read(nameOf(digest));
  requireDigestMatch(sha256Digest(bytes), digest, nameOf(digest));
  return bytes;
}

const descriptorsIn = (value: Json): readonly JsonObject[] =>
  isObject(value) && Array.isArray(value['manifests']) ? (value['manifests'] as readonly Json[]).filter(isObject) : []; // Array.isArray widens to any[]

const tagsOf = (descriptor: JsonObject): readonly string[] => {
  const annotations = descriptor['annotations'];
  if (!isObject(annotations)) return [];
  return REF_NAMES.flatMap((name) => (typeof annotations[name] === 'string' ? [annotations[name]] : []));
};

/**
 * Selects an entry by tag. Several entries without a name, or with the same name, are one image for several platforms.
 */
function chooseByTag(all: readonly JsonObject[], tag: string | undefined, machine: Platform): JsonObject {
  const tags = [...new Set(all.flatMap(tagsOf))];
  const matching =
    tag === undefined
      ? all
      : all.filter((each) => tagsOf(each).some((name) => name === tag || name.endsWith(`:${tag}`)));
  if (tag !== undefined && matching.length === 0)
    throw new ImageError(
      `has no image ${tag}; it has ${tags.join(', ') || 'images without a name'}`,
      'select one of them',
    );
  if (tag === undefined && matching.length > 1 && tags.length > 1)
    throw new ImageError(
      `has several images (${tags.join(', ')})`,
      'select one: oci-archive:FILE:TAG or oci:DIRECTORY:TAG',
    );
  return chooseByPlatform(matching, machine);
}

function chooseByPlatform(all: readonly JsonObject[], machine: Platform): JsonObject {
  const [only] = all;
  if (only && all.length === 1) return only;
  const known = all.flatMap((each) => {
    const platform = platformOf(each);
    return platform ? [{ each, platform }] : [];
  });
  const matching = known.find(({ platform }) => runsOn(platform, machine));
  if (matching) return matching.each;
  if (only && known.length === 0) return only;
  throw new ImageError(
    all.length === 0
      ? 'has an index without an image'
      : `has images for ${known.map(({ platform }) => platformText(platform)).join(', ')}; this machine is ${platformText(machine)}`,
    'save the image for this machine',
  );
}

function platformOf(descriptor: JsonObject): Platform | undefined {
  const platform = descriptor['platform'];
  if (!isObject(platform) || typeof platform['os'] !== 'string' || typeof platform['architecture'] !== 'string')
    return undefined;
  const { os, architecture, variant } = platform;
  return { os, architecture, ...(typeof variant === 'string' && { variant }) };
}
