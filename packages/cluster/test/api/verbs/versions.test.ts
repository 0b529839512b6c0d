/** A kind that is served in several versions: one set of objects. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '../../../src/index.js';

const FREE = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const version = (name: string, more: object = {}) => ({
  name,
  served: true,
  storage: false,
  subresources: { status: {} },
  schema: { openAPIV3Schema: FREE },
  ...more,
});
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [version('v1alpha1'), version('v1beta1'), version('v1', { storage: true })],
  },
};

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ crds: [definition], now: () => new Date('2026-01-01T00:00:00Z') });
});
afterAll(() => cluster.close());

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly fieldsV1: object;
}
interface Widget {
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly managedFields?: readonly Entry[];
  };
  readonly spec?: object;
}

async function ask<T = Widget>(method: string, path: string, body?: object, type = 'application/json'): Promise<T> {
  const response = await cluster.send(
    new Request(`http://kubernetes/apis/example.com${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': type } }),
    }),
  );
  return (await response.json()) as T;
}

const widgets = (name: string): string => `/${name}/namespaces/default/widgets`;
const create = (name: string, of: string, spec: object): Promise<Widget> =>
  ask('POST', `${widgets(of)}?fieldManager=creator`, { metadata: { name }, spec });
const MERGE = 'application/merge-patch+json';

test('an object can be read in every version, as the same object', async () => {
  const created = await create('a', 'v1alpha1', { x: 1 });
  expect(created.apiVersion).toBe('example.com/v1alpha1');
  const read = await ask('GET', `${widgets('v1')}/a`);
  expect(read).toEqual({ ...created, apiVersion: 'example.com/v1' });
});

test('managedFields tell in which version a spec is written', async () => {
  const { metadata } = await create('b', 'v1alpha1', { x: 1, y: 1 });
  expect(metadata.managedFields).toEqual([
    {
      manager: 'creator',
      operation: 'Update',
      apiVersion: 'example.com/v1alpha1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:x': {}, 'f:y': {} } },
    },
  ]);
  const patched = await ask('PATCH', `${widgets('v1')}/b?fieldManager=patcher`, { spec: { x: 2, z: 1 } }, MERGE);
  expect(
    patched.metadata.managedFields?.map(({ manager, apiVersion, fieldsV1 }) => [manager, apiVersion, fieldsV1]),
  ).toEqual([
    ['creator', 'example.com/v1alpha1', { 'f:spec': { 'f:y': {} } }],
    ['patcher', 'example.com/v1', { 'f:spec': { 'f:x': {}, 'f:z': {} } }],
  ]);
});

test('a writer whose fields another version has replaced keeps an entry without fields', async () => {
  await create('g', 'v1alpha1', { x: 1 });
  const replaced = await ask('PATCH', `${widgets('v1')}/g?fieldManager=other`, { spec: { x: 2 } }, MERGE);
  expect(replaced.metadata.managedFields?.map(({ apiVersion, fieldsV1 }) => [apiVersion, fieldsV1])).toEqual([
    ['example.com/v1alpha1', { 'f:spec': {} }],
    ['example.com/v1', { 'f:spec': { 'f:x': {} } }],
  ]);
});

test('writes of status and metadata in another version do not change the record', async () => {
  const { metadata } = await create('c', 'v1alpha1', { x: 1 });
  await ask('PATCH', `${widgets('v1')}/c/status`, { status: { done: true } }, MERGE);
  const patched = await ask('PATCH', `${widgets('v1')}/c`, { metadata: { labels: { a: 'b' } } }, MERGE);
  expect(patched.metadata.managedFields).toEqual(metadata.managedFields);
});

test('an update without changes in another version is not written', async () => {
  const created = await create('d', 'v1alpha1', { x: 1 });
  const patched = await ask('PATCH', `${widgets('v1')}/d`, { spec: { x: 1 } }, MERGE);
  expect(patched.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
});

test('a watch of one version shows the objects of all versions', async () => {
  await create('e1', 'v1', { x: 1 });
  await create('e2', 'v1beta1', { x: 1 });
  const response = await cluster.send(
    new Request(`http://kubernetes/apis/example.com${widgets('v1')}?watch=true&timeoutSeconds=1`),
  );
  const events = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly object: Widget });
  const shown = events.map(({ object }) => [
    object.metadata.name,
    object.apiVersion,
    object.metadata.managedFields?.[0]?.apiVersion,
  ]);
  expect(shown).toContainEqual(['e1', 'example.com/v1', 'example.com/v1']);
  expect(shown).toContainEqual(['e2', 'example.com/v1', 'example.com/v1beta1']);
});

test('server-side apply in one version takes over fields that were written in another, without a conflict', async () => {
  await create('f', 'v1alpha1', { x: 1, y: 1 });
  const body = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'f' }, spec: { x: 2 } };
  const applied = await ask('PATCH', `${widgets('v1')}/f?fieldManager=applier`, body, 'application/apply-patch+yaml');
  expect(applied.spec).toEqual({ x: 2, y: 1 });
  expect(
    applied.metadata.managedFields?.map(({ operation, apiVersion, fieldsV1 }) => [operation, apiVersion, fieldsV1]),
  ).toEqual([
    ['Update', 'example.com/v1alpha1', { 'f:spec': { 'f:y': {} } }],
    ['Apply', 'example.com/v1', { 'f:spec': { 'f:x': {} } }],
  ]);
});

test('discovery lists the versions by stability, whatever the order of the definition', async () => {
  const group = await ask<{ versions: { version: string }[]; preferredVersion: { version: string } }>('GET', '');
  expect(group.versions.map((it) => it.version)).toEqual(['v1', 'v1beta1', 'v1alpha1']);
  expect(group.preferredVersion.version).toBe('v1');
});
