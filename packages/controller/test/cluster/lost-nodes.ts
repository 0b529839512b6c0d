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
const room = { cpu: '8', memory: '8Gi', pods: '20' };

/** Returns the Ready condition of a node. */
const ready = (status: 'True' | 'Unknown'): object => {
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
  await writeStatus(harness, name, { conditions: [ready('Unknown')] });
  const node = await harness.waitForAny<Node, Node>('Node', (one) =>
    one.metadata.name === name && one.spec.taints?.some((taint) => taint.key === key) ? one : undefined,
  );
  const others = (node.spec.taints ?? []).filter((taint) => taint.key !== key || taint.effect !== 'NoExecute');
  const taints = [...others, { key, effect: 'NoExecute', timeAdded: new Date().toISOString() }];
  await harness.client.patch(NODES, { name }, { spec: { taints } }, { type: 'merge' });
}

/** Creates a node on which no pods of other tests are scheduled. */
async function addNode(harness: Harness, name: string): Promise<void> {
  const spec = { taints: [{ key: TAINT, effect: 'NoSchedule' }] };
  const metadata = { name, labels: { [TAINT]: name } };
  await harness.client.create(NODES, {}, { apiVersion: 'v1', kind: 'Node', metadata, spec } as never); // a node has a spec
  await writeStatus(harness, name, { capacity: room, allocatable: room, conditions: [ready('True')] });
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
  const pod = await harness.waitForAny<Pod, Pod>('Pod', (one) =>
    one.metadata.labels?.['tekton.dev/taskRun'] === run && one.spec.nodeName === node ? one : undefined,
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
    beforeAll(() => testNamespace.begin());
    afterAll(async () => {
      for (const name of nodes) await testNamespace.harness.client.delete(NODES, { name });
      await testNamespace.end();
    });
    const [evicting = '', unreachable = '', removed = ''] = nodes;
    const failure = (message: RegExp): object => ({
      status: 'False',
      reason: 'Failed',
      message: expect.stringMatching(message),
    });

    testNamespace.runs('that lacks memory ends an attempt with the eviction message', async () => {
      const { harness } = testNamespace;
      await addNode(harness, evicting);
      const pod = await runOn(harness, evicting, 'evicted');
      const message = 'The node was low on resource: memory. ';
      await patchStatus(harness, pod, { phase: 'Failed', reason: 'Evicted', message });
      expect(await harness.waitForEnd('TaskRun', 'evicted')).toMatchObject(
        failure(/^Evicted: The node was low on resource: memory\./),
      );
    });

    testNamespace.runs('that is unreachable or removed from the cluster ends the attempts on it', async () => {
      const { harness } = testNamespace;
      await Promise.all([unreachable, removed].map((name) => addNode(harness, name)));
      const [lost, gone] = await Promise.all([runOn(harness, unreachable, 'lost'), runOn(harness, removed, 'removed')]);
      await markUnreachable(harness, unreachable);
      await harness.client.delete(NODES, { name: removed });
      const [ofLost, ofGone] = await Promise.all(['lost', 'removed'].map((run) => harness.waitForEnd('TaskRun', run)));
      const silent = `was deleted, and its node "${unreachable}" does not say that it has ended`;
      expect(ofLost).toMatchObject(failure(new RegExp(`^the pod "${lost.metadata.name ?? ''}" ${silent}`)));
      expect(ofGone).toMatchObject(
        failure(new RegExp(`^the pod "${gone.metadata.name ?? ''}" was deleted before it had finished`)),
      );
    });
  });
}
