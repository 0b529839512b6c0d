/** References of a run to objects that are not in the manifests must be reported before it starts. */

import { expect, test } from '@jest/globals';
import { TektonObjects } from '../../../src/manifests/tekton-objects.js';
import { loadText } from '../../../src/manifests/load.js';
import { sourceText } from '../../../src/yaml/text.js';
import { missingRequirements } from '../../../src/run/prepare/requirements.js';
import { selectRuns } from '../../../src/run/select/select.js';

const standIns = { images: new Map(), resources: new Map() };

/** Returns the findings about a TaskRun with these fields, except those about its image. */
function missing(
  parts: { readonly step?: string; readonly volume?: string; readonly run?: string; readonly others?: string },
  runtime: 'sandbox' | 'fake' = 'sandbox',
): readonly string[] {
  const { step = '', volume = '', run = '', others = '' } = parts;
  const text = `apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: r }
spec:
  taskSpec:
    steps: [{ name: s, image: x, command: [x], ${step} }]
    volumes: [${volume}]
  ${run}
---
${others}`;
  const { manifests, findings } = loadText(sourceText('a.yaml', text));
  expect(findings).toEqual([]);
  const objects = new TektonObjects(manifests);
  return missingRequirements(
    selectRuns(manifests, objects, [], []),
    { manifests, objects },
    { standIns, runtime, isSound: false },
  )
    .filter(({ code }) => code !== 'IMAGE_NO_STAND_IN')
    .map(({ code, place, message }) => `${place.line} ${code}: ${message}`);
}

const object = (kind: string, more: string): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: { name: it }\n${more}\n`;
const SECRET = object('Secret', 'data: { a: eA== }\nstringData: { b: x }');
const CONFIG_MAP = object('ConfigMap', 'data: { a: x }\nbinaryData: { b: eA== }');
const CLAIM = object('PersistentVolumeClaim', 'spec: {}');
const env = (from: string) => `env: [{ name: E, valueFrom: { ${from} } }]`;

test.each([
  [{ volume: '{ name: v, persistentVolumeClaim: { claimName: it } }' }, '7', 'PersistentVolumeClaim'],
  [{ run: 'workspaces: [{ name: w, persistentVolumeClaim: { claimName: it } }]' }, '8', 'PersistentVolumeClaim'],
  [
    { run: 'podTemplate: { volumes: [{ name: v, persistentVolumeClaim: { claimName: it } }] }' },
    '8',
    'PersistentVolumeClaim',
  ],
  [{ volume: '{ name: v, secret: { secretName: it } }' }, '7', 'Secret'],
  [{ volume: '{ name: v, projected: { sources: [{ secret: { name: it } }] } }' }, '7', 'Secret'],
  [{ run: 'workspaces: [{ name: w, secret: { secretName: it } }]' }, '8', 'Secret'],
  [{ step: env('secretKeyRef: { name: it, key: a }') }, '6', 'Secret'],
  [{ step: 'envFrom: [{ secretRef: { name: it } }]' }, '6', 'Secret'],
  [{ volume: '{ name: v, configMap: { name: it } }' }, '7', 'ConfigMap'],
  [{ volume: '{ name: v, projected: { sources: [{ configMap: { name: it } }] } }' }, '7', 'ConfigMap'],
  [{ run: 'workspaces: [{ name: w, configMap: { name: it } }]' }, '8', 'ConfigMap'],
  [{ step: env('configMapKeyRef: { name: it, key: a }') }, '6', 'ConfigMap'],
  [{ step: 'envFrom: [{ configMapRef: { name: it } }]' }, '6', 'ConfigMap'],
])('%j requires the object', (parts, line, kind) => {
  const code = { Secret: 'SECRET', ConfigMap: 'CONFIG_MAP' }[kind] ?? 'VOLUME_CLAIM';
  expect(missing(parts)).toEqual([
    expect.stringMatching(`^${line} ${code}_MISSING: .* uses the ${kind} it, which is in none of the manifests$`),
  ]);
  for (const others of [SECRET, CONFIG_MAP, CLAIM])
    if (others.includes(`kind: ${kind}\n`)) expect(missing({ ...parts, others })).toEqual([]);
});

test.each([
  [{ step: env('secretKeyRef: { name: it, key: c }'), others: SECRET }, '6 SECRET_KEY_MISSING', 'Secret'],
  [{ step: env('configMapKeyRef: { name: it, key: c }'), others: CONFIG_MAP }, '6 CONFIG_MAP_KEY_MISSING', 'ConfigMap'],
  [
    {
      volume: '{ name: v, secret: { secretName: it, items: [{ key: a, path: a }, { key: c, path: c }] } }',
      others: SECRET,
    },
    '7 SECRET_KEY_MISSING',
    'Secret',
  ],
])('%j requires the key', (parts, code, kind) => {
  expect(missing(parts)).toEqual([
    expect.stringMatching(`^${code}: .* uses the key c of the ${kind} it, which has no such key$`),
  ]);
});

test.each([
  { step: env('secretKeyRef: { name: it, key: a, optional: true }') },
  { step: env('secretKeyRef: { name: it, key: c, optional: true }'), others: SECRET },
  { step: 'envFrom: [{ configMapRef: { name: it, optional: true } }]' },
  { volume: '{ name: v, secret: { secretName: it, optional: true } }' },
  { volume: '{ name: v, persistentVolumeClaim: { claimName: $(inputs.params.claim) } }' },
  { volume: '{ name: v, configMap: { name: kube-root-ca.crt } }' },
])('%j requires nothing', (parts) => {
  expect(missing(parts)).toEqual([]);
});

test('the fake runtime requires claims and ConfigMaps, but no Secrets', () => {
  expect(missing({ step: env('secretKeyRef: { name: it, key: a }') }, 'fake')).toEqual([]);
  expect(missing({ step: env('secretKeyRef: { name: it, key: c }'), others: SECRET }, 'fake')).toEqual([]);
  expect(missing({ volume: '{ name: v, persistentVolumeClaim: { claimName: it } }' }, 'fake')).toHaveLength(1);
});
