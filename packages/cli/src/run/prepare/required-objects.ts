/**
 * Finds Secrets, ConfigMaps and PersistentVolumeClaims, and their keys, that the pods of a run refer to and the
 * manifests do not contain. Pure.
 *
 * Separate from other requirements because references are detected by field names, anywhere in a container, a volume or
 * a workspace.
 */

import type { Finding } from '../../diagnostics/finding.js';
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../../json.js';
import type { Path } from '../../yaml/locate.js';
import type { Manifest } from '../../manifests/load.js';
import type { ReachableTask } from '../select/reachable-tasks.js';
import { errorAt, tryFindManifest } from '../../manifests/manifest-finding.js';
import type { PlannedRun } from '../select/planned-run.js';

/** A part of a manifest from which pods refer to objects. */
export interface ReferringPart {
  readonly value: Json;
  readonly manifest: Manifest;
  readonly path: Path;
  /** `Task unit-tests`, for messages. */
  readonly title: string;
}

/** Returns the spec of a task. */
export const objectsOfTask = ({ manifest, path, title }: ReachableTask): ReferringPart => ({
  value: valueAt(manifest.object, path),
  manifest,
  path,
  title,
});

/** Returns the workspaces and the pod template of a run, which apply to its pods. */
export const objectsOfRun = ({ kind, title, manifest }: PlannedRun): ReferringPart => {
  const { workspaces = null, podTemplate = null } = objectAt(manifest.object, 'spec');
  return { value: { workspaces, podTemplate }, manifest, path: ['spec'], title: `${kind} ${title}` };
};

function valueAt(object: Json, path: Path): Json {
  let at: Json | undefined = object;
  for (const step of path)
    at = Array.isArray(at) ? (at as readonly Json[])[Number(step)] : isObject(at) ? at[String(step)] : undefined; // Array.isArray widens to any[]
  return at ?? null;
}

/**
 * Kubernetes creates this ConfigMap in every namespace; service account token volumes take the CA certificate from it.
 */
const ROOT_CERTIFICATE = 'kube-root-ca.crt';

/** Returns findings for missing objects, and for missing keys of existing ones, unless they are optional. */
export function missingObjects(
  { value, manifest, path, title }: ReferringPart,
  namespace: string,
  manifests: readonly Manifest[],
): readonly Finding[] {
  return referencesIn(value, []).flatMap((reference) => {
    const { kind, name, at } = reference;
    if (name.includes('$(') || (kind === 'ConfigMap' && name === ROOT_CERTIFICATE)) return [];
    const found = tryFindManifest(manifests, kind, namespace, name);
    if (found) return missingKeys(reference, found, { manifest, path, title });
    const message = `${title} uses the ${kind} ${name}, which is in none of the manifests`;
    return [errorAt(manifest, [...path, ...at], KINDS[kind].missing, message, KINDS[kind].hint(reference))];
  });
}

type Kind = 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim';

interface Reference {
  readonly kind: Kind;
  readonly name: string;
  /** The required keys, and the positions of the references to them. */
  readonly keys: readonly { readonly key: string; readonly at: Path }[];
  readonly at: Path;
}

interface KindOfObject {
  readonly missing: string;
  readonly keyMissing: string;
  /** The fields that contain its data. */
  readonly data: readonly string[];
  readonly hint: (reference: Reference) => string;
}

const createHint = (kubectl: string, { name, keys }: Reference): string => {
  const plain = keys.map(({ key }) => key).filter((key) => /^[\w.-]+$/.test(key));
  const literals = [...new Set(plain.length > 0 ? plain : ['KEY'])].map((key) => `--from-literal=${key}=VALUE`);
  return `add it to the command: kubectl create ${kubectl} ${name} ${literals.join(' ')} --dry-run=client -o yaml > ${name}.yaml`;
};

const claimHint = ({ name }: Reference): string =>
  `write this to a file and add it to the command; a claim of any storage class is an empty directory:
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }`;

const KINDS: Readonly<Record<Kind, KindOfObject>> = {
  Secret: {
    missing: 'SECRET_MISSING',
    keyMissing: 'SECRET_KEY_MISSING',
    data: ['data', 'stringData'],
    hint: (reference) => createHint('secret generic', reference),
  },
  ConfigMap: {
    missing: 'CONFIG_MAP_MISSING',
    keyMissing: 'CONFIG_MAP_KEY_MISSING',
    data: ['data', 'binaryData'],
    hint: (reference) => createHint('configmap', reference),
  },
  PersistentVolumeClaim: {
    missing: 'VOLUME_CLAIM_MISSING',
    keyMissing: '', // claims have no keys
    data: [],
    hint: claimHint,
  },
};

function missingKeys(
  { kind, name, keys }: Reference,
  found: Manifest,
  { manifest, path, title }: Pick<ReferringPart, 'manifest' | 'path' | 'title'>,
): readonly Finding[] {
  const known = KINDS[kind].data.flatMap((field) => Object.keys(objectAt(found.object, field)));
  const others = known.length === 0 ? 'it has no keys' : `it has ${known.join(', ')}`;
  return keys
    .filter(({ key }) => !known.includes(key) && !key.includes('$('))
    .map(({ key, at }) => {
      const message = `${title} uses the key ${key} of the ${kind} ${name}, which has no such key`;
      const hint = `correct the key, or add it to the ${kind}: ${others}`;
      return errorAt(manifest, [...path, ...at], KINDS[kind].keyMissing, message, hint);
    });
}

/** The kind of each reference field, and the fields that may contain the name. */
const FIELDS: Readonly<Record<string, { readonly kind: Kind; readonly names: readonly string[] }>> = {
  secretKeyRef: { kind: 'Secret', names: ['name'] },
  secretRef: { kind: 'Secret', names: ['name'] },
  configMapKeyRef: { kind: 'ConfigMap', names: ['name'] },
  configMapRef: { kind: 'ConfigMap', names: ['name'] },
  configMap: { kind: 'ConfigMap', names: ['name'] },
  secret: { kind: 'Secret', names: ['secretName', 'name'] }, // `name` is used in projected volumes
  persistentVolumeClaim: { kind: 'PersistentVolumeClaim', names: ['claimName'] },
};

/** Returns all references in a value. The loader limits the depth. */
function referencesIn(value: Json, at: Path): readonly Reference[] {
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((each, index) => referencesIn(each, [...at, index])); // Array.isArray widens a readonly Json[] to any[]
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    const reference = isObject(below) && below['optional'] !== true ? referenceAt(key, below, [...at, key]) : undefined;
    return reference ? [reference] : referencesIn(below, [...at, key]);
  });
}

function referenceAt(field: string, value: JsonObject, at: Path): Reference | undefined {
  const known = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  const named = known?.names.find((each) => typeof value[each] === 'string');
  if (!known || named === undefined) return undefined;
  return { kind: known.kind, name: textAt(value, named) ?? '', keys: keysIn(value, at), at: [...at, named] };
}

/** Returns the key that a variable refers to, or those that a volume mounts as files. */
function keysIn(reference: JsonObject, at: Path): Reference['keys'] {
  const places = [[], ...listAt(reference, 'items').map((_, index) => ['items', index])];
  return places.flatMap((place) => {
    const holder = place.length === 0 ? reference : listAt(reference, 'items')[Number(place[1])];
    const key = textAt(holder, 'key');
    return key === undefined ? [] : [{ key, at: [...at, ...place, 'key'] }];
  });
}
