import { expect, test } from '@jest/globals';
import type { TaskRun } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import { recordDeletedPod } from '../../src/edge/reconcilers/start-attempt.js';

const owner = { apiVersion: 'tekton.dev/v1alpha1', kind: 'TaskRun', name: 'run', uid: 'uid', controller: true };
const deleted = (name: string, ownerReferences: readonly object[] = [owner]) =>
  ({ metadata: { name, namespace: 'n', ownerReferences }, spec: { containers: [] } }) as unknown as Pod; // the fields that are read

/** Returns the pods that are recorded after a deletion. */
function recordedPods(pod: Pod, status?: object, created?: Pod): readonly string[] {
  const unnamedPods = new Map(created ? [['n/run', new Map([[created.metadata.name ?? '', created]])]] : []);
  const run = status && ({ metadata: { name: 'run' }, spec: {}, status } as unknown as TaskRun); // only its status is read
  recordDeletedPod({ unnamedPods, taskRuns: { get: () => run } as never }, pod); // only `get` is called
  return [...unnamedPods].flatMap(([key, pods]) => [...pods.keys()].map((name) => `${key}: ${name}`));
}

test.each([
  ['is recorded if the TaskRun is not known yet', deleted('p'), undefined, undefined, ['n/run: p']],
  ['is recorded if the status does not name it', deleted('p'), {}, undefined, ['n/run: p']],
  ['is not recorded if the status names it', deleted('p'), { podName: 'p' }, undefined, []],
  ['is recorded beside the pod of another attempt', deleted('p'), {}, deleted('p2'), ['n/run: p2', 'n/run: p']],
  ['is not recorded without a TaskRun', deleted('p', []), undefined, undefined, []],
])('a deleted pod %s', (_title, pod, status, created, expected) => {
  expect(recordedPods(pod, status, created)).toEqual(expected);
});
