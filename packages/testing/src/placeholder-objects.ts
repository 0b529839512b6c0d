/**
 * What a run takes as being elsewhere, made up: accounts, Secrets, ConfigMaps and volumes that are named and nowhere defined.
 *
 * Each has the keys that are asked for, and every key's value is its own name. Nothing reads them but the node, which starts
 * no step while one is missing.
 */

import type { KubeObject } from '@pipewright/kube';
import { isRun } from './runs.js';

/** A kind, a name, and perhaps a key of it. */
type ObjectReference = readonly [
  kind: 'ServiceAccount' | 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim',
  name: unknown,
  key?: unknown,
];

/** What objects mention and nobody defines, in the namespace of the run. */
export function placeholderObjects(objects: readonly KubeObject[], namespace: string): KubeObject[] {
  const there = new Set(objects.map(({ kind = '', metadata }) => `${kind} ${metadata.name ?? ''}`));
  const keys = new Map<string, { readonly mention: ObjectReference; readonly data: Record<string, string> }>();
  for (const mention of objects.flatMap(referencesIn)) {
    const [kind, name, key] = mention;
    const id = `${kind} ${String(name)}`;
    if (typeof name !== 'string' || name.includes('$(') || there.has(id) || id === 'ServiceAccount default') continue;
    const made = keys.get(id) ?? { mention, data: {} };
    if (typeof key === 'string') made.data[key] = key;
    keys.set(id, made);
  }
  return [...keys.values()].map(({ mention: [kind, name], data }) => ({
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
  return [...ofAccount, ...referencesBelow(object, isRun(object))];
}

/** What is mentioned anywhere below a value, by the names of the fields that Kubernetes and Tekton mention it with. */
function referencesBelow(value: unknown, ofRun: boolean): ObjectReference[] {
  if (Array.isArray(value)) return value.flatMap((it) => referencesBelow(it, ofRun));
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Fields; // an object of JSON
  return [...referencesOf(fields, ofRun), ...Object.values(fields).flatMap((it) => referencesBelow(it, ofRun))];
}

type Fields = Readonly<Record<string, unknown>>;

function referencesOf(fields: Fields, ofRun: boolean): ObjectReference[] {
  const below = (name: string): Fields => (fields[name] ?? {}) as Fields; // asked for fields alone, which a string has none of
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
