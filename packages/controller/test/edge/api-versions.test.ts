import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import { resource } from '@pipewright/kube';
import type { TaskRun } from '@pipewright/tekton';
import { startController, type RunningController } from '../../src/index.js';
import { newCluster, newHarness, okTask, type Harness } from '../support/harness.js';

let cluster: Cluster;
let close: () => Promise<void>;
let harness: Harness;
let controller: RunningController;

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => () => ({})));
});
afterAll(() => close());
beforeEach(async () => {
  harness = await newHarness(cluster);
  controller = await startController({ send: cluster.send, namespace: harness.namespace });
});
afterEach(() => controller.stop());

const TASK_RUNS_V1 = resource('tekton.dev/v1', 'taskruns', 'TaskRun');

test('a v1alpha1 run ends as before while objects of tekton.dev/v1 exist, and can be read in both versions', async () => {
  const { namespace, client } = harness;
  const taskV1 = { apiVersion: 'tekton.dev/v1', kind: 'Task', metadata: { name: 'other' }, ...okTask };
  await client.create(resource('tekton.dev/v1', 'tasks', 'Task'), { namespace }, taskV1);
  await harness.create('Task', 'ok', okTask);
  await harness.create('Pipeline', 'p', { spec: { tasks: [{ name: 'a', taskRef: { name: 'ok' } }] } });
  await harness.create('PipelineRun', 'run', { spec: { pipelineRef: { name: 'p' } } });
  expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
  const [child] = await harness.list<TaskRun>('TaskRun');
  expect(child).toMatchObject({
    apiVersion: 'tekton.dev/v1alpha1',
    metadata: { ownerReferences: [{ apiVersion: 'tekton.dev/v1alpha1', kind: 'PipelineRun', name: 'run' }] },
  });
  const same = await client.get<TaskRun>(TASK_RUNS_V1, { namespace, name: child?.metadata.name ?? '' });
  expect(same).toEqual({ ...child, apiVersion: 'tekton.dev/v1' });
});

test('a TaskRun of tekton.dev/v1 runs beside those of v1alpha1', async () => {
  const { namespace, client } = harness;
  const spec = { taskSpec: { steps: [{ image: 'busybox', script: 'true' }] } };
  await client.create(
    TASK_RUNS_V1,
    { namespace },
    { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'run' }, spec },
  );
  expect(await harness.waitForEnd('TaskRun', 'run')).toMatchObject({ status: 'True', reason: 'Succeeded' });
});
