import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import type { Send } from '@pipewright/apimachinery';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import { startController, type RunningController } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { kindOf, newHarness, newCluster, okTask, type Harness, type KubeletScript } from '../support/harness.js';
import { atEveryWrite } from '../support/faults.js';

let cluster: Cluster;
let close: () => Promise<void>;
let script: KubeletScript = () => ({});
let harness: Harness;
let controller: RunningController | undefined;

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => script));
});
afterAll(() => close());
beforeEach(async () => {
  script = () => ({});
  harness = await newHarness(cluster);
});
afterEach(() => controller?.stop());

const startInNamespace = async (send: Send = cluster.send): Promise<RunningController> =>
  (controller = await startController({ send, namespace: harness.namespace }));

/** Creates a pipeline: `deploy` if the conditions sunny and dry pass, then `announce`. */
async function createRelease(spec: object = {}): Promise<void> {
  const check = { spec: { check: { image: 'busybox', command: ['true'] } } };
  await harness.create('Task', 'ok', okTask);
  for (const name of ['sunny', 'dry']) await harness.create('Condition', name, check);
  const taskRef = { name: 'ok' };
  await harness.create('Pipeline', 'p', {
    spec: {
      tasks: [
        { name: 'deploy', taskRef, conditions: [{ conditionRef: 'sunny' }, { conditionRef: 'dry' }], ...spec },
        { name: 'announce', taskRef, runAfter: ['deploy'] },
      ],
    },
  });
}

const run = (): Promise<PipelineRun> =>
  harness.create<PipelineRun>('PipelineRun', 'run', { spec: { pipelineRef: { name: 'p' } } });

const conditionOf = ({ spec }: Pod): string => spec.containers[0]?.name.replace('step-condition-check-', '') ?? '';
const isCheck = ({ metadata }: Pod): boolean => metadata.labels?.['tekton.dev/conditionCheck'] !== undefined;

describe('a task with conditions', () => {
  test('runs after its checks, each of which is a TaskRun with a pod', async () => {
    await createRelease();
    await startInNamespace();
    await run();
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
    const pods = await harness.list<Pod>('Pod');
    expect(pods.map((pod) => (isCheck(pod) ? conditionOf(pod) : 'task')).toSorted()).toEqual([
      'dry',
      'sunny',
      'task',
      'task',
    ]);
    for (const { metadata } of pods.filter(isCheck))
      expect(metadata.labels).toEqual({
        'app.kubernetes.io/managed-by': 'tekton-pipelines',
        'tekton.dev/conditionCheck': metadata.labels?.['tekton.dev/taskRun'],
        'tekton.dev/pipeline': 'p',
        'tekton.dev/pipelineRun': 'run',
        'tekton.dev/pipelineTask': 'deploy',
        'tekton.dev/taskRun': metadata.labels?.['tekton.dev/conditionCheck'],
      });
  });

  test('is skipped with its dependents if a check fails', async () => {
    script = (pod) => ({ exitCode: isCheck(pod) && conditionOf(pod) === 'dry' ? 1 : 0 });
    await createRelease();
    await startInNamespace();
    await run();
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: 'All Tasks have completed executing',
    });
    const [pipelineRun] = await harness.list<PipelineRun>('PipelineRun');
    const [[name = '', entry] = [], ...otherEntries] = Object.entries(pipelineRun?.status?.taskRuns ?? {});
    expect([otherEntries, entry?.status?.conditions?.[0]?.message, entry?.status?.podName]).toEqual([
      [],
      `ConditionChecks failed for Task ${name} in PipelineRun run`,
      '',
    ]);
    const checks = Object.values(entry?.conditionChecks ?? {});
    expect(checks.map(({ conditionName, status }) => [conditionName, status?.check?.terminated?.exitCode])).toEqual(
      expect.arrayContaining([
        ['sunny', 0],
        ['dry', 1],
      ]),
    );
  });

  test('is skipped if a check cannot run, and the status of the check has the reason', async () => {
    await createRelease({ conditions: [{ conditionRef: 'sunny', params: [{ name: 'where', value: 'here' }] }] });
    await startInNamespace();
    await run();
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
    const [pipelineRun] = await harness.list<PipelineRun>('PipelineRun');
    const [entry] = Object.values(pipelineRun?.status?.taskRuns ?? {});
    const [check] = Object.values(entry?.conditionChecks ?? {});
    expect([entry?.status?.conditions?.[0]?.reason, check?.status?.conditions?.[0]]).toMatchObject([
      'ConditionCheckFailed',
      {
        reason: 'TaskRunValidationFailed',
        message: "invalid input params: didn't need these params but they were provided anyway: [where]",
      },
    ]);
  });

  test('has its checks cancelled with the run, and their pods are deleted', async () => {
    script = () => 'stays';
    await createRelease();
    await startInNamespace();
    await run();
    await harness.waitFor<PipelineRun, true>('PipelineRun', 'run', ({ status }) => {
      const [entry] = Object.values(status?.taskRuns ?? {});
      const checks = Object.values(entry?.conditionChecks ?? {});
      return checks.length === 2 && checks.every((taskRun) => taskRun.status?.conditions?.[0]?.reason === 'Running')
        ? true
        : undefined;
    });
    const runKey = { namespace: harness.namespace, name: 'run' };
    await harness.client.patch(
      kindOf('PipelineRun'),
      runKey,
      { spec: { status: 'PipelineRunCancelled' } },
      { type: 'merge' },
    );
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'PipelineRunCancelled' });
    const reasons = await harness.waitFor<PipelineRun, (string | undefined)[]>('PipelineRun', 'run', ({ status }) => {
      const [entry] = Object.values(status?.taskRuns ?? {});
      const checks = Object.values(entry?.conditionChecks ?? {}).map(
        (conditionCheck) => conditionCheck.status?.conditions?.[0]?.reason,
      );
      return checks.every((reason) => reason === 'TaskRunCancelled') ? checks : undefined;
    });
    expect(reasons).toEqual(['TaskRunCancelled', 'TaskRunCancelled']);
    const isGone = async (): Promise<boolean> =>
      (await harness.list<Pod>('Pod')).every(({ metadata }) => metadata.deletionTimestamp !== undefined);
    while (!(await isGone())) await controller?.synced;
  });
});

describe('each check has one pod and decides its task, with any faults', () => {
  /** Runs a task whose checks pass and that fails once, and a skipped task. Returns the outcome and created objects. */
  async function outcome(send: Send): Promise<unknown> {
    const attempts = new Map<string, number>();
    script = (pod) => {
      const task = pod.metadata.labels?.['tekton.dev/pipelineTask'] ?? '';
      const containerTask = isCheck(pod) ? `${task}?${conditionOf(pod)}` : task;
      attempts.set(containerTask, (attempts.get(containerTask) ?? 0) + 1);
      return {
        exitCode:
          containerTask === 'other?dry' || (containerTask === 'deploy' && attempts.get(containerTask) === 1) ? 1 : 0,
      };
    };
    const check = { spec: { check: { image: 'busybox', command: ['true'] } } };
    await harness.create('Task', 'ok', okTask);
    for (const name of ['sunny', 'dry']) await harness.create('Condition', name, check);
    const taskRef = { name: 'ok' };
    const withConditions = (...names: readonly string[]): object => ({
      conditions: names.map((conditionRef) => ({ conditionRef })),
    });
    await harness.create('Pipeline', 'p', {
      spec: {
        tasks: [
          { name: 'deploy', taskRef, retries: 1, ...withConditions('sunny') },
          { name: 'other', taskRef, ...withConditions('dry') },
          { name: 'last', taskRef, runAfter: ['other'] },
        ],
      },
    });
    await startInNamespace(send);
    await run();
    const { reason } = await harness.waitForEnd('PipelineRun', 'run');
    const [pipelineRun] = await harness.list<PipelineRun>('PipelineRun');
    const outcomes = Object.values(pipelineRun?.status?.taskRuns ?? {}).map(({ pipelineTaskName, status }) => [
      pipelineTaskName,
      status?.conditions?.[0]?.reason,
    ]);
    const taskRuns = await harness.list<TaskRun>('TaskRun');
    return [reason, Object.fromEntries(outcomes), taskRuns.length, Object.fromEntries([...attempts].toSorted())];
  }

  const expected = [
    'Succeeded',
    { deploy: 'Succeeded', other: 'ConditionCheckFailed' },
    3,
    { deploy: 2, 'deploy?sunny': 1, 'other?dry': 1 },
  ];

  atEveryWrite({
    startOver: async () => (harness = await newHarness(cluster)).namespace,
    cluster: () => cluster.send,
    observe: async (send) => {
      const result = await outcome(send);
      await controller?.stop();
      return result;
    },
    expected,
    milliseconds: 120_000,
  });
});
