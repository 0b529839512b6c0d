import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import { EVENTS, PODS, type KubeObject } from '@pipewright/kube';
import { systemClock, type Clock, type Send } from '@pipewright/apimachinery';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import { startController, type RunningController } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { atEveryWrite } from '../support/faults.js';
import {
  chain,
  collectingLog,
  kindOf,
  newHarness,
  newCluster,
  okTask,
  type Harness,
  type KubeletScript,
} from '../support/harness.js';

let cluster: Cluster;
let close: () => Promise<void>;
let script: KubeletScript = () => ({});
let harness: Harness;
let controller: RunningController | undefined;
let log = collectingLog();

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => script));
});
afterAll(() => close());

beforeEach(async () => {
  script = () => ({});
  log = collectingLog();
  harness = await newHarness(cluster);
});
afterEach(() => controller?.stop());

const startInNamespace = async (send: Send = cluster.send): Promise<RunningController> =>
  (controller = await startController({ send, log, namespace: harness.namespace }));

const step = (fields: object = {}): object => ({ name: 's', image: 'ubuntu', command: ['true'], ...fields });
const names = (objects: readonly KubeObject[]): readonly string[] => objects.map(({ metadata }) => metadata.name ?? '');

describe('a TaskRun', () => {
  test('creates a pod, ends with it, and records an event', async () => {
    await startInNamespace();
    await harness.create('TaskRun', 'run', { spec: { taskSpec: { steps: [step()] } } });
    expect(await harness.waitForEnd('TaskRun', 'run')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    const [pod] = await harness.list<Pod>('Pod');
    const [run] = await harness.list<TaskRun>('TaskRun');
    expect(run?.status?.podName).toBe(pod?.metadata.name);
    await controller?.stop();
    const { items } = await harness.client.list<KubeObject & { reason: string; involvedObject: { kind: string } }>(
      EVENTS,
      { namespace: harness.namespace },
    );
    expect(items.map(({ reason, involvedObject }) => [involvedObject.kind, reason])).toEqual([
      ['TaskRun', 'Succeeded'],
    ]);
  });

  test('has the labels and name of its Task, even if it is rejected', async () => {
    await startInNamespace();
    await harness.create('Task', 'ok', { ...okTask, metadata: { labels: { team: 'a' }, annotations: { note: 'b' } } });
    await harness.create('TaskRun', 'run', {
      spec: { taskRef: { name: 'ok' }, inputs: { params: [{ name: 'x', value: '1' }] } },
    });
    expect(await harness.waitForEnd('TaskRun', 'run')).toMatchObject({
      reason: 'TaskRunValidationFailed',
      message: "invalid input params: didn't need these params but they were provided anyway: [x]",
    });
    const metadata = await harness.waitFor<TaskRun, TaskRun['metadata']>('TaskRun', 'run', (run) =>
      run.metadata.labels ? run.metadata : undefined,
    );
    expect(metadata).toMatchObject({ labels: { team: 'a', 'tekton.dev/task': 'ok' }, annotations: { note: 'b' } });
  });

  test.each([
    [
      'a Task that does not exist',
      { taskRef: { name: 'nope' } },
      'TaskRunResolutionFailed: error when listing tasks for taskRun run: task.tekton.dev "nope" not found',
    ],
    [
      'a ServiceAccount that does not exist',
      { taskSpec: { steps: [step()] }, serviceAccountName: 'missing' },
      'CouldntGetTask: Invalid TaskSpec: translating Build to Pod: serviceaccounts "missing" not found',
    ],
    [
      'a Secret of its ServiceAccount that does not exist',
      { taskSpec: { steps: [step()] }, serviceAccountName: 'poor' },
      'CouldntGetTask: Invalid TaskSpec: translating Build to Pod: secrets "nosuchsecret" not found',
    ],
    [
      'a resource that does not exist',
      {
        taskSpec: { inputs: { resources: [{ name: 'src', type: 'git' }] }, steps: [step()] },
        inputs: { resources: [{ name: 'src', resourceRef: { name: 'nope' } }] },
      },
      `TaskRunResolutionFailed: couldn't retrieve referenced input PipelineResource: pipelineresource.tekton.dev "nope" not found`,
    ],
    [
      'a resource of another type',
      {
        taskSpec: { inputs: { resources: [{ name: 'src', type: 'git' }] }, steps: [step()] },
        inputs: { resources: [{ name: 'src', resourceSpec: { type: 'image', params: [] } }] },
      },
      'TaskRunValidationFailed: invalid input resources: resource "src" should be type "image" but was "git"',
    ],
  ])('reports %s', async (_what, spec, expected) => {
    await harness.create('ServiceAccount', 'poor', { secrets: [{ name: 'nosuchsecret' }] });
    await startInNamespace();
    await harness.create('TaskRun', 'run', { spec });
    const { reason, message } = await harness.waitForEnd('TaskRun', 'run');
    expect(`${reason ?? ''}: ${message ?? ''}`).toBe(expected);
    expect(await harness.list('Pod')).toEqual([]);
  });

  test('does not adopt a pod of that name with another owner', async () => {
    await harness.create('TaskRun', 'run', { spec: { taskSpec: { steps: [step()] } } });
    await startInNamespace();
    await harness.waitForEnd('TaskRun', 'run');
    await controller?.stop();
    const [pod] = await harness.list<Pod>('Pod');
    const [run] = await harness.list<TaskRun>('TaskRun');
    await harness.client.patch(
      kindOf('TaskRun'),
      { namespace: harness.namespace, name: 'run' },
      { status: { conditions: null, podName: null, startTime: null, completionTime: null } },
      { type: 'merge', subresource: 'status' },
    );
    const { metadata: serviceAccount } = await harness.create('ServiceAccount', 'another', {});
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ServiceAccount', name: 'another', uid: serviceAccount.uid, controller: true },
    ];
    await harness.client.patch(
      PODS,
      { namespace: harness.namespace, name: pod?.metadata.name ?? '' },
      { metadata: { ownerReferences } },
      { type: 'merge' },
    );
    await startInNamespace();
    const { reason, message } = await harness.waitForEnd('TaskRun', 'run');
    expect([run?.status?.podName, reason, message]).toEqual([
      pod?.metadata.name,
      'CouldntGetTask',
      `Invalid TaskSpec: pod "${pod?.metadata.name ?? ''}" exists already and belongs to something else; delete it`,
    ]);
  });

  test('gets one replacement pod if an image has no shell, and later runs use such a pod at once', async () => {
    const stderr = 'exec: "/bin/sh": stat /bin/sh: no such file or directory';
    script = (pod) => (pod.spec.initContainers?.length ? {} : { exitCode: 128, reason: 'StartError', message: stderr });
    await startInNamespace();
    const spec = { taskSpec: { steps: [step({ image: 'scratch' })] } };
    await harness.create('TaskRun', 'first', { spec });
    expect(await harness.waitForEnd('TaskRun', 'first')).toMatchObject({ reason: 'Succeeded' });
    await harness.create('TaskRun', 'second', { spec });
    expect(await harness.waitForEnd('TaskRun', 'second')).toMatchObject({ reason: 'Succeeded' });
    const pods = (await harness.list<Pod>('Pod')).filter(
      ({ metadata }) => metadata.labels?.['tekton.dev/taskRun'] === 'second',
    );
    expect(pods.map(({ spec: { initContainers } }) => initContainers?.length)).toEqual([1]);
  });

  test('is cancelled, and its pod is deleted', async () => {
    script = () => 'stays';
    await startInNamespace();
    await harness.create('TaskRun', 'run', { spec: { taskSpec: { steps: [step()] } } });
    await harness.waitFor<TaskRun, true>('TaskRun', 'run', ({ status }) =>
      status?.conditions?.[0]?.reason === 'Running' ? true : undefined,
    );
    await harness.client.patch(
      kindOf('TaskRun'),
      { namespace: harness.namespace, name: 'run' },
      { spec: { status: 'TaskRunCancelled' } },
      { type: 'merge' },
    );
    expect(await harness.waitForEnd('TaskRun', 'run')).toMatchObject({
      reason: 'TaskRunCancelled',
      message: 'TaskRun "run" was cancelled',
    });
    const isGone = async (): Promise<boolean> =>
      (await harness.list<Pod>('Pod')).every(({ metadata }) => metadata.deletionTimestamp !== undefined);
    while (!(await isGone())) await controller?.synced;
  });

  test('times out', async () => {
    script = () => 'stays';
    await startInNamespace();
    await harness.create('TaskRun', 'run', { spec: { taskSpec: { steps: [step()] }, timeout: '1ms' } });
    expect(await harness.waitForEnd('TaskRun', 'run')).toMatchObject({
      reason: 'TaskRunTimeout',
      message: 'TaskRun "run" failed to finish within "1ms"',
    });
  });

  test('copies no content of a Secret anywhere', async () => {
    const secretValue = 'c4n4ry';
    await harness.create('Secret', 'git', {
      type: 'kubernetes.io/basic-auth',
      metadata: { annotations: { 'tekton.dev/git-0': 'https://git.corp' } },
      stringData: { username: `${secretValue}-user`, password: `${secretValue}-pass` },
    });
    await harness.create('ServiceAccount', 'bot', { secrets: [{ name: 'git' }] });
    await startInNamespace();
    await harness.create('TaskRun', 'run', { spec: { taskSpec: { steps: [step()] }, serviceAccountName: 'bot' } });
    await harness.waitForEnd('TaskRun', 'run');
    await controller?.stop();
    const everyObject = [
      await harness.list('Pod'),
      await harness.list('TaskRun'),
      await harness.client.list(EVENTS, { namespace: harness.namespace }),
      log.lines,
    ];
    expect(JSON.stringify(everyObject)).toContain('/var/build-secrets/git');
    expect(JSON.stringify(everyObject)).not.toContain(secretValue);
  });
});

describe('a PipelineRun', () => {
  test('runs a chain of ten tasks without delays', async () => {
    const tasks = Array.from({ length: 10 }, (_, index) => `t${String(index)}`);
    await harness.create('Task', 'ok', okTask);
    await harness.create('Pipeline', 'p', chain(tasks));
    const { namespace } = harness;
    const clock: Clock = {
      ...systemClock,
      after: (milliseconds, callback) =>
        milliseconds < 500 ? systemClock.after(milliseconds, callback) : () => undefined,
    };
    controller = await startController({ send: cluster.send, log, namespace, clock }); // longer timers never fire
    await harness.create('PipelineRun', 'run', { spec: { pipelineRef: { name: 'p' } } });
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
    const [run] = await harness.list<PipelineRun>('PipelineRun');
    const entries = Object.values(run?.status?.taskRuns ?? {});
    expect(entries.map(({ pipelineTaskName }) => pipelineTaskName).toSorted()).toEqual(tasks);
    expect(entries.every(({ status }) => status?.conditions?.[0]?.reason === 'Succeeded')).toBe(true);
    expect(run?.metadata.labels).toEqual({ 'tekton.dev/pipeline': 'p' });
  });

  test('retries as often as allowed, each time with a new pod', async () => {
    let pods = 0;
    script = () => ({ exitCode: ++pods < 3 ? 1 : 0 });
    await harness.create('Task', 'ok', okTask);
    await harness.create('Pipeline', 'p', chain(['a'], { retries: 2 }));
    await startInNamespace();
    await harness.create('PipelineRun', 'run', { spec: { pipelineRef: { name: 'p' } } });
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
    const [taskRun] = await harness.list<TaskRun>('TaskRun');
    expect([taskRun?.status?.retriesStatus?.length, (await harness.list('Pod')).length]).toEqual([2, 3]);
  });

  test('creates a claim for files that tasks hand over, and deletes it at the end', async () => {
    await harness.create('Task', 'ok', {
      spec: { ...okTask.spec, outputs: { resources: [{ name: 'src', type: 'git' }] } },
    });
    const resources = { outputs: [{ name: 'src', resource: 'repo' }] };
    await harness.create('Pipeline', 'p', {
      spec: { resources: [{ name: 'repo', type: 'git' }], tasks: [{ name: 'a', taskRef: { name: 'ok' }, resources }] },
    });
    await startInNamespace();
    const resourceSpec = { type: 'git', params: [{ name: 'url', value: 'https://git.corp/a.git' }] };
    await harness.create('PipelineRun', 'run', {
      spec: { pipelineRef: { name: 'p' }, resources: [{ name: 'repo', resourceSpec }] },
    });
    expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
    const [pod] = await harness.list<Pod>('Pod');
    expect(pod?.spec.volumes).toContainEqual({ name: 'run-pvc', persistentVolumeClaim: { claimName: 'run-pvc' } });
  });

  test('does not adopt a TaskRun of that name with another owner', async () => {
    await harness.create('Task', 'ok', okTask);
    await harness.create('Pipeline', 'p', chain(['a']));
    const run = await harness.create<PipelineRun>('PipelineRun', 'run', { spec: { pipelineRef: { name: 'p' } } });
    await startInNamespace();
    await harness.waitForEnd('PipelineRun', 'run');
    await controller?.stop();
    const [name = ''] = names(await harness.list('TaskRun'));
    await harness.client.patch(
      kindOf('TaskRun'),
      { namespace: harness.namespace, name },
      { metadata: { ownerReferences: null } },
      { type: 'merge' },
    );
    await harness.client.patch(
      kindOf('PipelineRun'),
      { namespace: harness.namespace, name: 'run' },
      { status: { conditions: null, taskRuns: null, startTime: null, completionTime: null } },
      { type: 'merge', subresource: 'status' },
    );
    await startInNamespace();
    expect([run.metadata.name, await harness.waitForEnd('PipelineRun', 'run')]).toMatchObject([
      'run',
      {
        reason: 'TaskRunCreationFailed',
        message: `the TaskRun "${name}" exists already and belongs to something else; delete it and run again`,
      },
    ]);
  });
});

describe('each attempt has one pod, with any faults', () => {
  /** Runs two tasks, the second of which fails once. Returns the outcome and the created objects. */
  async function outcome(send: Send): Promise<unknown> {
    const attempts = new Map<string, number>();
    script = ({ metadata }) => {
      const task = metadata.labels?.['tekton.dev/pipelineTask'] ?? '';
      const attempt = attempts.get(task) ?? 0;
      attempts.set(task, attempt + 1);
      return { exitCode: task === 'b' && attempt === 0 ? 1 : 0 };
    };
    await harness.create('Task', 'ok', okTask);
    await harness.create('Pipeline', 'p', chain(['a', 'b'], { retries: 1 }));
    await startInNamespace(send);
    await harness.create('PipelineRun', 'run', { spec: { pipelineRef: { name: 'p' } } });
    const { reason } = await harness.waitForEnd('PipelineRun', 'run');
    const taskRuns = await harness.list<TaskRun>('TaskRun');
    return [reason, taskRuns.length, (await harness.list('Pod')).length, Object.fromEntries(attempts)];
  }

  const expected = ['Succeeded', 2, 3, { a: 1, b: 2 }];

  atEveryWrite({
    startOver: async () => (harness = await newHarness(cluster)).namespace,
    cluster: () => cluster.send,
    observe: async (send) => {
      const result = await outcome(send);
      await controller?.stop();
      return result;
    },
    expected,
    milliseconds: 60_000,
  });
});
