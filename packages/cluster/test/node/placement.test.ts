import { afterEach, describe, expect, test } from '@jest/globals';
import { fake } from '../../src/index.js';
import { unschedulableReason } from '../../src/node/placement.js';
import { PodTestCluster } from '../support/pods.js';

const node = {
  metadata: { name: 'pipewright', labels: { disk: 'ssd', cores: '8' } },
  status: { allocatable: { cpu: '4', memory: '8Gi' } },
};

const pod = (spec: object, ...requests: readonly object[]) => ({
  spec: { containers: requests.map((resources) => ({ name: 'c', resources: { requests: resources } })), ...spec },
});

const withAffinity = (...matchExpressions: readonly object[]) => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  },
});

const AFFINITY = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity.";
const tainted = { ...node, spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } };
const cordoned = { ...node, spec: { unschedulable: true } };

describe('a pod', () => {
  test.each([
    ['without constraints fits', pod({}), node, undefined],
    ['fits a node with the label it selects', pod({ nodeSelector: { disk: 'ssd' } }), node, undefined],
    ['does not fit a node with another value of the label', pod({ nodeSelector: { disk: 'hdd' } }), node, AFFINITY],
    ['does not fit a node without the label', pod({ nodeSelector: { zone: 'a' } }), node, AFFINITY],
    ['fits by In', pod(withAffinity({ key: 'disk', operator: 'In', values: ['hdd', 'ssd'] })), node, undefined],
    ['does not fit by NotIn', pod(withAffinity({ key: 'disk', operator: 'NotIn', values: ['ssd'] })), node, AFFINITY],
    [
      'fits by NotIn without the label',
      pod(withAffinity({ key: 'x', operator: 'NotIn', values: ['y'] })),
      node,
      undefined,
    ],
    ['does not fit by Exists', pod(withAffinity({ key: 'zone', operator: 'Exists' })), node, AFFINITY],
    ['fits by DoesNotExist', pod(withAffinity({ key: 'zone', operator: 'DoesNotExist' })), node, undefined],
    ['fits by Gt', pod(withAffinity({ key: 'cores', operator: 'Gt', values: ['4'] })), node, undefined],
    ['does not fit by Lt', pod(withAffinity({ key: 'cores', operator: 'Lt', values: ['4'] })), node, AFFINITY],
    ['does not fit by a term without expressions', pod(withAffinity()), node, AFFINITY],
    [
      'exceeds two resources',
      pod({}, { memory: '9Gi', cpu: '5' }),
      node,
      '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.',
    ],
    [
      'exceeds a resource with the sum of its containers',
      pod({}, { cpu: '3' }, { cpu: '1001m' }),
      node,
      '0/1 nodes are available: 1 Insufficient cpu.',
    ],
    [
      'requests a resource that the node does not have',
      pod({}, { 'nvidia.com/gpu': '1' }),
      node,
      '0/1 nodes are available: 1 Insufficient nvidia.com/gpu.',
    ],
    [
      'may request zero of a resource that the node does not have',
      pod({}, { 'ephemeral-storage': '0' }),
      node,
      undefined,
    ],
    [
      'does not fit a node with a taint that it does not tolerate',
      pod({}),
      tainted,
      "0/1 nodes are available: 1 node(s) had taint {gpu: yes}, that the pod didn't tolerate.",
    ],
    [
      'fits a node with a taint that it tolerates',
      pod({ tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }] }),
      tainted,
      undefined,
    ],
    [
      'fits a node with a taint whose value it tolerates',
      pod({ tolerations: [{ key: 'gpu', value: 'yes' }] }),
      tainted,
      undefined,
    ],
    ['does not fit a cordoned node', pod({}), cordoned, '0/1 nodes are available: 1 node(s) were unschedulable.'],
    ['fits any node if it tolerates everything', pod({ tolerations: [{ operator: 'Exists' }] }), cordoned, undefined],
  ])('%s', (_what, spec, nodeOfTest, reason) => {
    expect(unschedulableReason(spec, nodeOfTest)).toBe(reason);
  });
});

describe('on the embedded cluster', () => {
  let testCluster: PodTestCluster;
  afterEach(() => testCluster.cluster.close());

  test('a pod that fits no node stays pending with a message, and runs as soon as a label makes it fit', async () => {
    testCluster = await PodTestCluster.open({ runtime: fake() });
    await testCluster.pod('p', [{ name: 'one', command: ['run'] }], { nodeSelector: { disk: 'ssd' } });
    const waiting = await testCluster.waitForPod('p', (pod) => (pod.status?.conditions?.length ?? 0) > 0);
    expect(waiting.spec.nodeName).toBeUndefined();
    expect(waiting.status).toMatchObject({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: AFFINITY }],
    });
    expect(await testCluster.event('p', 'FailedScheduling')).toBe(AFFINITY);
    const label = { metadata: { labels: { disk: 'ssd' } } };
    await testCluster.request('PATCH', '/api/v1/nodes/pipewright', label, 'application/merge-patch+json');
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('a pod waits for a missing claim, with a message', async () => {
    testCluster = await PodTestCluster.open({ runtime: fake() });
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'late' } }];
    await testCluster.pod('p', [{ name: 'one', command: ['run'], volumeMounts: [{ name: 'v', mountPath: '/v' }] }], {
      volumes,
    });
    const waiting = await testCluster.waitForPod('p', (pod) => (pod.status?.conditions?.length ?? 0) > 0);
    expect(waiting.spec.nodeName).toBeUndefined();
    expect(waiting.status?.conditions).toMatchObject([
      { status: 'False', message: '0/1 nodes are available: 1 persistentvolumeclaim "late" not found.' },
    ]);
    await testCluster.create('persistentvolumeclaims', 'late', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    });
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('the node has the configured labels and resources', async () => {
    testCluster = await PodTestCluster.open({
      runtime: fake(),
      node: { labels: { disk: 'ssd' }, resources: { 'nvidia.com/gpu': '1' } },
    });
    const resources = { requests: { 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '1' } };
    await testCluster.pod('p', [{ name: 'one', command: ['run'], resources }], { nodeSelector: { disk: 'ssd' } });
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
    expect(await testCluster.request('GET', '/api/v1/nodes/pipewright')).toMatchObject({
      metadata: { labels: { disk: 'ssd', 'kubernetes.io/hostname': 'pipewright' } },
      status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) },
    });
  });

  test('a pending pod can be deleted', async () => {
    testCluster = await PodTestCluster.open({ runtime: fake() });
    await testCluster.pod('p', [{ name: 'one', command: ['run'] }], { nodeSelector: { disk: 'ssd' } });
    await testCluster.waitForPod('p', (pod) => (pod.status?.conditions?.length ?? 0) > 0);
    await testCluster.request('DELETE', '/api/v1/namespaces/default/pods/p');
    expect(await testCluster.request('GET', '/api/v1/namespaces/default/pods/p')).toMatchObject({ reason: 'NotFound' });
  });
});
