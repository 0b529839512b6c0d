/** ResourceQuotas and LimitRanges. */

import { expect, test } from '@jest/globals';
import type { Json, Server } from './server.js';

const pod = (name: string, resources: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  // No node has this label, so the pod does not run.
  spec: {
    nodeSelector: { 'pipewright.dev/never': 'true' },
    containers: [{ name: 'main', image: 'busybox', resources }],
  },
});

const quota = (name: string, hard: object) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name },
  spec: { hard },
});

/** Waits until a dry run of a pod is refused: admission of a real server observes a new LimitRange with a delay. */
async function untilRefused(server: Server, pod: object): Promise<void> {
  while ((await server.post(`${server.core('pods')}?dryRun=All`, pod)).status !== 403);
}

export function describeLimits(currentServer: () => Server): void {
  test('a quota reports its usage, rejects objects beyond it, and has capacity again after a deletion', async () => {
    const server = currentServer();
    await server.create(
      server.core('resourcequotas'),
      quota('q', { pods: '1', 'requests.cpu': '500m', 'count/secrets': '9' }),
    );
    const uses = (pods: string, cpu: string) => (object: Json | undefined) => {
      const used = (object?.status as { used?: Record<string, string> } | undefined)?.used;
      return used?.['pods'] === pods && used['requests.cpu'] === cpu;
    };
    await server.waitForObject(server.core('resourcequotas'), 'q', uses('0', '0'));
    await server.create(server.core('pods'), pod('one', { requests: { cpu: '400m' } }));
    await server.waitForObject(server.core('resourcequotas'), 'q', uses('1', '400m'));
    const rejection = await server.post(server.core('pods'), pod('two', { requests: { cpu: '200m' } }));
    expect([rejection.status, rejection.body.message]).toEqual([
      403,
      'pods "two" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=200m, ' +
        'used: pods=1,requests.cpu=400m, limited: pods=1,requests.cpu=500m',
    ]);
    const withoutRequests = await server.post(server.core('pods'), pod('three'));
    expect(withoutRequests.body.message).toBe('pods "three" is forbidden: failed quota: q: must specify requests.cpu');
    await server.delete(server.core('pods/one'), { gracePeriodSeconds: 0 });
    await server.waitForObject(server.core('resourcequotas'), 'q', uses('0', '0'));
    await server.create(server.core('pods'), pod('two', { requests: { cpu: '200m' } }));
    await server.delete(server.core('pods/two'), { gracePeriodSeconds: 0 });
    await server.delete(server.core('resourcequotas/q'));
  });

  test('a limit range fills in missing requests and limits, and rejects others outside of its range', async () => {
    const server = currentServer();
    await server.create(server.core('limitranges'), {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'range' },
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '2', memory: '1Gi' },
            min: { cpu: '10m' },
            default: { memory: '256Mi' },
            defaultRequest: { cpu: '100m' },
          },
          { type: 'Pod', max: { cpu: '3' } },
        ],
      },
    });
    await untilRefused(server, pod('observed', { requests: { cpu: '5m' } }));
    const created = await server.create(server.core('pods'), pod('modest'));
    expect((created.spec?.['containers'] as { resources: object }[])[0]?.resources).toEqual({
      limits: { cpu: '2', memory: '256Mi' },
      requests: { cpu: '100m', memory: '256Mi' },
    });
    const tooSmall = await server.post(server.core('pods'), pod('little', { requests: { cpu: '5m' } }));
    expect([tooSmall.status, tooSmall.body.message]).toEqual([
      403,
      'pods "little" is forbidden: minimum cpu usage per Container is 10m, but request is 5m',
    ]);
    const [container] = pod('both', { requests: { cpu: '5m' }, limits: { cpu: '1' } }).spec.containers;
    const twoContainers = {
      ...pod('both'),
      spec: { ...pod('both').spec, containers: [container, { ...container, name: 'other' }] },
    };
    expect((await server.post(server.core('pods'), twoContainers)).body.message).toBe(
      'pods "both" is forbidden: minimum cpu usage per Container is 10m, but request is 5m',
    );
    const excessiveResources = { requests: { cpu: '3' }, limits: { cpu: '4', memory: '2Gi' } };
    const { message = '' } = (await server.post(server.core('pods'), pod('much', excessiveResources))).body;
    const [, reasons = ''] = /^pods "much" is forbidden: \[(.+)\]$/.exec(String(message)) ?? [];
    // a real server iterates over the resources of a container in random order
    expect(reasons.split(/, (?=maximum)/).sort()).toEqual([
      'maximum cpu usage per Container is 2, but limit is 4',
      'maximum cpu usage per Pod is 3, but limit is 4',
      'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ]);
    await server.delete(server.core('pods/modest'), { gracePeriodSeconds: 0 });
    await server.delete(server.core('limitranges/range'));
  });

  test('a container with only a limit requests as much', async () => {
    const server = currentServer();
    const created = await server.create(
      server.core('pods'),
      pod('level', { limits: { cpu: '1' }, requests: { memory: '1Mi' } }),
    );
    expect((created.spec?.['containers'] as { resources: { requests: object } }[])[0]?.resources.requests).toEqual({
      cpu: '1',
      memory: '1Mi',
    });
    await server.delete(server.core('pods/level'), { gracePeriodSeconds: 0 });
  });

  test('a namespace in a cluster-scoped object is dropped', async () => {
    const server = currentServer();
    const name = `${server.namespace}-wide`;
    const created = await server.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, namespace: server.namespace },
      rules: [],
    });
    expect(created.metadata.namespace).toBeUndefined();
    await server.delete(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`);
  });
}
