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

const bound = [{ name: 'files', emptyDir: {} }];
const reader = { steps: [{ name: 's', image: 'busybox:1', script: 'ls $(workspaces.files.path)' }] };

test.each([
  ['a taskSpec of a TaskRun', 'TaskRun', { workspaces: bound, taskSpec: reader }],
  [
    'a taskSpec of a PipelineRun',
    'PipelineRun',
    { workspaces: bound, pipelineSpec: { tasks: [{ name: 'a', taskSpec: reader }] } },
  ],
  [
    'a taskSpec of a Pipeline',
    'Pipeline',
    { workspaces: [{ name: 'files' }], tasks: [{ name: 'a', taskSpec: reader }] },
  ],
])('%s may use a workspace of what is around it without a declaration', (_what, kind, spec) => {
  expect(problems(kind, spec)).toEqual([]);
});

test('a pipelineSpec may pass on a workspace of its run without a declaration', () => {
  const taskSpec = { workspaces: [{ name: 'files' }], ...reader };
  const tasks = [{ name: 'a', workspaces: [{ name: 'files' }], taskSpec }];
  expect(problems('PipelineRun', { workspaces: bound, pipelineSpec: { tasks } })).toEqual([]);
});

test('a pipeline of a pipeline task gets only the workspaces that the task passes to it', () => {
  const pipelineSpec = { tasks: [{ name: 'b', taskSpec: reader }] };
  const spec = { workspaces: bound, pipelineSpec: { tasks: [{ name: 'a', pipelineSpec }] } };
  expect(problems('PipelineRun', spec)).toContain(
    'VARIABLE_UNKNOWN spec.pipelineSpec.tasks.0.pipelineSpec.tasks.0.taskSpec.steps.0.script',
  );
});

test('the taskSpec of a run may use the keys that an object param has in any scope', () => {
  const use = { name: 's', image: 'busybox:1', script: 'echo $(params.o.a) $(params.o.b) $(params.o.c)' };
  const task = { name: 'a', params: [{ name: 'o', value: { b: '2' } }], taskSpec: { steps: [use] } };
  const pipelineSpec = { tasks: [task] };
  expect(problems('PipelineRun', { params: [{ name: 'o', value: { a: '1', b: '1' } }], pipelineSpec })).toEqual([
    'VARIABLE_UNKNOWN spec.pipelineSpec.tasks.0.taskSpec.steps.0.script',
  ]);
});

test.each([
  ['array', []],
  ['object', []],
  ['string', ['PARAM_TYPE spec.pipelineSpec.tasks.1.params.0.value']],
])('a whole %s result is checked against the type of an array or object param', (type, expected) => {
  const properties = { properties: { a: { type: 'string' } } };
  const param = type === 'object' ? { name: 'x', type, ...properties } : { name: 'x', type: 'array' };
  const result = { name: 'r', type, ...(type === 'object' && properties) };
  const consumer = { params: [param], steps: [{ name: 's', image: 'busybox:1', script: 'true' }] };
  const producer = { results: [result], steps: [{ name: 's', image: 'busybox:1', script: 'true' }] };
  const tasks = [
    { name: 'a', taskSpec: producer },
    { name: 'b', params: [{ name: 'x', value: '$(tasks.a.results.r)' }], taskSpec: consumer },
  ];
  expect(problems('PipelineRun', { pipelineSpec: { tasks } })).toEqual(expected);
});
