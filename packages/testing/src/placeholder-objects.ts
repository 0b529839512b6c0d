/**
 * Placeholders for ServiceAccounts, Secrets, ConfigMaps and PersistentVolumeClaims that a run references and no object defines.
 *
 * Each has the referenced keys, with the name of the key as value. The node needs them: it starts no step while one is missing.
 */

import type { KubeObject } from '@pipewright/kube';
import { isTektonRun } from './runs.js';

/** A reference to an object, or to a key of it. The name is unchecked: the field may have another type. */
type ObjectReference = readonly [
  kind: 'ServiceAccount' | 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim',
  name: unknown,
  key?: unknown,
];

/** Returns a placeholder for each reference without an object, in the namespace of the run. */
export function placeholderObjects(objects: readonly KubeObject[], namespace: string): KubeObject[] {
  const existing = new Set(objects.map(({ kind = '', metadata }) => `${kind} ${metadata.name ?? ''}`));
  const placeholders = new Map<
    string,
    { readonly reference: ObjectReference; readonly data: Record<string, string> }
  >();
  for (const reference of objects.flatMap(referencesIn)) {
    const [kind, name, key] = reference;
    const id = `${kind} ${String(name)}`;
    if (typeof name !== 'string' || name.includes('$(') || existing.has(id) || id === 'ServiceAccount default')
      continue;
    const placeholder = placeholders.get(id) ?? { reference, data: {} };
    if (typeof key === 'string') placeholder.data[key] = key;
    placeholders.set(id, placeholder);
  }
  return [...placeholders.values()].map(({ reference: [kind, name], data }) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name: String(name), namespace },
    ...(kind === 'Secret' && { stringData: data }),
    ...(kind === 'ConfigMap' && { data }),
    ...(kind === 'PersistentVolumeClaim' && {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
  }));
}

function referencesIn(object: KubeObject): ObjectReference[] {
  const { secrets = [] } = object as { readonly secrets?: readonly { readonly name?: string }[] };
  const ofAccount: ObjectReference[] =
    object.kind === 'ServiceAccount' ? secrets.map(({ name }) => ['Secret', name]) : [];
  return [...ofAccount, ...referencesBelow(object, isTektonRun(object))];
}

/** Returns the references at any depth of a value, recognized by the field names of Kubernetes and Tekton. */
function referencesBelow(value: unknown, ofRun: boolean): ObjectReference[] {
  if (Array.isArray(value)) return value.flatMap((it) => referencesBelow(it, ofRun));
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Fields; // an object of JSON
  return [...referencesOf(fields, ofRun), ...Object.values(fields).flatMap((it) => referencesBelow(it, ofRun))];
}

type Fields = Readonly<Record<string, unknown>>;

function referencesOf(fields: Fields, ofRun: boolean): ObjectReference[] {
  const below = (name: string): Fields => (fields[name] ?? {}) as Fields; // only fields are read; a string has none of these
  const items = (list: unknown): readonly Fields[] => (Array.isArray(list) ? (list as Fields[]) : []); // objects of JSON
  const { secretKeyRef, configMapKeyRef, secretRef, configMapRef, configMap, persistentVolumeClaim } = {
    secretKeyRef: below('secretKeyRef'),
    configMapKeyRef: below('configMapKeyRef'),
    secretRef: below('secretRef'),
    configMapRef: below('configMapRef'),
    configMap: below('configMap'),
    persistentVolumeClaim: below('persistentVolumeClaim'),
  };
  return [
    ['Secret', secretKeyRef['name'], secretKeyRef['key']],
    ['Secret', secretRef['name']],
    ['Secret', fields['secretName'], fields['secretKey']],
    ...items(fields['items']).map((it): ObjectReference => ['Secret', fields['secretName'], it['key']]),
    ['ConfigMap', configMapKeyRef['name'], configMapKeyRef['key']],
    ['ConfigMap', configMapRef['name']],
    ['ConfigMap', configMap['name']],
    ...items(configMap['items']).map((it): ObjectReference => ['ConfigMap', configMap['name'], it['key']]),
    ['PersistentVolumeClaim', persistentVolumeClaim['claimName']],
    ...(ofRun
      ? [fields['serviceAccountName'], fields['serviceAccount']].map((it): ObjectReference => ['ServiceAccount', it])
      : []),
  ];
}
