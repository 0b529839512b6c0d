/** Features of Tekton v0.10, and runs that wait for quota, with real pods. */

import { describe, expect } from '@jest/globals';
import { CONFIG_MAPS, PODS, resource, type KubeObject } from '@pipewright/kube';
import type { PipelineRun, TaskRun } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import type { ClusterKind } from '../support/test-cluster.js';
import { keyOf, waitForPod } from './disruptions-on-a-cluster.js';
import { newTestNamespace, type TestNamespace } from '../support/test-namespace.js';

const RESOURCE_QUOTAS = resource('v1', 'resourcequotas', 'ResourceQuota');
const script = (text: string, name = 'own'): object => ({ name, image: 'busybox', script: text });
const string = (name: string): object => ({ name, type: 'string' });

/** Defines the suite. */
export function describeAdditions(clusterKind: ClusterKind): void {
  describe(`on ${clusterKind.name}`, () => {
    const testNamespace = newTestNamespace(clusterKind);
    describeSharing(testNamespace);
    describeOptional(testNamespace);
    describeQuota(testNamespace);
  });
}

/** Writes to the workspaces and produces two results. */
const producer = {
  workspaces: [{ name: 'shared' }, { name: 'settings', mountPath: '/settings', readOnly: true }, { name: 'token' }],
  results: [{ name: 'greeting' }, { name: 'empty' }],
  steps: [
    script('cat /settings/word > $(workspaces.shared.path)/word; ! touch /settings/more', 'first'),
    script(
      'printf "%s of %s" "$(cat $(workspaces.shared.path)/word)" "$(cat $(workspaces.token.path)/whom)" > $(results.greeting.path); : > $(results.empty.path)',
      'second',
    ),
  ],
};

/** Prints its params and workspaces. */
const consumer = {
  workspaces: [{ name: 'team' }, { name: 'scratch' }],
  inputs: { params: [string('greeting'), string('empty')] },
  steps: [
    {
      ...script(
        '#!/bin/sh\necho "$1|$2|$(cat $(workspaces.team.path)/word)|$(ls $(workspaces.scratch.path))"\n: > $(workspaces.scratch.path)/used',
      ),
      args: ['$(inputs.params.greeting)', '$(inputs.params.empty)'],
    },
  ],
};

function describeSharing(testNamespace: TestNamespace): void {
  testNamespace.runs('tasks share workspaces and pass results, which the status records', async () => {
    const { harness } = testNamespace;
    const { client, namespace } = harness;
    const metadata = { name: 'settings', namespace };
    const data = { word: 'greetings' };
    await client.create(CONFIG_MAPS, { namespace }, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    await harness.create('Secret', 'whom', { stringData: { whom: 'the team' } });
    await harness.create('PersistentVolumeClaim', 'disk', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
    });
    await harness.create('PipelineRun', 'shares', {
      spec: {
        workspaces: [
          { name: 'disk', persistentVolumeClaim: { claimName: 'disk' }, subPath: 'runs' },
          { name: 'words', configMap: { name: 'settings' } },
          { name: 'whom', secret: { secretName: 'whom' } },
          { name: 'none', emptyDir: {} },
        ],
        pipelineSpec: {
          workspaces: ['disk', 'words', 'whom', 'none'].map((name) => ({ name })),
          tasks: [
            {
              name: 'make',
              taskSpec: producer,
              workspaces: [
                { name: 'shared', workspace: 'disk', subPath: 'team' },
                { name: 'settings', workspace: 'words' },
                { name: 'token', workspace: 'whom' },
              ],
            },
            {
              name: 'take',
              taskSpec: consumer,
              params: [
                { name: 'greeting', value: '$(tasks.make.results.greeting)' },
                { name: 'empty', value: '$(tasks.make.results.empty)' },
              ],
              workspaces: [
                { name: 'team', workspace: 'disk', subPath: 'team' },
                { name: 'scratch', workspace: 'none' },
              ],
            },
          ],
        },
      },
    });
    expect(await harness.waitForEnd('PipelineRun', 'shares')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    const runs = await harness.list<TaskRun>('TaskRun');
    const taskRunOf = (task: string): TaskRun | undefined =>
      runs.find(({ metadata: { labels } }) => labels?.['tekton.dev/pipelineTask'] === task);
    expect(taskRunOf('make')?.status?.taskResults).toEqual([
      { name: 'greeting', value: 'greetings of the team' },
      { name: 'empty', value: '' },
    ]);
    const logs = await testNamespace.logs(taskRunOf('take')?.metadata.name ?? '');
    expect(logs['own']).toBe('greetings of the team||greetings|\n');
    const first = (await testNamespace.logs(taskRunOf('make')?.metadata.name ?? ''))['first'];
    expect(first).toMatch(/^\+ cat \/settings\/word\n.*Read-only file system/s);
  });
}

function describeOptional(testNamespace: TestNamespace): void {
  testNamespace.runs(
    'an optional resource that is left out is a path that leads to nothing, for tasks and checks',
    async () => {
      const { harness } = testNamespace;
      const src = { resources: [{ name: 'src', type: 'git', optional: true }] };
      const text = 'test ! -e $(inputs.resources.src.path) && echo $(inputs.resources.src.path)';
      await harness.create('Task', 'looks', { spec: { inputs: src, steps: [script(text)] } });
      await harness.create('Condition', 'absent', {
        spec: { ...src, check: script('test ! -e $(resources.src.path)', 'check') },
      });
      const resourceBinding = { inputs: [{ name: 'src', resource: 'src' }] };
      await harness.create('PipelineRun', 'optional', {
        spec: {
          pipelineSpec: {
            resources: [{ name: 'src', type: 'git', optional: true }],
            tasks: [
              {
                name: 'look',
                taskRef: { name: 'looks' },
                resources: resourceBinding,
                conditions: [{ conditionRef: 'absent', resources: resourceBinding.inputs }],
              },
            ],
          },
        },
      });
      expect(await harness.waitForEnd('PipelineRun', 'optional')).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
      });
      const [[name = '', task] = []] = Object.entries(
        (await harness.list<PipelineRun>('PipelineRun')).find(({ metadata }) => metadata.name === 'optional')?.status
          ?.taskRuns ?? {},
      );
      expect(Object.values(task?.conditionChecks ?? {})).toMatchObject([
        { conditionName: 'absent', status: { conditions: [{ status: 'True' }] } },
      ]);
      expect((await testNamespace.logs(name))['own']).toMatch(/\/workspace\/src\n$/);
    },
  );
}

function describeQuota(testNamespace: TestNamespace): void {
  testNamespace.runs('a TaskRun whose pod exceeds a quota waits until the quota allows it', async () => {
    const { harness } = testNamespace;
    const { client, namespace } = harness;
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace },
      spec: { hard: { pods: '1' } },
    };
    await client.create(RESOURCE_QUOTAS, { namespace }, quota);
    await harness.waitFor<KubeObject & { status?: { hard?: object } }, true>('ResourceQuota', 'few', ({ status }) =>
      status?.hard ? true : undefined,
    );
    const run = (text: string): object => ({ spec: { taskSpec: { steps: [script(text)] } } });
    await harness.create('TaskRun', 'first', run('sleep 1000'));
    const name = await waitForPod(harness, 'first');
    await harness.create('TaskRun', 'second', run('true'));
    const condition = await harness.waitFor<TaskRun, object>(
      'TaskRun',
      'second',
      ({ status }) => status?.conditions?.[0],
    );
    expect(condition).toMatchObject({
      status: 'Unknown',
      reason: 'ExceededResourceQuota',
      message: expect.stringMatching(
        /^TaskRun Pod exceeded available resources, reattempted 1 times: .*exceeded quota: few/,
      ),
    });
    const pod = (await harness.list<Pod>('Pod')).find(({ metadata }) => metadata.name === name);
    if (pod) await client.delete(PODS, keyOf(pod), { gracePeriodSeconds: 0 });
    expect(await harness.waitForEnd('TaskRun', 'second')).toMatchObject({ status: 'True', reason: 'Succeeded' });
  });
}
