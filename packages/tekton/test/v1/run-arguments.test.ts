/** Params that runs of tekton.dev/v1 set for embedded definitions, which may use params that are not declared. */

import { expect, test } from '@jest/globals';
import { checkObjects } from '@pipewright/tekton';

const step = { name: 's', image: 'busybox:1', script: 'echo $(params.x)' };
const declared = [
  { name: 'x', type: 'string' },
  { name: 'o', type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } },
];
const params = [
  { name: 'x', value: ['a'] },
  { name: 'o', value: { a: '1' } },
];
const extra = [{ name: 'extra', value: 'b' }];

const problems = (kind: string, spec: object): string[] =>
  checkObjects([{ apiVersion: 'tekton.dev/v1', kind, metadata: { name: 'r' }, spec }]).map(
    ({ code, path }) => `${code} ${path.join('.')}`,
  );

test.each([
  ['declared params', params],
  ['declared and undeclared params', [...params, ...extra]],
])('a TaskRun with %s for its taskSpec is checked for types and keys', (_what, given) => {
  expect(problems('TaskRun', { params: given, taskSpec: { params: declared, steps: [step] } })).toEqual([
    'PARAM_TYPE spec.params.0.value',
    'PARAM_KEY_MISSING spec.params.1.value',
  ]);
});

test.each([
  ['declared params', params],
  ['declared and undeclared params', [...params, ...extra]],
])('a PipelineRun with %s for its pipelineSpec is checked for types and keys', (_what, given) => {
  const tasks = [{ name: 'a', taskSpec: { steps: [step] } }];
  expect(problems('PipelineRun', { params: given, pipelineSpec: { params: declared, tasks } })).toEqual([
    'PARAM_TYPE spec.params.0.value',
    'PARAM_KEY_MISSING spec.params.1.value',
  ]);
});

test('a PipelineRun without a value for a param of its pipelineSpec has one problem', () => {
  const tasks = [{ name: 'a', taskSpec: { steps: [step] } }];
  expect(problems('PipelineRun', { pipelineSpec: { params: [{ name: 'x' }], tasks } })).toEqual([
    'PARAM_MISSING spec.params',
  ]);
});

const greet = { steps: [{ name: 's', image: 'busybox:1', script: 'echo $(params.greeting)' }] };
const given = [{ name: 'greeting', value: 'hello' }];
const both = { params: [{ name: 'greeting', value: ['hello', 'bye'] }] };
const included = { include: [{ name: 'one', params: given }] };

test.each([
  ['its params', { params: given }],
  ['a matrix', { matrix: both }],
  ['the include of a matrix', { matrix: included }],
])('the taskSpec of a run may use a param that its pipeline task gives by %s without a declaration', (_how, gives) => {
  expect(problems('PipelineRun', { pipelineSpec: { tasks: [{ name: 'a', ...gives, taskSpec: greet }] } })).toEqual([]);
});

test('the taskSpec of a Pipeline may use a param that the Pipeline declares and the pipeline task sets', () => {
  const params = [{ name: 'greeting', type: 'string' }];
  expect(problems('Pipeline', { params, tasks: [{ name: 'a', params: given, taskSpec: greet }] })).toEqual([]);
});

test.each([
  ['a matrix', { matrix: both }],
  ['the include of a matrix', { matrix: included }],
])('the displayName of a pipeline task may use a param of %s', (_how, gives) => {
  const task = {
    name: 'a',
    displayName: 'Say $(params.greeting)',
    ...gives,
    taskSpec: { params: [{ name: 'greeting' }], ...greet },
  };
  expect(problems('PipelineRun', { pipelineSpec: { tasks: [task] } })).toEqual([]);
});

test('the displayName of a pipeline task with a matrix is checked for params that are not declared', () => {
  const task = { name: 'a', displayName: 'Say $(params.other)', matrix: both, taskSpec: greet };
  expect(problems('PipelineRun', { pipelineSpec: { tasks: [task] } })).toEqual([
    'VARIABLE_UNKNOWN spec.pipelineSpec.tasks.0.displayName',
  ]);
});
