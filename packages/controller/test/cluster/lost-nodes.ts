/**
 * Lost nodes on a real Kubernetes cluster: its scheduler binds pods to nodes that have no kubelet.
 *
 * The tests write the pod statuses that a kubelet would have written. Kubernetes' own controllers do the rest.
 */

import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { NODES, PODS, type KubeObject } from '@pipewright/kube';
import type { TaskRun } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import type { Harness } from '../support/harness.js';
import type { ClusterKind } from '../support/test-cluster.js';
import { TestNamespace } from '../support/test-namespace.js';

interface Node extends KubeObject {
  readonly spec: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
}

const TAINT = 'pipewright.local/no-kubelet';
const capacity = { cpu: '8', memory: '8Gi', pods: '20' };

/** Returns the Ready condition of a node. */
const readyCondition = (status: 'True' | 'Unknown'): object => {
  const now = new Date().toISOString();
  const reason = status === 'True' ? 'KubeletReady' : 'NodeStatusUnknown';
  return { type: 'Ready', status, reason, lastHeartbeatTime: now, lastTransitionTime: now };
};
const writeStatus = (harness: Harness, name: string, status: object): Promise<unknown> =>
  harness.client.patch(NODES, { name }, { status }, { type: 'strategic', subresource: 'status' });

/**
 * Marks a node as unreachable, as Kubernetes' node lifecycle controller would.
 *
 * That controller limits how many nodes it taints with NoExecute, sometimes to zero, for example if no node is ready.
 * So the test adds the taint, and Kubernetes then evicts the pods.
 */
async function markUnreachable(harness: Harness, name: string): Promise<void> {
  const key = 'node.kubernetes.io/unreachable';
  await writeStatus(harness, name, { conditions: [readyCondition('Unknown')] });
  const node = await harness.waitForAny<Node, Node>('Node', (candidate) =>
    candidate.metadata.name === name && candidate.spec.taints?.some((taint) => taint.key === key)
      ? candidate
      : undefined,
  );
  const otherTaints = (node.spec.taints ?? []).filter((taint) => taint.key !== key || taint.effect !== 'NoExecute');
  const taints = [...otherTaints, { key, effect: 'NoExecute', timeAdded: new Date().toISOString() }];
  await harness.client.patch(NODES, { name }, { spec: { taints } }, { type: 'merge' });
}

/** Creates a node on which no pods of other tests are scheduled. */
async function addNode(harness: Harness, name: string): Promise<void> {
  const spec = { taints: [{ key: TAINT, effect: 'NoSchedule' }] };
  const metadata = { name, labels: { [TAINT]: name } };
  await harness.client.create(NODES, {}, { apiVersion: 'v1', kind: 'Node', metadata, spec } as never); // a node has a spec
  await writeStatus(harness, name, { capacity, allocatable: capacity, conditions: [readyCondition('True')] });
}

/** Runs a step on such a node, with the pod status that its kubelet would have reported before the loss. */
async function runOn(harness: Harness, node: string, run: string): Promise<Pod> {
  const tolerations = [
    { key: TAINT, operator: 'Exists' },
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' },
    ...['not-ready', 'unreachable'].map((key) => ({
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 1,
    })),
  ];
  await harness.create('TaskRun', run, {
    spec: {
      podTemplate: { nodeSelector: { [TAINT]: node }, tolerations },
      taskSpec: { steps: [{ name: 'own', image: 'busybox', command: ['sleep', '1000'] }] },
    },
  });
  const pod = await harness.waitForAny<Pod, Pod>('Pod', (candidate) =>
    candidate.metadata.labels?.['tekton.dev/taskRun'] === run && candidate.spec.nodeName === node
      ? candidate
      : undefined,
  );
  const state = { running: { startedAt: new Date().toISOString() } };
  const containerStatuses = [{ name: 'step-own', image: '', imageID: '', ready: true, restartCount: 0, state }];
  await patchStatus(harness, pod, { phase: 'Running', containerStatuses });
  await harness.waitFor<TaskRun, true>('TaskRun', run, ({ status }) =>
    status?.steps?.[0]?.running ? true : undefined,
  );
  return pod;
}

const patchStatus = (harness: Harness, { metadata }: Pod, status: object): Promise<unknown> =>
  harness.client.patch(
    PODS,
    { namespace: harness.namespace, name: metadata.name ?? '' },
    { status },
    { type: 'strategic', subresource: 'status' },
  );

/** Defines the suite. */
export function describeLostNodes(clusterKind: ClusterKind): void {
  describe(`on ${clusterKind.name}, a node`, () => {
    const nodes = ['one', 'two', 'three'].map((name) => `pipewright-${process.pid.toString(36)}-${name}`);
    const testNamespace = new TestNamespace({ ...clusterKind, timeoutMs: 200_000 });
    beforeAll(() => testNamespace.open());
    afterAll(async () => {
      for (const name of nodes) await testNamespace.harness.client.delete(NODES, { name });
      await testNamespace.close();
    });
    const [evictingNode = '', unreachableNode = '', removedNode = ''] = nodes;
    const failure = (message: RegExp): object => ({
      status: 'False',
      reason: 'Failed',
      message: expect.stringMatching(message),
    });

    testNamespace.runs('that lacks memory ends an attempt with the eviction message', async () => {
      const { harness } = testNamespace;
      await addNode(harness, evictingNode);
      const pod = await runOn(harness, evictingNode, 'evicted');
      const message = 'The node was low on resource: memory. ';
      await patchStatus(harness, pod, { phase: 'Failed', reason: 'Evicted', message });
      expect(await harness.waitForEnd('TaskRun', 'evicted')).toMatchObject(
        failure(/^Evicted: The node was low on resource: memory\./),
      );
    });

    testNamespace.runs('that is unreachable or removed from the cluster ends the attempts on it', async () => {
      const { harness } = testNamespace;
      await Promise.all([unreachableNode, removedNode].map((name) => addNode(harness, name)));
      const [podOfLostNode, podOfRemovedNode] = await Promise.all([
        runOn(harness, unreachableNode, 'lost'),
        runOn(harness, removedNode, 'removed'),
      ]);
      await markUnreachable(harness, unreachableNode);
      await harness.client.delete(NODES, { name: removedNode });
      const [lostCondition, removedCondition] = await Promise.all(
        ['lost', 'removed'].map((run) => harness.waitForEnd('TaskRun', run)),
      );
      const noEndReported = `was deleted, and its node "${unreachableNode}" does not say that it has ended`;
      expect(lostCondition).toMatchObject(
        failure(new RegExp(`^the pod "${podOfLostNode.metadata.name ?? ''}" ${noEndReported}`)),
      );
      expect(removedCondition).toMatchObject(
        failure(new RegExp(`^the pod "${podOfRemovedNode.metadata.name ?? ''}" was deleted before it had finished`)),
      );
    });
  });
}
