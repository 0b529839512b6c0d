import { expect, test } from '@jest/globals';
import { outcomeOf, taskResultsOf } from '../../../src/run/follow/observed.js';
import { FollowedTasks } from '../../../src/run/follow/followed-tasks.js';

test.each([
  ['v1alpha1', { taskResults: [{ name: 'a', value: '1' }] }, [{ name: 'a', value: '1' }]],
  [
    'v1',
    {
      results: [
        { name: 'a', type: 'string', value: '1' },
        { name: 'b', type: 'array', value: ['x', 'y'] },
        { name: 'c', type: 'object', value: { k: 'v' } },
      ],
    },
    [
      { name: 'a', value: '1' },
      { name: 'b', value: '["x","y"]' },
      { name: 'c', value: '{"k":"v"}' },
    ],
  ],
])('results are read from the status of a TaskRun of %s; lists and objects are JSON', (version, status, expected) => {
  expect(taskResultsOf({ apiVersion: `tekton.dev/${version}`, metadata: {}, status } as never)).toEqual(expected);
});

test.each([
  ['Cancelled', 'cancelled'],
  ['CancelledRunFinally', 'cancelled'],
  ['StoppedRunFinally', 'cancelled'],
  ['TaskRunCancelled', 'cancelled'],
  ['PipelineRunTimeout', 'timed-out'],
  ['Failed', 'failed'],
])('a run that ended with reason %s is %s', (reason, outcome) => {
  expect(outcomeOf({ type: 'Succeeded', status: 'False', reason })).toBe(outcome);
});

test('the TaskRuns of a matrix are numbered from the second on', () => {
  const followed = new FollowedTasks();
  expect(['build', 'test', 'build', 'build'].map((task) => followed.titleOf(task))).toEqual([
    'build',
    'test',
    'build (2)',
    'build (3)',
  ]);
});
