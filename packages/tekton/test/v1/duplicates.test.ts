/** Messages about names that lists of tekton.dev/v1 have more than once. */

import { expect, test } from '@jest/globals';
import { checkV1 } from '../support/v1.js';

const messages = (kind: string, spec: object): string[] => {
  const object = { apiVersion: 'tekton.dev/v1', kind, metadata: { name: 'x' }, spec };
  return checkV1(object).map(({ message }) => message);
};

test('a duplicate in sidecarSpecs is a duplicate sidecar name', () => {
  const specs = [
    { name: 'q', computeResources: {} },
    { name: 'q', computeResources: {} },
  ];
  expect(messages('TaskRun', { taskRef: { name: 'a' }, sidecarSpecs: specs, stepSpecs: specs })).toEqual([
    "duplicate sidecar name 'q' (also item 1 of this list)",
    "duplicate step name 'q' (also item 1 of this list)",
  ]);
});

test('a finally task with the name of an ordinary task is a duplicate of an item of `tasks`', () => {
  const task = { name: 'a', taskRef: { name: 'b' } };
  const last = { name: 'z', taskRef: { name: 'b' } };
  expect(messages('Pipeline', { tasks: [task, task], finally: [task, last, last] })).toEqual([
    "duplicate task name 'a' (also item 1 of `tasks`)",
    "duplicate task name 'z' (also item 2 of this list)",
    "duplicate task name 'a' (also item 1 of this list)",
  ]);
});
