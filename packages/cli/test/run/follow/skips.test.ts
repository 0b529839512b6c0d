import { describe, expect, test } from '@jest/globals';
import type { PipelineRunStatus, StatusCondition } from '@pipewright/tekton';
import { skipsOf } from '../../../src/run/follow/skips.js';

const condition = (status: 'True' | 'False', reason: string, message = ''): readonly StatusCondition[] => [
  { type: 'Succeeded', status, reason, message },
];
const waits = new Map<string, readonly string[]>([
  ['lint', []],
  ['deploy', []],
  ['celebrate', ['announce']],
  ['announce', ['lint', 'deploy']],
]);
const deployed = (
  checks: Readonly<Record<string, readonly [readonly StatusCondition[], number?]>>,
): PipelineRunStatus => ({
  taskRuns: {
    'r-lint-1': { pipelineTaskName: 'lint', status: { conditions: condition('True', 'Succeeded') } },
    'r-deploy-1': {
      pipelineTaskName: 'deploy',
      status: { conditions: condition('False', 'ConditionCheckFailed', 'ConditionChecks failed') },
      conditionChecks: Object.fromEntries(
        Object.entries(checks).map(([name, [conditions, exitCode]]) => [
          `r-deploy-1-${name}-1`,
          {
            conditionName: name,
            status: { conditions, ...(exitCode !== undefined && { check: { terminated: { exitCode } } }) },
          },
        ]),
      ),
    },
  },
});
const failed = condition('False', 'Failed', '"step-x" exited with code 1');

describe('skipped tasks', () => {
  test.each<[string, Parameters<typeof deployed>[0], string]>([
    ['have the condition that was false as the reason', { sunny: [failed, 1] }, 'condition sunny was false'],
    [
      'omit conditions that were true',
      { dry: [condition('True', 'Succeeded'), 0], sunny: [failed, 1] },
      'condition sunny was false',
    ],
    [
      'list all conditions that were false',
      { dry: [failed, 1], sunny: [failed, 1] },
      'condition dry was false; condition sunny was false',
    ],
    ['show exit codes other than 1', { sunny: [failed, 127] }, 'condition sunny was false (exit code 127)'],
    [
      'show why a condition could not be checked',
      { sunny: [condition('False', 'TaskRunValidationFailed', 'invalid input params: missing [x]')] },
      'condition sunny could not be checked: TaskRunValidationFailed: invalid input params: missing [x]',
    ],
    ['use the message of the run if no check has one', {}, 'ConditionChecks failed'],
  ])('%s', (_what, checks, says) => {
    expect(skipsOf(deployed(checks), waits)[0]).toMatchObject({ task: 'deploy', message: says });
  });

  test('are followed by their dependents in declared order', () => {
    expect(skipsOf(deployed({ sunny: [failed, 1] }), waits).slice(1)).toEqual([
      {
        task: 'celebrate',
        reason: 'ParentTaskSkipped',
        message: 'depends on announce, which was skipped',
        follows: { checks: [], tasks: ['deploy'] },
      },
      {
        task: 'announce',
        reason: 'ParentTaskSkipped',
        message: 'depends on deploy, which was skipped',
        follows: { checks: [], tasks: ['deploy'] },
      },
    ]);
  });

  test('do not exist if no condition was false', () => {
    const status: PipelineRunStatus = {
      taskRuns: { r: { pipelineTaskName: 'deploy', conditionChecks: { c: { conditionName: 'sunny' } } } },
    };
    expect([skipsOf(status, waits), skipsOf(undefined, waits)]).toEqual([[], []]);
  });
});

test('tasks that a status of v1 lists as skipped have its reason, and the when expressions that were false', () => {
  const skippedTasks = [
    {
      name: 'deploy',
      reason: 'When Expressions evaluated to false',
      whenExpressions: [{ input: 'dev', operator: 'in', values: ['main'] }],
    },
    { name: 'announce', reason: 'Parent Tasks were skipped' },
  ];
  expect(skipsOf({ skippedTasks }, waits)).toEqual([
    {
      task: 'deploy',
      reason: 'When Expressions evaluated to false',
      message: 'When Expressions evaluated to false: "dev" in ["main"]',
      follows: { checks: [], tasks: [] },
    },
    {
      task: 'announce',
      reason: 'Parent Tasks were skipped',
      message: 'Parent Tasks were skipped',
      follows: { checks: [], tasks: ['lint', 'deploy'] },
    },
  ]);
});
