/** The client against an actual API server, for behavior that fake responses cannot verify. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CONFIG_MAPS,
  EventRecorder,
  EVENTS,
  KubeClient,
  LeaderElector,
  LEASES,
  NAMESPACES,
  PODS,
  readLines,
  Informer,
  hasReason,
  SERVICE_ACCOUNTS,
  type KubeObject,
} from '../../src/index.js';
import type { Send } from '@pipewright/apimachinery';

/** Defines the suite, which uses its own namespace. `runsPods`: whether the cluster has a node. */
export function describeClient(
  name: string,
  connect: () => Promise<{ readonly send: Send; close(): Promise<void> }>,
  { runsPods }: { readonly runsPods: boolean },
): void {
  describe(name, () => {
    const namespace = `pipewright-kube-${process.pid}`;
    let connected: Awaited<ReturnType<typeof connect>>;
    let client: KubeClient;

    beforeAll(async () => {
      connected = await connect();
      client = new KubeClient(connected.send);
      await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      for await (const { type, object } of client.watch(SERVICE_ACCOUNTS, { namespace })) {
        if (type === 'ADDED' && object.metadata.name === 'default') break; // pods need it
      }
    });

    afterAll(async () => {
      await client.delete(NAMESPACES, { name: namespace });
      await connected.close();
    });

    const configMap = (name: string, data: object = {}) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels: { test: 'kube' } },
      data,
    });

    test('creates, patches with every patch type, replaces and deletes', async () => {
      const key = { namespace, name: 'crud' };
      const created = await client.create(CONFIG_MAPS, { namespace }, configMap('crud', { a: '1', b: '1' }));
      const duplicate: unknown = await client
        .create(CONFIG_MAPS, { namespace }, configMap('crud'))
        .catch((e: unknown) => e);
      expect(hasReason(duplicate, 'AlreadyExists')).toBe(true);
      await client.patch(CONFIG_MAPS, key, { data: { a: null } }, { type: 'merge' });
      await client.patch(CONFIG_MAPS, key, [{ op: 'add', path: '/data/c', value: '3' }], { type: 'json' });
      await client.patch(CONFIG_MAPS, key, { data: { d: '4' } }, { type: 'strategic' });
      const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'crud' }, data: { e: '5' } };
      await client.patch(CONFIG_MAPS, key, applied, { type: 'apply', fieldManager: 'pipewright', force: true });
      await client.patch(CONFIG_MAPS, key, { data: { never: '0' } }, { type: 'merge', dryRun: true });
      expect(await client.get(CONFIG_MAPS, key)).toMatchObject({ data: { b: '1', c: '3', d: '4', e: '5' } });
      const outdated: unknown = await client.replace(CONFIG_MAPS, created).catch((error: unknown) => error);
      expect(hasReason(outdated, 'Conflict')).toBe(true);
      await client.delete(CONFIG_MAPS, key, { uid: 'another' });
      expect(await client.get(CONFIG_MAPS, key)).toBeDefined();
      await client.delete(CONFIG_MAPS, key, { uid: created.metadata.uid });
      await client.delete(CONFIG_MAPS, key);
      expect(await client.get(CONFIG_MAPS, key)).toBeUndefined();
    });

    test('lists in pages and watches from the version of the list', async () => {
      for (const name of ['p1', 'p2', 'p3']) await client.create(CONFIG_MAPS, { namespace }, configMap(name));
      const selected = { namespace, labelSelector: 'test=kube' };
      const list = await client.list(CONFIG_MAPS, { ...selected, pageSize: 2 });
      expect(list.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
        'ConfigMap p1',
        'ConfigMap p2',
        'ConfigMap p3',
      ]);
      const events = client.watch(CONFIG_MAPS, { ...selected, resourceVersion: list.resourceVersion });
      await client.delete(CONFIG_MAPS, { namespace, name: 'p2' });
      expect((await events.next()).value).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'p2' } } });
      await events.return(undefined);
    });

    test('keeps an informer up to date', async () => {
      let wake = (): void => undefined;
      const informer = new Informer(client, CONFIG_MAPS, {
        namespace,
        labelSelector: 'test=kube',
        onChange: () => wake(),
      }).start();
      expect(await informer.synced).toBe(true);
      const changed = new Promise<void>((resolve) => (wake = resolve));
      await client.create(CONFIG_MAPS, { namespace }, configMap('watched'));
      await changed;
      expect(informer.get(`${namespace}/watched`)?.metadata).not.toHaveProperty('managedFields');
      await informer.stop();
    });

    if (runsPods)
      test('streams the log of a running pod to its end', async () => {
        const pod = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'logger', namespace },
          spec: {
            restartPolicy: 'Never',
            containers: [
              {
                name: 'main',
                image: process.env['PIPEWRIGHT_TEST_IMAGE'] ?? 'busybox',
                command: ['sh', '-c', 'echo one; sleep 1; echo two'],
              },
            ],
          },
        };
        await client.create(PODS, { namespace }, pod);
        interface Phase extends KubeObject {
          readonly status?: { readonly phase?: string };
        }
        for await (const { object } of client.watch<Phase>(PODS, {
          namespace,
          fieldSelector: 'metadata.name=logger',
        })) {
          if (['Running', 'Succeeded', 'Failed'].includes(object.status?.phase ?? '')) break;
        }
        const lines: string[] = [];
        const log = await client.podLogs({ namespace, name: 'logger' }, { container: 'main', follow: true });
        for await (const line of readLines(log)) lines.push(line);
        expect(lines).toEqual(['one', 'two']);
        await client.delete(PODS, { namespace, name: 'logger' }, { gracePeriodSeconds: 0 });
      });

    test('grants a lease to a leader elector, which releases it on stop', async () => {
      const elector = new LeaderElector({
        client,
        namespace,
        name: 'leader',
        identity: 'a',
        onError: (error) => {
          throw error;
        },
      });
      expect(await elector.acquire()).toBe(true);
      expect(await client.get(LEASES, { namespace, name: 'leader' })).toMatchObject({ spec: { holderIdentity: 'a' } });
      await elector.stop();
      const lease = await client.get<KubeObject & { spec: { holderIdentity?: string } }>(LEASES, {
        namespace,
        name: 'leader',
      });
      expect(lease?.spec.holderIdentity ?? '').toBe('');
    });

    test('stores events and their counts', async () => {
      const object = await client.create(CONFIG_MAPS, { namespace }, configMap('eventful'));
      const errors: unknown[] = [];
      const recorder = new EventRecorder({ client, component: 'pipewright', onError: (error) => errors.push(error) });
      for (let index = 0; index < 2; index++)
        recorder.record(object, { type: 'Normal', reason: 'Tested', message: 'all good' });
      await recorder.flush();
      expect(errors).toEqual([]);
      const { items } = await client.list(EVENTS, { namespace, fieldSelector: 'involvedObject.name=eventful' });
      expect(items).toEqual([expect.objectContaining({ reason: 'Tested', count: 2 })]);
    });
  });
}
