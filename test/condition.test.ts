import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import { Condition, Pipeline, Task } from '../lib/index.js';

const chartIn = (): Chart => new Chart(new App(), 'ci');
const specOf = (chart: Chart, kind: string): unknown =>
  (Testing.synth(chart) as { kind: string; spec: unknown }[]).find((it) => it.kind === kind)?.spec;

const branch = (chart: Chart) =>
  new Condition(chart, 'branch', {
    metadata: { name: 'branch' },
    params: { name: { description: 'of the branch' }, quiet: { default: '' } },
    resources: { source: 'git' },
    check: ({ params, resources }) => ({
      image: 'alpine:3.19',
      command: ['test'],
      args: [resources.source.revision, '=', params.name],
      env: { QUIET: params.quiet },
    }),
  });

describe('a condition', () => {
  test('has declarations like a task and one check', () => {
    const chart = chartIn();
    branch(chart);

    expect(specOf(chart, 'Condition')).toEqual({
      params: [
        { name: 'name', description: 'of the branch' },
        { name: 'quiet', default: '' },
      ],
      resources: [{ name: 'source', type: 'git' }],
      check: {
        image: 'alpine:3.19',
        command: ['test'],
        args: ['$(resources.source.revision)', '=', '$(params.name)'],
        env: [{ name: 'QUIET', value: '$(params.quiet)' }],
      },
    });
  });

  test('is used by a task of a pipeline, with params and resources of the pipeline', () => {
    const chart = chartIn();
    const onBranch = branch(chart);
    const deploy = Task.fromName('deploy', { inputs: { source: 'git' } });
    const workday = Condition.fromName('workday');
    new Pipeline(chart, 'pipeline', {
      params: { branch: {} },
      resources: { source: 'git' },
      tasks: ({ task, check, params, resources: { source } }) => {
        task('deploy', deploy, {
          inputs: { source },
          conditions: [check(onBranch, { params: { name: params.branch }, resources: { source } }), check(workday)],
        });
      },
    });

    expect(specOf(chart, 'Pipeline')).toEqual({
      params: [{ name: 'branch' }],
      resources: [{ name: 'source', type: 'git' }],
      tasks: [
        {
          name: 'deploy',
          taskRef: { name: 'deploy' },
          resources: { inputs: [{ name: 'source', resource: 'source' }] },
          conditions: [
            {
              conditionRef: 'branch',
              params: [{ name: 'name', value: '$(params.branch)' }],
              resources: [{ name: 'source', resource: 'source' }],
            },
            { conditionRef: 'workday' },
          ],
        },
      ],
    });
  });
});

export const wrong = (chart: Chart): void => {
  const condition = branch(chart);
  const deploy = Task.fromName('deploy');
  new Pipeline(chart, 'pipeline', {
    resources: { source: 'git', web: 'image' },
    tasks: ({ task, check, resources: { source, web } }) => {
      // @ts-expect-error -- the condition needs its param and its resource
      check(condition);
      // @ts-expect-error -- the param is missing
      check(condition, { params: {}, resources: { source } });
      // @ts-expect-error -- an image where a repository is needed
      check(condition, { params: { name: 'main' }, resources: { source: web } });
      // @ts-expect-error -- a condition is used through `check`
      task('deploy', deploy, { conditions: [condition] });
    },
  });
};
