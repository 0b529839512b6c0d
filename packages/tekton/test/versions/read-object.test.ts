import { describe, expect, test } from '@jest/globals';
import { tryReadObject, type FieldPath } from '../../src/index.js';

const V1ALPHA1 = 'tekton.dev/v1alpha1';
const TASK = {
  inputs: { params: [{ name: 'a' }, { name: 'b' }], resources: [{ name: 'source', type: 'git' }] },
  outputs: { resources: [{ name: 'image', type: 'image' }] },
  workspaces: [{ name: 'cache' }],
  steps: [{ name: 'build', image: 'x' }],
  sidecars: [{ name: 'database', image: 'y' }],
};
const PIPELINE = {
  params: [{ name: 'c' }],
  resources: [{ name: 'source', type: 'git' }],
  workspaces: [{ name: 'cache' }],
  tasks: [{ name: 'first', taskSpec: TASK }],
};

/** Returns the names in the list at a path below `spec`. */
function namesAt(spec: unknown, path: FieldPath): readonly unknown[] {
  const list = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], spec);
  return (list as readonly { readonly name: unknown }[]).map(({ name }) => name);
}

const named = (list: readonly { readonly name?: string }[]): readonly unknown[] => list.map(({ name }) => name);

describe("field paths lead to the elements of a model's lists, in their order", () => {
  test('of a Task', () => {
    const read = tryReadObject({ apiVersion: V1ALPHA1, kind: 'Task', metadata: { name: 't' }, spec: TASK });
    if (read?.model.kind !== 'Task') throw new Error('not read');
    const { task } = read.model;
    const { paths } = read;
    expect(namesAt(TASK, paths.task.params)).toEqual(named(task.params));
    expect(namesAt(TASK, paths.task.inputs)).toEqual(named(task.inputs));
    expect(namesAt(TASK, paths.task.outputs)).toEqual(named(task.outputs));
    expect(namesAt(TASK, paths.task.workspaces)).toEqual(named(task.workspaces));
    expect(namesAt(TASK, paths.task.steps)).toEqual(named(task.steps));
    expect(namesAt(TASK, paths.task.sidecars)).toEqual(named(task.sidecars));
  });

  test('of a Pipeline', () => {
    const read = tryReadObject({ apiVersion: V1ALPHA1, kind: 'Pipeline', metadata: { name: 'p' }, spec: PIPELINE });
    if (read?.model.kind !== 'Pipeline') throw new Error('not read');
    const { pipeline } = read.model;
    const { paths } = read;
    expect(namesAt(PIPELINE, paths.pipeline.params)).toEqual(named(pipeline.params));
    expect(namesAt(PIPELINE, paths.pipeline.resources)).toEqual(named(pipeline.resources));
    expect(namesAt(PIPELINE, paths.pipeline.workspaces)).toEqual(pipeline.workspaces);
    expect(namesAt(PIPELINE, paths.pipeline.tasks)).toEqual(named(pipeline.tasks));
    const steps = [...paths.pipeline.tasks, 0, ...paths.pipelineTask.task, ...paths.task.steps];
    expect(namesAt(PIPELINE, steps)).toEqual(['build']);
  });
});

test.each([
  [{ apiVersion: 'tekton.dev/v9', kind: 'Task' }],
  [{ apiVersion: V1ALPHA1, kind: 'Tusk' }],
  [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }],
  ['text'],
])('%j is not read', (object) => {
  expect(tryReadObject(object)).toBeUndefined();
});

describe('new runs', () => {
  const read = (kind: string, spec: object) =>
    tryReadObject({ apiVersion: V1ALPHA1, kind, metadata: { name: 'x' }, spec });

  test('have the bindings, workspaces and ServiceAccount of the request', () => {
    const run = read('Task', TASK)?.writeRun({
      kind: 'Task',
      name: 'x',
      generateName: 'x-run-',
      namespace: 'ci',
      inputs: [{ name: 'source', resource: 'repo' }],
      outputs: [],
      workspaces: [{ name: 'cache', emptyDir: {} }],
      serviceAccount: 'robot',
    });
    const model = tryReadObject(run)?.model;
    expect(model).toMatchObject({
      kind: 'TaskRun',
      run: {
        source: { kind: 'reference', taskKind: 'Task', name: 'x' },
        inputs: [{ name: 'source', resource: { kind: 'reference', name: 'repo' } }],
        outputs: [],
        workspaces: [{ name: 'cache', emptyDir: {} }],
        serviceAccount: 'robot',
      },
    });
  });

  test.each([
    [
      'TaskRun',
      {
        taskRef: { name: 't' },
        inputs: {
          params: [
            { name: 'a', value: '1' },
            { name: 'b', value: '2' },
          ],
        },
      },
    ],
    [
      'PipelineRun',
      {
        pipelineRef: { name: 'p' },
        params: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
        ],
      },
    ],
  ])('a param of a %s is overwritten, not added twice', (kind, spec) => {
    const object = { apiVersion: V1ALPHA1, kind, metadata: { name: 'x' }, spec };
    const model = tryReadObject(read(kind, spec)?.withParams(object, [{ name: 'a', value: '3' }]))?.model;
    expect(model).toMatchObject({
      run: {
        params: [
          { name: 'b', value: '2' },
          { name: 'a', value: '3' },
        ],
      },
    });
  });
});
