import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import { startController, type RunningController } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { newHarness, newCluster, type Harness, type KubeletScript } from '../support/harness.js';

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
  harness = await newHarness(cluster);
  controller = await startController({ send: cluster.send, namespace: harness.namespace });
});
afterEach(() => controller?.stop());

const step = (args: readonly string[]): object => ({ name: 's', image: 'ubuntu', command: ['echo'], args });
const producer = { results: [{ name: 'commit' }, { name: 'tag' }], steps: [step(['$(results.commit.path)'])] };
const consumer = {
  inputs: {
    params: [
      { name: 'v', type: 'string' },
      { name: 'w', type: 'array', default: [] },
    ],
  },
  steps: [step(['$(inputs.params.v)', '$(inputs.params.w)'])],
};
const scriptWithResults =
  (results: Readonly<Record<string, string>>): KubeletScript =>
  (_pod, container) =>
    container === 'step-s'
      ? {
          message: JSON.stringify(
            Object.entries(results).map(([key, value]) => ({ key, value, type: 'TaskRunResult' })),
          ),
        }
      : {};
const run = (params: readonly object[]): object => ({
  spec: {
    params: [{ name: 'p', value: '$(tasks.make.results.commit)' }],
    pipelineSpec: {
      params: [{ name: 'p', type: 'string' }],
      tasks: [
        { name: 'take', taskSpec: consumer, params },
        { name: 'make', taskSpec: producer },
      ],
    },
  },
});

/** Returns the arguments that follow those of the entrypoint in the pod of a task. */
async function argumentsOf(task: string): Promise<readonly string[] | undefined> {
  const pods = await harness.list<Pod>('Pod');
  const pod = pods.find(({ metadata }) => metadata.labels?.['tekton.dev/pipelineTask'] === task);
  const args = pod?.spec.containers[0]?.args;
  return args?.slice(args.indexOf('--') + 1);
}

describe('a result', () => {
  test('is passed verbatim to the task that refers to it, which runs after its producer', async () => {
    script = scriptWithResults({ commit: ' $(params.p) $(HOME)\n', tag: 'v1' });
    await harness.create(
      'PipelineRun',
      'run',
      run([
        { name: 'v', value: '$(params.p)/$(tasks.make.results.commit)' },
        { name: 'w', value: ['$(tasks.make.results.tag)', '$(tasks.make.results.tag)'] },
      ]),
    );
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
    const runs = await harness.list<TaskRun>('TaskRun');
    const taskRunOf = (task: string) =>
      runs.find(({ metadata }) => metadata.labels?.['tekton.dev/pipelineTask'] === task);
    expect(taskRunOf('make')?.status).toMatchObject({
      taskResults: [
        { name: 'commit', value: ' $(params.p) $(HOME)\n' },
        { name: 'tag', value: 'v1' },
      ],
    });
    expect(taskRunOf('make')?.status?.resourcesResult).toBeUndefined();
    expect(taskRunOf('take')?.spec.inputs?.params).toEqual([
      { name: 'v', value: '$(tasks.make.results.commit)/ $(params.p) $(HOME)\n' },
      { name: 'w', value: ['v1', 'v1'] },
    ]);
    expect(await argumentsOf('take')).toEqual([
      'echo',
      '$(tasks.make.results.commit)/ $(params.p) $(HOME)\n',
      'v1',
      'v1',
    ]);
  });

  test('has a file in every step, and the last step reports it', async () => {
    await harness.create('TaskRun', 'run', {
      spec: { taskSpec: { ...producer, steps: [...producer.steps, { ...step([]), name: 't' }] } },
    });
    await harness.waitForEnd('TaskRun', 'run');
    const [pod] = await harness.list<Pod>('Pod');
    const containers = pod?.spec.containers ?? [];
    expect(containers.map(({ volumeMounts = [] }) => volumeMounts.filter(({ name }) => name === 'results'))).toEqual([
      [{ name: 'results', mountPath: '/tekton/results' }],
      [{ name: 'results', mountPath: '/tekton/results' }],
    ]);
    expect(containers[0]?.args?.at(-1)).toBe('/tekton/results/commit');
    expect(containers.map(({ args = [] }) => args.filter((_, index) => args[index - 1] === '-R'))).toEqual([
      [],
      ['commit', 'tag'],
    ]);
  });

  test('that was not written fails the run with the names of task and result', async () => {
    script = scriptWithResults({ tag: 'v1' });
    await harness.create('PipelineRun', 'run', run([{ name: 'v', value: '$(tasks.make.results.commit)' }]));
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({
      status: 'False',
      reason: 'InvalidTaskResultReference',
      message:
        'task "take" needs the result "commit" of task "make", which has ended without it: none of its steps wrote /tekton/results/commit, or its Task does not declare it',
    });
    expect((await harness.list('TaskRun')).length).toBe(1);
  });

  test('of a task that does not exist fails the run before any task starts', async () => {
    await harness.create('PipelineRun', 'run', run([{ name: 'v', value: '$(tasks.made.results.commit)' }]));
    const { reason, message } = await harness.waitForEnd('PipelineRun', 'run');
    expect([reason, message]).toEqual([
      'PipelineInvalidGraph',
      expect.stringContaining("task take depends on made but made wasn't present in Pipeline"),
    ]);
    expect(await harness.list<PipelineRun>('TaskRun')).toEqual([]);
  });
});
