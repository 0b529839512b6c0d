/** Workspaces of Tekton v0.10: declared by tasks and pipelines, passed in calls, provided by runs. */

import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { Pipeline, PipelineRun, Task, TaskRun, Workspace } from '../lib/index.js';

interface Manifest {
  readonly kind: string;
  readonly spec: Record<string, unknown>;
}

const chartIn = (): Chart => new Chart(new App(), 'ci');
const specs = (chart: Chart): Record<string, Record<string, unknown>> =>
  Object.fromEntries((Testing.synth(chart) as Manifest[]).map(({ kind, spec }) => [kind, spec]));

const installIn = (chart: Chart) =>
  new Task(chart, 'install', {
    metadata: { name: 'install' },
    workspaces: { cache: { description: 'npm’s', mountPath: '/cache' }, token: { readOnly: true } },
    steps: ({ workspaces: { cache, token } }) => [
      {
        image: 'node:20.19',
        command: ['npm'],
        args: ['ci', '--cache', cache.path, `--userconfig=${token.path}/npmrc`],
        volumeMounts: [{ name: cache.volume, mountPath: '/again' }],
      },
    ],
  });

describe('a workspace', () => {
  test('is declared by a task, whose steps can use its path', () => {
    const chart = chartIn();
    installIn(chart);

    expect(specs(chart)['Task']).toEqual({
      workspaces: [
        { name: 'cache', description: 'npm’s', mountPath: '/cache' },
        { name: 'token', readOnly: true },
      ],
      steps: [
        {
          image: 'node:20.19',
          command: ['npm'],
          args: ['ci', '--cache', '$(workspaces.cache.path)', '--userconfig=$(workspaces.token.path)/npmrc'],
          volumeMounts: [{ name: '$(workspaces.cache.volume)', mountPath: '/again' }],
        },
      ],
    });
  });

  test('is passed by a pipeline, completely or as a subdirectory, and provided by its run', () => {
    const chart = chartIn();
    const install = installIn(chart);
    const pipeline = new Pipeline(chart, 'pipeline', {
      metadata: { name: 'pipeline' },
      workspaces: { shared: {}, secret: { description: 'of the registry' } },
      tasks: ({ task, workspaces: { shared, secret } }) => {
        task('a', install, { workspaces: { cache: shared, token: secret } });
        task('b', install, { workspaces: { cache: shared.directory('b').directory('c'), token: secret } });
      },
    });
    new PipelineRun(chart, 'run', {
      metadata: { name: 'run' },
      pipeline,
      workspaces: { shared: Workspace.claim('cache', 'web'), secret: Workspace.secret('npm', { defaultMode: 0o400 }) },
    });
    const { Pipeline: its, PipelineRun: run } = specs(chart);

    expect(its).toEqual({
      workspaces: [{ name: 'shared' }, { name: 'secret', description: 'of the registry' }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'install' },
          workspaces: [
            { name: 'cache', workspace: 'shared' },
            { name: 'token', workspace: 'secret' },
          ],
        },
        {
          name: 'b',
          taskRef: { name: 'install' },
          workspaces: [
            { name: 'cache', workspace: 'shared', subPath: 'b/c' },
            { name: 'token', workspace: 'secret' },
          ],
        },
      ],
    });
    expect(run).toEqual({
      pipelineRef: { name: 'pipeline' },
      workspaces: [
        { name: 'shared', persistentVolumeClaim: { claimName: 'cache' }, subPath: 'web' },
        { name: 'secret', secret: { secretName: 'npm', defaultMode: 256 } },
      ],
    });
  });

  test('is provided to a single task by its run', () => {
    const chart = chartIn();
    new TaskRun(chart, 'run', {
      metadata: { name: 'run' },
      task: installIn(chart),
      workspaces: { cache: Workspace.emptyDirectory(), token: Workspace.configMap('npm') },
    });

    expect(specs(chart)['TaskRun']).toEqual({
      taskRef: { name: 'install' },
      workspaces: [
        { name: 'cache', emptyDir: {} },
        { name: 'token', configMap: { name: 'npm' } },
      ],
    });
  });

  test('of an external task or pipeline is checked against its signature', () => {
    const chart = chartIn();
    const task = Task.fromName('install', { workspaces: { cache: {} } });
    const pipeline = Pipeline.fromName('other', { workspaces: { shared: {} } });
    new TaskRun(chart, 'one', { task, workspaces: { cache: Workspace.claim('a') } });
    new PipelineRun(chart, 'two', { pipeline, workspaces: { shared: Workspace.claim('a') } });

    expect(Testing.synth(chart)).toHaveLength(2);
  });

  test('of another pipeline is rejected where it is passed', () => {
    const chart = chartIn();
    const install = Task.inline({ workspaces: { cache: {} }, steps: () => [{ image: 'busybox:1.31' }] });
    let stray: unknown;
    new Pipeline(chart, 'one', {
      workspaces: { shared: {} },
      tasks: ({ task, workspaces }) => {
        stray = workspaces.shared;
        task('a', install, { workspaces: { cache: workspaces.shared } });
      },
    });
    expect(
      () =>
        new Pipeline(chart, 'two', {
          tasks: ({ task }) => void task('a', install, { workspaces: { cache: stray as never } }),
        }),
    ).toThrow('ci/two: task "a" uses "shared", which belongs to ci/one');
  });

  test('that is missing, unknown or without a source does not compile', () => {
    const chart = chartIn();
    const task = installIn(chart);
    void (() => {
      // @ts-expect-error -- token is missing
      new TaskRun(chart, 'a', { task, workspaces: { cache: Workspace.emptyDirectory() } });
      // @ts-expect-error -- a claim is created with Workspace.claim
      new TaskRun(chart, 'b', { task, workspaces: { cache: 'claim', token: Workspace.secret('npm') } });
      // @ts-expect-error -- the step uses an undeclared workspace
      new Task(chart, 'c', { workspaces: { a: {} }, steps: ({ workspaces }) => [{ image: workspaces.b.path }] });
    });
    expect(task.name).toBe('install');
  });
});

test('an optional resource may be omitted by a run, and by a pipeline without resources', () => {
  const chart = chartIn();
  const scan = new Task(chart, 'scan', {
    metadata: { name: 'scan' },
    inputs: { source: { type: 'git', optional: true } },
    steps: () => [{ image: 'busybox:1.31' }],
  });
  new TaskRun(chart, 'run', { metadata: { name: 'run' }, task: scan });
  const pipeline = new Pipeline(chart, 'pipeline', {
    metadata: { name: 'pipeline' },
    resources: { source: { type: 'git', optional: true } },
    tasks: ({ task, resources: { source } }) => {
      task('with', scan, { inputs: { source } });
      task('without', scan);
    },
  });
  new PipelineRun(chart, 'all', { metadata: { name: 'all' }, pipeline });
  const { Pipeline: its, PipelineRun: run } = specs(chart);

  expect(its).toEqual({
    resources: [{ name: 'source', type: 'git', optional: true }],
    tasks: [
      { name: 'with', taskRef: { name: 'scan' }, resources: { inputs: [{ name: 'source', resource: 'source' }] } },
      { name: 'without', taskRef: { name: 'scan' } },
    ],
  });
  expect(run).toEqual({ pipelineRef: { name: 'pipeline' } });
});
