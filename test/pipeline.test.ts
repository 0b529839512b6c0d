import { describe, expect, test } from '@jest/globals';
import { App, ApiObject, Chart, Duration, Testing } from 'cdk8s';
import { ServiceAccount } from 'cdk8s-plus-27';
import {
  ClusterTask,
  GitResource,
  ImageResource,
  Pipeline,
  PipelineResource,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  type PipelineInput,
  type PipelineTask,
} from '../lib/index.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: object;
  readonly spec: object;
}

const chartIn = (): Chart => new Chart(new App(), 'ci');
const synth = (chart: Chart, kind: string): Manifest[] =>
  (Testing.synth(chart) as Manifest[]).filter((it) => it.kind === kind);
const specOf = (chart: Chart, kind: string): object | undefined => synth(chart, kind)[0]?.spec;

const idle = Task.fromName('idle');
const build = Task.fromName('build', {
  params: { context: {}, flags: { default: ['-j2'] } },
  inputs: { source: 'git', base: { type: 'image', optional: true } },
  outputs: { image: 'image', tree: { type: 'git', optional: true } },
  results: { digest: {}, size: {} },
});
const deploy = ClusterTask.fromName('deploy', { params: { digest: { default: '' } }, inputs: { image: 'image' } });

describe('a pipeline', () => {
  test('derives the order from passed outputs', () => {
    const chart = chartIn();
    new Pipeline(chart, 'release', {
      metadata: { name: 'release' },
      params: { context: { description: 'directory' }, flags: { type: 'array' } },
      resources: { source: 'git', web: 'image' },
      tasks: ({ task, params, resources }) => {
        const checked = task('check', idle);
        const built = task('build', build, {
          after: [checked],
          params: { context: `src/${params.context}`, flags: ['-k', params.flags] },
          inputs: { source: resources.source },
          outputs: { image: resources.web },
          retries: 2,
        });
        task('deploy', deploy, { inputs: { image: built.outputs.image } });
      },
    });

    expect(specOf(chart, 'Pipeline')).toEqual({
      params: [
        { name: 'context', description: 'directory' },
        { name: 'flags', type: 'array' },
      ],
      resources: [
        { name: 'source', type: 'git' },
        { name: 'web', type: 'image' },
      ],
      tasks: [
        { name: 'check', taskRef: { name: 'idle' } },
        {
          name: 'build',
          taskRef: { name: 'build' },
          runAfter: ['check'],
          params: [
            { name: 'context', value: 'src/$(params.context)' },
            { name: 'flags', value: ['-k', '$(params.flags)'] },
          ],
          resources: {
            inputs: [{ name: 'source', resource: 'source' }],
            outputs: [{ name: 'image', resource: 'web' }],
          },
          retries: 2,
        },
        {
          name: 'deploy',
          taskRef: { name: 'deploy', kind: 'ClusterTask' },
          resources: { inputs: [{ name: 'image', resource: 'web', from: ['build'] }] },
        },
      ],
    });
  });

  test('sets a shorter timeout for an attempt of a task than for the run', () => {
    const pipeline = new Pipeline(chartIn(), 'timed', {
      tasks: ({ task }) => {
        task('slow', Task.fromName('slow'), { timeout: Duration.minutes(90) });
        task('spelt', Task.fromName('slow'), { timeout: '90m' });
      },
    });
    expect((ApiObject.of(pipeline).toJson() as { spec: object }).spec).toEqual({
      tasks: [
        { name: 'slow', taskRef: { name: 'slow' }, timeout: '1h30m0s' },
        { name: 'spelt', taskRef: { name: 'slow' }, timeout: '90m' },
      ],
    });
  });

  test('makes a task wait for tasks whose results it uses, unless it already waits for them', () => {
    const chart = chartIn();
    const check = Task.fromName('check', { results: { digest: {} } });
    const use = Task.fromName('use', { params: { digest: {} } });
    const pipeline = new Pipeline(chart, 'results', {
      tasks: ({ task }) => {
        const checked = task('check', check);
        task('late', use, { params: { digest: `sha256:${checked.results.digest}` } });
        task('later', use, { after: [checked], params: { digest: checked.results.digest } });
      },
    });

    expect((ApiObject.of(pipeline).toJson() as { spec: object }).spec).toEqual({
      tasks: [
        { name: 'check', taskRef: { name: 'check' } },
        {
          name: 'late',
          taskRef: { name: 'use' },
          runAfter: ['check'],
          params: [{ name: 'digest', value: 'sha256:$(tasks.check.results.digest)' }],
        },
        {
          name: 'later',
          taskRef: { name: 'use' },
          runAfter: ['check'],
          params: [{ name: 'digest', value: '$(tasks.check.results.digest)' }],
        },
      ],
    });
  });

  test('passes an array as the only element of a list', () => {
    const chart = chartIn();
    const lint = Task.fromName('lint', { params: { flags: { type: 'array' } } });
    new Pipeline(chart, 'arrays', {
      params: { flags: { type: 'array' } },
      tasks: ({ task, params }) => task('lint', lint, { params: { flags: params.flags } }),
    });

    expect((specOf(chart, 'Pipeline') as { tasks: object[] }).tasks).toEqual([
      { name: 'lint', taskRef: { name: 'lint' }, params: [{ name: 'flags', value: ['$(params.flags)'] }] },
    ]);
  });

  test('supports fan-out and fan-in: an input may come from several tasks', () => {
    const chart = chartIn();
    const make = Task.fromName('make', { outputs: { image: 'image' } });
    new Pipeline(chart, 'fan', {
      resources: { web: 'image' },
      tasks: ({ task, resources }) => {
        const outputs = { image: resources.web };
        const left = task('left', make, { outputs });
        const right = task('right', make, { outputs });
        task('join', deploy, { inputs: { image: [left.outputs.image, right.outputs.image] } });
      },
    });

    expect((specOf(chart, 'Pipeline') as { tasks: object[] }).tasks[2]).toEqual({
      name: 'join',
      taskRef: { name: 'deploy', kind: 'ClusterTask' },
      resources: { inputs: [{ name: 'image', resource: 'web', from: ['left', 'right'] }] },
    });
  });

  test('refers to a Task of the app by the name of its object', () => {
    const chart = chartIn();
    const task = new Task(chart, 'Unit_Tests', { steps: () => [{ image: 'golang' }] });
    new Pipeline(chart, 'pipeline', { tasks: (its) => its.task('test', task) });

    expect(specOf(chart, 'Pipeline')).toEqual({ tasks: [{ name: 'test', taskRef: { name: task.name } }] });
    expect(synth(chart, 'Task')[0]?.metadata).toEqual({ name: task.name });
  });

  test('a thousand diamonds take linear time', () => {
    const chart = chartIn();
    new Pipeline(chart, 'diamonds', {
      tasks: ({ task }) => {
        let last: readonly PipelineTask[] = [];
        for (let i = 0; i < 1000; i++) {
          last = [task(`left-${String(i)}`, idle, { after: last }), task(`right-${String(i)}`, idle, { after: last })];
        }
      },
    });

    expect((specOf(chart, 'Pipeline') as { tasks: object[] }).tasks).toHaveLength(2000);
  });
});

describe('a mistake in a pipeline throws at its line', () => {
  test('two tasks with the same name', () => {
    expect(
      () =>
        new Pipeline(chartIn(), 'twice', {
          tasks: ({ task }) => {
            task('a', idle);
            task('a', idle);
          },
        }),
    ).toThrow('ci/twice: duplicate task name "a" — give each task of a pipeline its own name [TASK_TWICE]');
  });

  test('no tasks', () => {
    expect(() => new Pipeline(chartIn(), 'empty', { tasks: () => undefined })).toThrow(
      'ci/empty: this pipeline has no tasks — add one in `tasks`: (pipeline) => { pipeline.task("test", testTask) } [PIPELINE_EMPTY]',
    );
  });

  test('a task or a resource of another pipeline', () => {
    const chart = chartIn();
    let task: PipelineTask | undefined;
    let web: PipelineInput<'image'> | undefined;
    new Pipeline(chart, 'one', {
      resources: { web: 'image' },
      tasks: (its) => {
        web = its.resources.web;
        task = its.task('a', deploy, { inputs: { image: web } });
      },
    });

    expect(() => new Pipeline(chart, 'two', { tasks: (its) => its.task('b', idle, { after: [task!] }) })).toThrow(
      'ci/two: task "b" uses "a", which belongs to ci/one — a task can only use tasks, resources and ' +
        'workspaces of its own pipeline [FOREIGN_REFERENCE]',
    );
    expect(
      () => new Pipeline(chart, 'three', { tasks: (its) => its.task('b', deploy, { inputs: { image: web! } }) }),
    ).toThrow('ci/three: task "b" uses "web", which belongs to ci/one');
  });

  test('one input with two different resources', () => {
    expect(
      () =>
        new Pipeline(chartIn(), 'mixed', {
          resources: { one: 'image', two: 'image' },
          tasks: ({ task, resources: { one, two } }) => task('a', deploy, { inputs: { image: [one, two] } }),
        }),
    ).toThrow('ci/mixed: input "image" of task "a" is bound to both "one" and "two"');
  });
});

describe('a run', () => {
  const withPipeline = (chart: Chart) =>
    new Pipeline(chart, 'pipeline', {
      metadata: { name: 'pipeline' },
      params: { level: { default: '1' }, flags: { type: 'array' } },
      resources: { source: 'git', web: 'image' },
      tasks: ({ task, params, resources }) =>
        task('build', build, {
          params: { context: params.level, flags: params.flags },
          inputs: { source: resources.source },
          outputs: { image: resources.web },
        }),
    });

  test('binds objects of the app, external objects and embedded definitions', () => {
    const chart = chartIn();
    const pipeline = withPipeline(chart);
    const source = new GitResource(chart, 'source', { metadata: { name: 'source' }, url: 'https://example.com/a.git' });
    const account = new PipelineServiceAccount(chart, 'bot', { metadata: { name: 'bot' } });
    new PipelineRun(chart, 'run', {
      metadata: { name: 'run' },
      pipeline,
      params: { flags: ['-k'] },
      resources: { source, web: ImageResource.inline({ url: 'example.com/web' }) },
      serviceAccount: account,
      taskAccounts: { build: { name: 'builder' } },
      timeout: Duration.minutes(90),
      podTemplate: { nodeSelector: { disk: 'ssd' } },
    });

    expect(synth(chart, 'PipelineRun')).toEqual([
      {
        apiVersion: 'tekton.dev/v1alpha1',
        kind: 'PipelineRun',
        metadata: { name: 'run' },
        spec: {
          pipelineRef: { name: 'pipeline' },
          params: [{ name: 'flags', value: ['-k'] }],
          resources: [
            { name: 'source', resourceRef: { name: 'source' } },
            { name: 'web', resourceSpec: { type: 'image', params: [{ name: 'url', value: 'example.com/web' }] } },
          ],
          serviceAccountName: 'bot',
          serviceAccountNames: [{ taskName: 'build', serviceAccountName: 'builder' }],
          timeout: '1h30m0s',
          podTemplate: { nodeSelector: { disk: 'ssd' } },
        },
      },
    ]);
  });

  test('with generateName has no name', () => {
    const chart = chartIn();
    const pipeline = Pipeline.fromName('elsewhere', { resources: { source: 'git' } });
    const run = new PipelineRun(chart, 'run', {
      pipeline,
      generateName: 'build-',
      metadata: { labels: { team: 'web' } },
      resources: { source: PipelineResource.fromName('repo', 'git') },
    });

    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'tekton.dev/v1alpha1',
        kind: 'PipelineRun',
        metadata: { generateName: 'build-', labels: { team: 'web' } },
        spec: {
          pipelineRef: { name: 'elsewhere' },
          resources: [{ name: 'source', resourceRef: { name: 'repo' } }],
        },
      },
    ]);
    expect(run.name).toBeUndefined();
  });

  test('has a name or a generateName', () => {
    const props = { pipeline: Pipeline.fromName('a'), generateName: 'a-', metadata: { name: 'a' } };
    expect(() => new PipelineRun(chartIn(), 'run', props)).toThrow(
      'ci/run: a run has a name or a generateName — remove one of them [NAME_OR_GENERATE_NAME]',
    );
  });

  test('accepts an account of cdk8s-plus, and uses the field of old Tekton versions on request', () => {
    const chart = chartIn();
    const serviceAccount = new ServiceAccount(chart, 'plus', { metadata: { name: 'plus' } });
    new PipelineRun(chart, 'run', {
      pipeline: Pipeline.fromName('a'),
      serviceAccount,
      serviceAccountField: 'serviceAccount',
      taskAccounts: { one: serviceAccount },
    });

    expect(specOf(chart, 'PipelineRun')).toEqual({
      pipelineRef: { name: 'a' },
      serviceAccount: 'plus',
      serviceAccounts: [{ taskName: 'one', serviceAccount: 'plus' }],
    });
  });
});
