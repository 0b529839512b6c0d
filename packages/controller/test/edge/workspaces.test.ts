import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Cluster } from '@pipewright/cluster';
import type { TaskRun } from '@pipewright/tekton';
import { startController, type RunningController } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { newHarness, newCluster, type Harness } from '../support/harness.js';

let cluster: Cluster;
let close: () => Promise<void>;
let harness: Harness;
let controller: RunningController | undefined;

beforeAll(async () => {
  ({ cluster, close } = await newCluster(() => () => ({})));
});
afterAll(() => close());
beforeEach(async () => {
  harness = await newHarness(cluster);
  controller = await startController({ send: cluster.send, namespace: harness.namespace });
});
afterEach(() => controller?.stop());

const claim = { persistentVolumeClaim: { claimName: 'cache' } };
const task = {
  workspaces: [
    { name: 'source' },
    { name: 'cache', mountPath: '/cache' },
    { name: 'settings', mountPath: '/settings', readOnly: true },
  ],
  steps: [
    { name: 'a', image: 'ubuntu', command: ['ls'], args: ['$(workspaces.source.path)', '$(workspaces.cache.volume)'] },
    { name: 'b', image: 'ubuntu', command: ['ls'] },
  ],
};

/** Returns the workspace mounts of each step of a pod: path and source. */
function mountsIn(pod: Pod | undefined): readonly (readonly string[])[] {
  const volumes = new Map((pod?.spec.volumes ?? []).map(({ name, ...source }) => [name, source]));
  return (pod?.spec.containers ?? []).map(({ volumeMounts = [] }) =>
    volumeMounts
      .filter(({ name }) => name.startsWith('ws-'))
      .map(({ name, ...mount }) => `${JSON.stringify(mount)} of ${JSON.stringify(volumes.get(name))}`),
  );
}

test('every step has the workspaces at the paths of the Task; those on one claim share a volume', async () => {
  const workspaces = [
    { name: 'source', ...claim, subPath: 'src' },
    { name: 'cache', ...claim },
    { name: 'settings', configMap: { name: 'settings' } },
  ];
  await harness.create('TaskRun', 'run', { spec: { taskSpec: task, workspaces } });
  expect(await harness.waitForEnd('TaskRun', 'run')).toMatchObject({ reason: 'Succeeded' });
  const [pod] = await harness.list<Pod>('Pod');
  const mounts = [
    '{"mountPath":"/workspace/source","subPath":"src"} of {"persistentVolumeClaim":{"claimName":"cache"}}',
    '{"mountPath":"/cache"} of {"persistentVolumeClaim":{"claimName":"cache"}}',
    '{"mountPath":"/settings","readOnly":true} of {"configMap":{"name":"settings","defaultMode":420}}',
  ];
  expect(mountsIn(pod)).toEqual([mounts, mounts]);
  const workspaceVolumes = pod?.spec.volumes?.filter(({ name }) => name.startsWith('ws-')) ?? [];
  expect(workspaceVolumes.length).toBe(2);
  expect(pod?.spec.containers[0]?.args?.slice(-2)).toEqual(['/workspace/source', workspaceVolumes[0]?.name]);
});

test('a pipeline passes its workspaces to tasks under their names, with the subPath of the task', async () => {
  const oneWorkspace = { workspaces: [{ name: 'dir' }], steps: [{ name: 's', image: 'ubuntu', command: ['ls'] }] };
  await harness.create('PipelineRun', 'run', {
    spec: {
      workspaces: [
        { name: 'shared', ...claim, subPath: 'team' },
        { name: 'empty', emptyDir: {} },
      ],
      pipelineSpec: {
        workspaces: [{ name: 'shared' }, { name: 'empty' }],
        tasks: [
          { name: 'a', taskSpec: oneWorkspace, workspaces: [{ name: 'dir', workspace: 'shared', subPath: 'a' }] },
          { name: 'b', taskSpec: oneWorkspace, workspaces: [{ name: 'dir', workspace: 'empty' }] },
        ],
      },
    },
  });
  expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ reason: 'Succeeded' });
  const runs = await harness.list<TaskRun>('TaskRun');
  expect(runs.map(({ metadata, spec }) => [metadata.labels?.['tekton.dev/pipelineTask'], spec.workspaces])).toEqual([
    ['a', [{ name: 'dir', ...claim, subPath: 'team/a' }]],
    ['b', [{ name: 'dir', emptyDir: {} }]],
  ]);
});

test.each<[string, string, object, string]>([
  [
    'a TaskRun lacks a workspace',
    'TaskRun',
    { taskSpec: task, workspaces: [{ name: 'source', emptyDir: {} }] },
    "TaskRunValidationFailed: bound workspaces did not match declared workspaces: Didn't provide required values: [cache settings]",
  ],
  [
    'a TaskRun has an undeclared workspace',
    'TaskRun',
    { taskSpec: { steps: task.steps.slice(1) }, workspaces: [{ name: 'x', emptyDir: {} }] },
    'TaskRunValidationFailed: bound workspaces did not match declared workspaces: Provided extra values: [x]',
  ],
  [
    'a workspace has two sources',
    'TaskRun',
    {
      taskSpec: { workspaces: [{ name: 'x' }], steps: task.steps.slice(1) },
      workspaces: [{ name: 'x', emptyDir: {}, secret: { secretName: 's' } }],
    },
    'TaskRunValidationFailed: the workspace "x" has 2 sources; give exactly one of persistentVolumeClaim, emptyDir, configMap, secret',
  ],
  [
    'a PipelineRun lacks a workspace',
    'PipelineRun',
    {
      pipelineSpec: {
        workspaces: [{ name: 'shared' }],
        tasks: [{ name: 'a', taskSpec: { steps: task.steps.slice(1) } }],
      },
    },
    `InvalidWorkspaceBindings: PipelineRun NS/run doesn't bind Pipeline NS/run's Workspaces correctly: pipeline expects workspace with name "shared" be provided by pipelinerun`,
  ],
])('a run fails before it has a pod if %s', async (_when, kind, spec, expected) => {
  await harness.create(kind, 'run', { spec });
  const { reason = '', message = '' } = await harness.waitForEnd(kind as 'TaskRun', 'run'); // or PipelineRun
  expect(`${reason}: ${message}`).toBe(expected.replaceAll('NS', harness.namespace));
  expect(await harness.list('Pod')).toEqual([]);
});
