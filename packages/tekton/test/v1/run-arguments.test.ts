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
