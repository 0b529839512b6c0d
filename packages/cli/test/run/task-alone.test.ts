import { describe, expect, test } from '@jest/globals';
import { readTaskRun, type TaskRunModel } from '@pipewright/tekton';
import { optionsForTask } from '../../src/run/task-alone.js';

const taskRun = (spec: object): TaskRunModel => readTaskRun({ taskRef: { name: 'build' }, ...spec });
const source = { name: 'source', resourceRef: { name: 'repo' } };

describe('a task of a pipeline can be run by itself', () => {
  test('with its params, its resources and its account', () => {
    const inputs = {
      params: [
        { name: 'who', value: 'me' },
        { name: 'all', value: ['a', 'b'] },
      ],
      resources: [source],
    };
    const outputs = { resources: [{ name: 'image', resourceRef: { name: 'web' }, paths: ['pvc/x'] }] };
    expect(optionsForTask(taskRun({ inputs, outputs, serviceAccountName: 'robot' }))).toEqual({
      task: 'build',
      param: new Map([
        ['who', 'me'],
        ['all', 'a,b'],
      ]),
      resource: new Map([
        ['source', 'repo'],
        ['image', 'web'],
      ]),
      serviceAccount: 'robot',
    });
    expect(optionsForTask(taskRun({ serviceAccountName: 'default' }))).toEqual({
      task: 'build',
      param: new Map(),
      resource: new Map(),
    });
  });

  test.each<readonly [string, object]>([
    ['its spec is embedded', { taskRef: undefined, taskSpec: {} }],
    ['it received files of another task', { inputs: { resources: [{ ...source, paths: ['pvc/fetch/repo'] }] } }],
    ['it has a workspace', { workspaces: [{ name: 'w', emptyDir: {} }] }],
    ['a resource is embedded', { inputs: { resources: [{ name: 'source', resourceSpec: { type: 'git' } }] } }],
    ['an item of an array has a comma', { inputs: { params: [{ name: 'all', value: ['a,b'] }] } }],
    ['an array is empty', { inputs: { params: [{ name: 'all', value: [] }] } }],
    [
      'an input and an output of the same name are different resources',
      { inputs: { resources: [source] }, outputs: { resources: [{ name: 'source', resourceRef: { name: 'other' } }] } },
    ],
  ])('but not if %s', (_, spec) => {
    expect(optionsForTask(taskRun(spec))).toBeUndefined();
  });
});
