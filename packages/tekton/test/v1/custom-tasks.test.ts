/** Which pipeline tasks are custom tasks: the reader and the checks use one predicate. */

import { expect, test } from '@jest/globals';
import { readPipeline } from '../../src/v1/reader.js';
import { answerTo } from '../support/v1.js';

const kindOf = (task: object): string | undefined =>
  readPipeline({ tasks: [{ name: 'a', ...task }] }).tasks[0]?.source?.kind;

test.each([
  ['kind ClusterTask', { kind: 'ClusterTask' }, 'reference'],
  ['kind Task', { kind: 'Task' }, 'reference'],
  ['neither', {}, 'reference'],
  ['kind Task and an apiVersion', { kind: 'Task', apiVersion: 'tekton.dev/v1' }, 'custom'],
  ['another kind', { kind: 'Example', apiVersion: 'example.dev/v1' }, 'custom'],
])('a taskRef with %s is read as Tekton does', (_what, reference, kind) => {
  expect(kindOf({ taskRef: { name: 'x', ...reference } })).toBe(kind);
});

test('a taskSpec with an apiVersion is a custom task, also for tekton.dev', () => {
  expect(kindOf({ taskSpec: { apiVersion: 'tekton.dev/v1', kind: 'Task', spec: {} } })).toBe('custom');
});

test('the webhook requires a kind of a taskRef with the apiVersion of Tekton, as of any custom task', () => {
  const taskRef = { name: 'x', apiVersion: 'tekton.dev/v1' };
  expect(kindOf({ taskRef })).toBe('custom');
  expect(answerTo('Pipeline', { tasks: [{ name: 'a', taskRef }] })).toBe(
    'invalid value: custom task ref must specify kind: spec.tasks[0].taskRef.kind',
  );
});
