/**
 * Parses a pushed manifest as far as the registry needs: its type, its blobs and its references. Supports Docker schema 2 and OCI,
 * images and indexes; the bytes are stored unchanged.
 */

import { isDigest, type Digest } from './names.js';
import { RegistryError } from './registry-error.js';

/** The media type of a manifest that lists manifests. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const IMAGES = new Set([OCI_MANIFEST, 'application/vnd.docker.distribution.manifest.v2+json']);
const INDEXES = new Set([OCI_INDEX, 'application/vnd.docker.distribution.manifest.list.v2+json']);

/** A content reference in a manifest. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** The parsed fields of a manifest. */
export interface Manifest {
  readonly mediaType: string;
  /** Blobs that the repository must contain. */
  readonly needs: readonly Digest[];
  readonly subject?: Digest;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** @param contentType as sent; parameters are ignored. Throws a {@link RegistryError} for an invalid manifest. */
export function readManifest(bytes: Uint8Array, contentType: string | null): Manifest {
  const json = parse(bytes);
  const sent = contentType?.split(';')[0]?.trim() ?? '';
  const stated = typeof json['mediaType'] === 'string' ? json['mediaType'] : undefined;
  const mediaType = sent === '' ? (stated ?? '') : sent;
  if (stated !== undefined && stated !== mediaType)
    throw invalid(`the mediaType of the manifest is ${stated}, but its Content-Type is ${mediaType}`);
  if (!IMAGES.has(mediaType) && !INDEXES.has(mediaType))
    throw invalid(
      `media type ${JSON.stringify(mediaType)} is not one of ${[...IMAGES, ...INDEXES].join(', ')}; Docker's schema 1 is not supported`,
    );

  const config = IMAGES.has(mediaType) ? descriptor(json['config'], 'config') : undefined;
  const layers = IMAGES.has(mediaType) ? list(json['layers'], 'layers') : [];
  if (INDEXES.has(mediaType))
    list(json['manifests'], 'manifests').forEach((one, i) => descriptor(one, `manifests[${i}]`));
  const subject = json['subject'] === undefined ? undefined : descriptor(json['subject'], 'subject').digest;
  const artifactType = typeof json['artifactType'] === 'string' ? json['artifactType'] : config?.mediaType;
  return {
    mediaType,
    needs: [
      ...(config ? [config.digest] : []),
      ...layers
        .map((one, i) => ({ ...descriptor(one, `layers[${i}]`), foreign: isForeign(one) }))
        .filter((one) => !one.foreign)
        .map((one) => one.digest),
    ],
    ...(subject !== undefined && { subject }),
    ...(artifactType !== undefined && { artifactType }),
    ...(isStrings(json['annotations']) && { annotations: json['annotations'] }),
  };
}

const invalid = (message: string): RegistryError => new RegistryError('MANIFEST_INVALID', message);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isStrings = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((one) => typeof one === 'string');

/** Whether a layer is stored at a URL of its own, as in Windows base images. */
const isForeign = (value: unknown): boolean =>
  isObject(value) && Array.isArray(value['urls']) && value['urls'].length > 0;

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw invalid(`the manifest is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (!isObject(json)) throw invalid('the manifest is not a JSON object');
  if (json['schemaVersion'] !== 2) throw invalid('schemaVersion must be 2');
  return json;
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(`${field} must be a list`);
  return value;
}

function descriptor(value: unknown, field: string): Descriptor {
  if (!isObject(value)) throw invalid(`${field} must be a descriptor`);
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== 'string') throw invalid(`${field}.mediaType must be a string`);
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalid(`${field}.digest must be sha256:<64 hex digits>`);
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0)
    throw invalid(`${field}.size must be a number of bytes`);
  return { mediaType, digest, size };
}
