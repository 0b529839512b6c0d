import { describe, expect, test } from '@jest/globals';
import type { PipelineSpec, TaskRunSpec, TaskSpec } from '@pipewright/tekton';
import type { ObservedPipelineRun } from '../../src/pipelinerun/observed.js';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import { ok, release, observedRun, pipelineTask } from '../support/fixtures.js';

/** Returns the first created TaskRun. */
const createdTaskRun = (observed: ObservedPipelineRun) =>
  planPipelineRun(observed).actions.flatMap((action) => (action.kind === 'create' ? [action.taskRun] : []))[0];

describe('a binding of a PipelineRun', () => {
  test.each([
    ['that says nothing', {}, 'Neither ResourseRef nor ResourceSpec is defined'],
    [
      'that says two things',
      { resourceRef: { name: 'g' }, resourceSpec: { type: 'git' } } as const,
      'Both ResourseRef and ResourceSpec are defined. Expected only one',
    ],
  ])('%s is refused in Tekton’s words', (_what, binding, cause) => {
    const inputs = [{ name: 'src', resource: 'repo' }];
    const pipeline: PipelineSpec = {
      resources: [{ name: 'repo', type: 'git' }],
      tasks: [{ ...pipelineTask('build'), resources: { inputs } }],
    };
    const { status } = planPipelineRun(observedRun({ pipeline, spec: { resources: [{ name: 'repo', ...binding }] } }));
    expect(status.conditions?.[0]).toMatchObject({
      status: 'False',
      reason: 'CouldntGetResource',
      message: `PipelineRun ns/run can't be Run; it tries to bind Resources that don't exist: Error following resource reference for repo: ${cause}`,
    });
  });
});

describe('the TaskRun of a task', () => {
  test('bears the labels and annotations of the Pipeline from the first one on, before the run itself does', () => {
    const labels = { team: 'b', part: 'ship', 'tekton.dev/pipeline': 'other' };
    const annotations = { note: 'n', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    expect(
      createdTaskRun({
        ...observedRun(),
        pipeline: { apiVersion: 'tekton.dev/v1alpha1', spec: release, labels, annotations },
      })?.metadata,
    ).toMatchObject({
      labels: { team: 'b', part: 'ship', 'tekton.dev/pipeline': 'p', 'tekton.dev/pipelineTask': 'test' },
      annotations: { why: 'push', note: 'n' },
    });
  });

  test('binds an input or output once that the pipeline binds twice, the last time', () => {
    const task: TaskSpec = {
      inputs: { resources: [{ name: 'src', type: 'git' }] },
      outputs: { resources: [{ name: 'out', type: 'image' }] },
      ...ok,
    };
    const alternatives = (name: string, lastName: string) => [
      { name, resource: 'repo' },
      { name, resource: lastName },
    ];
    const pipeline: PipelineSpec = {
      resources: ['repo', 'other', 'image'].map((name) => ({ name, type: name === 'image' ? 'image' : 'git' })),
      tasks: [
        {
          ...pipelineTask('build'),
          resources: { inputs: alternatives('src', 'other'), outputs: alternatives('out', 'image') },
        },
      ],
    };
    const git = { type: 'git', params: [{ name: 'url', value: 'https://git.corp/a' }] } as const;
    const image = { type: 'image', params: [{ name: 'url', value: 'corp/a' }] } as const;
    const resources = [
      { name: 'repo', resourceSpec: git },
      { name: 'other', resourceSpec: git },
      { name: 'image', resourceSpec: image },
    ];
    const tasks = new Map([['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: task }]]);
    const spec = createdTaskRun(observedRun({ pipeline, tasks, spec: { resources } }))?.spec as TaskRunSpec; // of the version of its PipelineRun
    expect(spec.inputs?.resources).toEqual([{ name: 'src', resourceSpec: git }]);
    expect(spec.outputs?.resources).toEqual([{ name: 'out', resourceSpec: image, paths: ['build/out'] }]);
  });

  test('binds no optional resource that the run leaves out', () => {
    const task: TaskSpec = {
      inputs: { resources: [{ name: 'src', type: 'git', optional: true }] },
      outputs: { resources: [{ name: 'img', type: 'image', optional: true }] },
      ...ok,
    };
    const inputs = [{ name: 'src', resource: 'repo' }];
    const outputs = [{ name: 'img', resource: 'image' }];
    const pipeline: PipelineSpec = {
      resources: [
        { name: 'repo', type: 'git', optional: true },
        { name: 'image', type: 'image', optional: true },
      ],
      tasks: [{ ...pipelineTask('build'), resources: { inputs, outputs } }],
    };
    const tasks = new Map([['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: task }]]);
    expect(createdTaskRun(observedRun({ pipeline, tasks }))?.spec).toEqual({
      taskRef: { name: 'ok', kind: 'Task' },
      timeout: '1h0m0s',
    });
  });
});
