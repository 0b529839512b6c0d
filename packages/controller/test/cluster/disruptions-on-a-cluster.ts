/** Disruptions of runs with real pods: timeouts while no controller is running, deleted pods and namespaces. */

import { describe, expect } from '@jest/globals';
import { NAMESPACES, PODS, SERVICE_ACCOUNTS, type DeleteOptions, type KubeObject } from '@pipewright/kube';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import type { Harness } from '../support/harness.js';
import type { ClusterKind } from '../support/test-cluster.js';
import { newTestNamespace, type TestNamespace } from '../support/test-namespace.js';

const SLEEP = 'sleep 1000';

/** A step of shell text; of those that are to be stopped, one that can be at once. */
const step = (script: string): object => ({ name: 'own', image: 'busybox', command: ['sh', '-c', script] });
const taskRun = (script: string, spec: object = {}): object => ({
  spec: { taskSpec: { steps: [step(script)] }, ...spec },
});
const pipelineRun = (script: string, spec: object = {}, task: object = {}): object => ({
  spec: { pipelineSpec: { tasks: [{ name: 'long', taskSpec: { steps: [step(script)] }, ...task }] }, ...spec },
});

/** Resolves with the first pod of a run that is not in `seen` and whose step is running. */
const runningPod = (harness: Harness, runName: string, excludedPods: readonly string[] = []): Promise<Pod> =>
  harness.waitForAny<Pod, Pod>('Pod', (pod) => {
    const isPodOfRun = Object.values(pod.metadata.labels ?? {}).includes(runName);
    const runs = pod.status?.containerStatuses?.some(({ state }) => state?.running !== undefined);
    return isPodOfRun && runs && !excludedPods.includes(pod.metadata.name ?? '') ? pod : undefined;
  });

/** Resolves when the pod's first container has printed the text. */
async function waitForOutput(harness: Harness, pod: Pod, text: string): Promise<void> {
  const container = pod.spec.containers[0]?.name ?? '';
  let output = '';
  for await (const chunk of await harness.client.podLogs(keyOf(pod), { container, follow: true })) {
    output += Buffer.from(chunk).toString();
    if (output.includes(text)) return;
  }
  throw new Error(`the log ended with ${output}`);
}

/** Resolves with the name of a run's pod once it exists. */
export const waitForPod = (harness: Harness, run: string): Promise<string> =>
  harness.waitForAny<TaskRun, string>('TaskRun', ({ metadata, status }) =>
    metadata.name === run || metadata.labels?.['tekton.dev/pipelineRun'] === run ? status?.podName : undefined,
  );

/** Returns the key of an object. */
export const keyOf = ({
  metadata: { namespace = '', name = '' },
}: KubeObject): { namespace: string; name: string } => ({
  namespace,
  name,
});

/** Returns the duration of a run in seconds. */
const durationSeconds = ({ status }: TaskRun | PipelineRun): number =>
  (Date.parse(status?.completionTime ?? '') - Date.parse(status?.startTime ?? '')) / 1000;

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Defines the suite. */
export function describeDisruptions(clusterKind: ClusterKind): void {
  describe(`on ${clusterKind.name}`, () => {
    const testNamespace = newTestNamespace(clusterKind);
    describeTimeouts(testNamespace);
    describeDeletedPods(testNamespace);
  });
  describe(`on ${clusterKind.name}, a namespace that is deleted while runs are running in it`, () => {
    const testNamespace = newTestNamespace(clusterKind);
    describeDeletedNamespace(testNamespace);
  });
}

function describeTimeouts(testNamespace: TestNamespace): void {
  describe('a timeout', () => {
    const waitForRun = async (kind: 'TaskRun' | 'PipelineRun', name: string): Promise<TaskRun | PipelineRun> =>
      testNamespace.harness.waitFor<TaskRun | PipelineRun, TaskRun | PipelineRun>(kind, name, (run) =>
        run.status?.completionTime === undefined ? undefined : run,
      );

    testNamespace.runsThoroughly('that passes without a running controller is applied by the next one', async () => {
      const { harness } = testNamespace;
      await harness.create('TaskRun', 'alone', taskRun(SLEEP, { timeout: '2s' }));
      await harness.create('PipelineRun', 'whole', pipelineRun(SLEEP, { timeout: '2s' }));
      const pods = await Promise.all(['alone', 'whole'].map((run) => waitForPod(harness, run)));
      await testNamespace.stopController();
      await pause(3);
      await testNamespace.startController();
      expect(await harness.waitForEnd('TaskRun', 'alone')).toMatchObject({
        status: 'False',
        reason: 'TaskRunTimeout',
        message: expect.stringMatching(/^TaskRun "alone" failed to finish within "2s"/),
      });
      expect(await harness.waitForEnd('PipelineRun', 'whole')).toMatchObject({
        status: 'False',
        reason: 'PipelineRunTimeout',
        message: 'PipelineRun "whole" failed to finish within "2s"',
      });
      const [child] = (await harness.list<TaskRun>('TaskRun')).filter(({ metadata }) => metadata.name !== 'alone');
      await harness.waitForEnd('TaskRun', child?.metadata.name ?? '');
      await Promise.all(pods.map((pod) => harness.waitForDeletion('Pod', pod)));
    });

    testNamespace.runsThoroughly('counts from the start of its run across restarts of the controller', async () => {
      const { harness } = testNamespace;
      await harness.create('TaskRun', 'counted', taskRun(SLEEP, { timeout: '4s' }));
      await harness.create('PipelineRun', 'counts', pipelineRun(SLEEP, { timeout: '4s' }));
      await Promise.all(['counted', 'counts'].map((run) => waitForPod(harness, run)));
      await testNamespace.stopController();
      await testNamespace.startController();
      for (const run of [await waitForRun('TaskRun', 'counted'), await waitForRun('PipelineRun', 'counts')]) {
        expect(run.status?.conditions).toMatchObject([{ reason: expect.stringMatching(/RunTimeout$/) }]);
        expect(durationSeconds(run)).toBeGreaterThanOrEqual(4);
        expect(durationSeconds(run)).toBeLessThan(10);
      }
    });
  });
}

function describeDeletedPods(testNamespace: TestNamespace): void {
  describe('a pod', () => {
    const expectAttemptEnds = async (name: string, deleteOptions: DeleteOptions): Promise<void> => {
      const { harness } = testNamespace;
      await harness.create('TaskRun', name, taskRun(SLEEP));
      const pod = await runningPod(harness, name);
      await harness.client.delete(PODS, keyOf(pod), deleteOptions);
      const message = `the pod "${pod.metadata.name ?? ''}" was deleted before it had finished`;
      expect(await harness.waitForEnd('TaskRun', name)).toMatchObject({
        status: 'False',
        reason: 'Failed',
        message: expect.stringContaining(message),
      });
      await harness.waitForDeletion('Pod', pod.metadata.name ?? '');
      const remainingPods = (await harness.list<Pod>('Pod')).filter(
        ({ metadata }) => metadata.labels?.['tekton.dev/taskRun'] === name,
      );
      expect(remainingPods).toEqual([]);
    };

    testNamespace.runs('that is deleted by a user ends its attempt and is not created again', () =>
      expectAttemptEnds('deleted', {}),
    );

    testNamespace.runsThoroughly('that is deleted without a grace period, as from a lost node, ends its attempt', () =>
      expectAttemptEnds('removed', { gracePeriodSeconds: 0 }),
    );

    testNamespace.runsThoroughly('that is deleted by hand counts as an attempt, which is retried', async () => {
      const { harness } = testNamespace;
      await harness.create('PersistentVolumeClaim', 'marks', {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
      });
      const volumes = [{ name: 'marks', persistentVolumeClaim: { claimName: 'marks' } }];
      const volumeMounts = [{ name: 'marks', mountPath: '/marks' }];
      const script = `test -e /marks/begun || { : > /marks/begun; echo marked; ${SLEEP}; }`;
      const taskSpec = { volumes, steps: [{ ...step(script), volumeMounts }] };
      await harness.create('PipelineRun', 'again', pipelineRun(script, {}, { retries: 1, taskSpec }));
      const pod = await runningPod(harness, 'again');
      await waitForOutput(harness, pod, 'marked'); // otherwise the second attempt would take as long
      await harness.client.delete(PODS, keyOf(pod), { gracePeriodSeconds: 1 });
      expect(await harness.waitForEnd('PipelineRun', 'again')).toMatchObject({ status: 'True', reason: 'Succeeded' });
      const [run] = (await harness.list<TaskRun>('TaskRun')).filter(
        ({ metadata }) => metadata.labels?.['tekton.dev/pipelineRun'] === 'again',
      );
      expect(run?.status).toMatchObject({
        podName: expect.not.stringMatching(new RegExp(`^${pod.metadata.name ?? ''}$`)),
        retriesStatus: [
          {
            podName: pod.metadata.name,
            conditions: [{ reason: 'Failed', message: expect.stringMatching(/was deleted before it had finished/) }],
          },
        ],
      });
    });
  });
}

function describeDeletedNamespace(testNamespace: TestNamespace): void {
  testNamespace.runs('is deleted without errors, and can be created again', async () => {
    const { harness, log } = testNamespace;
    const { client, namespace } = harness;
    const uid = (await client.get(NAMESPACES, { name: namespace }))?.metadata.uid ?? '';
    await harness.create('TaskRun', 'one', taskRun(SLEEP));
    await harness.create('PipelineRun', 'two', pipelineRun(SLEEP, {}, { retries: 3 }));
    await Promise.all(['one', 'two'].map((run) => runningPod(harness, run)));
    await client.delete(NAMESPACES, { name: namespace });
    await harness.waitForDeletion('Namespace', namespace);
    log.lines.length = 0;

    await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for await (const { object } of client.watch(SERVICE_ACCOUNTS, { namespace }))
      if (object.metadata.name === 'default') break; // pods need it
    expect((await client.get(NAMESPACES, { name: namespace }))?.metadata.uid).not.toBe(uid);
    expect(await harness.list('TaskRun')).toEqual([]);
    expect(await harness.list('Pod')).toEqual([]);
    await harness.create('TaskRun', 'one', taskRun('true'));
    expect(await harness.waitForEnd('TaskRun', 'one')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(log.lines).toEqual([]);
  });
}
