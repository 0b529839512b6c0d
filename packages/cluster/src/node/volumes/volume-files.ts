/**
 * The files of volumes made of API objects: paths, contents and modes. Pure; objects are read beforehand.
 */

import { fieldValue, resourceValue, type NodeAddress } from '../pod/downward-api.js';
import type { DataObject, DownwardItem, ObjectSource, Pod, ProjectedSource, Volume } from '../pod/pod.js';

/** A file of a volume. */
export interface VolumeFile {
  readonly content: Buffer;
  readonly mode: number;
}

/** A required object that does not exist. */
export interface ObjectReference {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
}

/** The files by their path in the volume, or the missing object. */
export type VolumeFilesResolution =
  | { readonly kind: 'resolved'; readonly files: ReadonlyMap<string, VolumeFile> }
  | { readonly kind: 'failed'; readonly message: string; readonly missing?: ObjectReference };

/** The sources of a volume's files. */
export interface VolumeSources {
  readonly pod: Pod;
  readonly node: NodeAddress;
  readonly secret: (name: string) => DataObject | undefined;
  readonly configMap: (name: string) => DataObject | undefined;
  /** Returns the token for a projected source of this path. */
  readonly token: (path: string) => string | undefined;
}

const DEFAULT_MODE = 0o644;

/** Whether a volume consists of API objects; such volumes are read-only. */
export const isProjection = (volume: Volume): boolean =>
  volume.secret !== undefined ||
  volume.configMap !== undefined ||
  volume.downwardAPI !== undefined ||
  volume.projected !== undefined;

/** Returns the Secrets and ConfigMaps of a volume. */
export function objectsOfVolume(volume: Volume): readonly ObjectReference[] {
  return sourcesOf(volume).flatMap(({ secret, configMap }): ObjectReference[] => [
    ...(secret === undefined ? [] : [{ kind: 'Secret' as const, name: secret.name ?? '' }]),
    ...(configMap === undefined ? [] : [{ kind: 'ConfigMap' as const, name: configMap.name ?? '' }]),
  ]);
}

/** Returns the sources of a volume: every kind of projection is treated as a projected volume. */
export function sourcesOf({ secret, configMap, downwardAPI, projected }: Volume): readonly ProjectedSource[] {
  if (projected !== undefined) return projected.sources ?? [];
  if (secret !== undefined) {
    const { secretName, ...source } = secret;
    return [{ secret: { ...source, ...(secretName !== undefined && { name: secretName }) } }];
  }
  if (configMap !== undefined) return [{ configMap }];
  return downwardAPI === undefined ? [] : [{ downwardAPI }];
}

/** Returns the files of a volume; of two sources with the same path the later one takes precedence. */
export function volumeFiles(volume: Volume, sources: VolumeSources): VolumeFilesResolution {
  const { secret, configMap, downwardAPI, projected } = volume;
  const mode = (secret ?? configMap ?? downwardAPI ?? projected)?.defaultMode ?? DEFAULT_MODE;
  const files = new Map<string, VolumeFile>();
  for (const source of sourcesOf(volume)) {
    const resolution = filesOf(source, mode, sources);
    if (resolution.kind === 'failed') return resolution;
    for (const [path, file] of resolution.files) {
      if (!isInside(path))
        return {
          kind: 'failed',
          message: `volume ${JSON.stringify(volume.name)}: path ${JSON.stringify(path)} leaves the volume`,
        };
      files.set(path, file);
    }
  }
  return { kind: 'resolved', files };
}

function filesOf(source: ProjectedSource, mode: number, sources: VolumeSources): VolumeFilesResolution {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  if (secret !== undefined) return objectFiles('Secret', secret, sources.secret(secret.name ?? ''), mode, sources.pod);
  if (configMap !== undefined) {
    return objectFiles('ConfigMap', configMap, sources.configMap(configMap.name ?? ''), mode, sources.pod);
  }
  if (downwardAPI !== undefined) return downwardFiles(downwardAPI.items ?? [], mode, sources);
  if (serviceAccountToken === undefined) return { kind: 'resolved', files: new Map() };
  const token = sources.token(serviceAccountToken.path);
  if (token === undefined) return { kind: 'failed', message: 'failed to fetch token: no token was issued' };
  return { kind: 'resolved', files: new Map([[serviceAccountToken.path, { content: Buffer.from(token), mode }]]) };
}

function objectFiles(
  kind: 'Secret' | 'ConfigMap',
  { name = '', items, optional = false }: ObjectSource,
  object: DataObject | undefined,
  mode: number,
  pod: Pod,
): VolumeFilesResolution {
  const files = new Map<string, VolumeFile>();
  if (object === undefined) {
    if (optional) return { kind: 'resolved', files };
    return {
      kind: 'failed',
      message: `${kind.toLowerCase()} ${JSON.stringify(name)} not found`,
      missing: { kind, name },
    };
  }
  const all = contents(kind, object);
  if (items === undefined || items.length === 0) {
    for (const [key, content] of all) files.set(key, { content, mode });
    return { kind: 'resolved', files };
  }
  for (const item of items) {
    const content = all.get(item.key);
    if (content !== undefined) files.set(item.path, { content, mode: item.mode ?? mode });
    else if (!optional) {
      const message = `references non-existent ${kind === 'Secret' ? 'secret' : 'config'} key: ${item.key} in ${pod.metadata.namespace}/${name}`;
      return { kind: 'failed', message, missing: { kind, name } };
    }
  }
  return { kind: 'resolved', files };
}

function contents(kind: 'Secret' | 'ConfigMap', { data = {}, binaryData = {} }: DataObject): Map<string, Buffer> {
  const encoding = kind === 'Secret' ? 'base64' : 'utf8';
  return new Map([
    ...Object.entries(data).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, encoding)]),
    ...Object.entries(binaryData).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, 'base64')]),
  ]);
}

function downwardFiles(
  items: readonly DownwardItem[],
  mode: number,
  { pod, node }: VolumeSources,
): VolumeFilesResolution {
  const files = new Map<string, VolumeFile>();
  for (const item of items) {
    const { fieldRef, resourceFieldRef } = item;
    const container = pod.spec.containers.find((it) => it.name === resourceFieldRef?.containerName);
    const value =
      fieldRef !== undefined
        ? fieldValue(pod, fieldRef.fieldPath, node)
        : resourceFieldRef !== undefined && container !== undefined
          ? resourceValue(container, resourceFieldRef)
          : ({ kind: 'unsupported', message: `the item ${item.path} has no valid source` } as const);
    if (value.kind !== 'resolved') return { kind: 'failed', message: value.message };
    files.set(item.path, { content: Buffer.from(value.value), mode: item.mode ?? mode });
  }
  return { kind: 'resolved', files };
}

const isInside = (path: string): boolean => path !== '' && !path.startsWith('/') && !path.split('/').includes('..');
