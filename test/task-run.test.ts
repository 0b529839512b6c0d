import { describe, expect, test } from '@jest/globals';
import { App, Chart, Duration, Testing } from 'cdk8s';
import { GitResource, ImageResource, Pipeline, PipelineRun, Task, TaskRun } from '../lib/index.js';

const chartIn = (): Chart => new Chart(new App(), 'ci');

const definition = {
  params: { level: {}, flags: { default: ['-j2'] } },
  inputs: { source: 'git' },
  outputs: { image: 'image' },
} as const;
const source = GitResource.inline({ url: 'https://example.com/a.git' });
const image = ImageResource.inline({ url: 'example.com/a' });

describe('a task run', () => {
  test('binds the declared resources of its task', () => {
    const chart = chartIn();
    const build = Task.fromName('build', definition);
    new TaskRun(chart, 'run', {
      metadata: { name: 'run' },
      task: build,
      params: { level: '1', flags: [] },
      inputs: { source },
      outputs: { image: new ImageResource(chart, 'image', { metadata: { name: 'web' }, url: 'example.com/a' }) },
      serviceAccount: { name: 'bot' },
      timeout: Duration.seconds(90),
      podTemplate: { securityContext: { runAsNonRoot: true } },
    });

    expect(Testing.synth(chart)[1]).toEqual({
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'TaskRun',
      metadata: { name: 'run' },
      spec: {
        taskRef: { name: 'build' },
        serviceAccountName: 'bot',
        timeout: '1m30s',
        podTemplate: { securityContext: { runAsNonRoot: true } },
        inputs: {
          params: [
            { name: 'level', value: '1' },
            { name: 'flags', value: [] },
          ],
          resources: [
            {
              name: 'source',
              resourceSpec: { type: 'git', params: [{ name: 'url', value: 'https://example.com/a.git' }] },
            },
          ],
        },
        outputs: { resources: [{ name: 'image', resourceRef: { name: 'web' } }] },
      },
    });
  });

  test('can embed its task', () => {
    const chart = chartIn();
    const task = Task.inline({
      params: { who: { default: 'world' } },
      steps: ({ params }) => [{ image: 'busybox:1.31', command: ['echo'], args: [`hello ${params.who}`] }],
    });
    const run = new TaskRun(chart, 'run', { task, generateName: 'hello-' });

    expect(Testing.synth(chart)).toEqual([
      {
        apiVersion: 'tekton.dev/v1alpha1',
        kind: 'TaskRun',
        metadata: { generateName: 'hello-' },
        spec: {
          taskSpec: {
            inputs: { params: [{ name: 'who', default: 'world' }] },
            steps: [{ image: 'busybox:1.31', command: ['echo'], args: ['hello $(inputs.params.who)'] }],
          },
        },
      },
    ]);
    expect(run.name).toBeUndefined();
  });
});

test('a pipeline run can embed its pipeline, and a pipeline its tasks', () => {
  const chart = chartIn();
  const show = Task.inline({
    inputs: { source: 'git' },
    steps: ({ inputs }) => [{ image: 'busybox:1.31', command: ['ls'], args: [inputs.source.path] }],
  });
  const pipeline = Pipeline.inline({
    resources: { repo: 'git' },
    tasks: ({ task, resources: { repo } }) => task('show', show, { inputs: { source: repo } }),
  });
  new PipelineRun(chart, 'run', { metadata: { name: 'run' }, pipeline, resources: { repo: source } });

  expect((Testing.synth(chart) as { spec: object }[])[0]?.spec).toEqual({
    pipelineSpec: {
      resources: [{ name: 'repo', type: 'git' }],
      tasks: [
        {
          name: 'show',
          taskSpec: {
            inputs: { resources: [{ name: 'source', type: 'git' }] },
            steps: [{ image: 'busybox:1.31', command: ['ls'], args: ['$(inputs.resources.source.path)'] }],
          },
          resources: { inputs: [{ name: 'source', resource: 'repo' }] },
        },
      ],
    },
    resources: [
      { name: 'repo', resourceSpec: { type: 'git', params: [{ name: 'url', value: 'https://example.com/a.git' }] } },
    ],
  });
});

export const wrong = (chart: Chart): void => {
  const build = Task.fromName('build', definition);
  const params = { level: '1' };
  // @ts-expect-error -- everything is missing
  new TaskRun(chart, 'a', { task: build });
  // @ts-expect-error -- an image where a repository is needed
  new TaskRun(chart, 'b', { task: build, params, inputs: { source: image }, outputs: { image } });
  // @ts-expect-error -- no such param
  new TaskRun(chart, 'c', { task: build, params: { ...params, levl: '' }, inputs: { source }, outputs: { image } });
};
