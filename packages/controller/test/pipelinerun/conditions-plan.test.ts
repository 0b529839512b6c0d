import { describe, expect, test } from '@jest/globals';
import type { PipelineSpec } from '@pipewright/tekton';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import {
  singleTask,
  at,
  check,
  actionsOf,
  NOON,
  conditionRefs,
  conditionOf,
  observedRun,
  taskRunsIn,
  states,
  pipelineTask,
  type Differences,
} from '../support/fixtures.js';

const RUNNING = 'Running: Not all Tasks in the Pipeline have finished executing';
const SUCCEEDED = 'Succeeded: All Tasks have completed executing';

const rows: readonly [string, Differences, string, readonly string[]][] = [
  [
    'has its checks made in place of it, all at once',
    { pipeline: singleTask },
    RUNNING,
    ['create deploy?sunny', 'create deploy?dry'],
  ],
  ['is not checked before its turn', {}, RUNNING, ['create test', 'create lint']],
  [
    'is checked when what it waits for has succeeded',
    { taskRuns: taskRunsIn({ test: states.passed, lint: states.running }) },
    RUNNING,
    ['create deploy?sunny', 'create deploy?dry'],
  ],
  [
    'gets the check that a crash kept from being made',
    { pipeline: singleTask, taskRuns: taskRunsIn({ 'deploy?sunny': states.passed }, singleTask) },
    RUNNING,
    ['create deploy?dry'],
  ],
  [
    'waits while one check runs',
    {
      pipeline: singleTask,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask),
    },
    RUNNING,
    [],
  ],
  [
    'waits for all checks to end although one has failed',
    {
      pipeline: singleTask,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.failed, 'deploy?dry': states.running }, singleTask),
    },
    RUNNING,
    [],
  ],
  [
    'starts when all checks have passed',
    {
      pipeline: singleTask,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.passed }, singleTask),
    },
    RUNNING,
    ['create deploy'],
  ],
  [
    'is skipped when one check has not, and the run succeeds',
    {
      pipeline: singleTask,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.failed }, singleTask),
    },
    SUCCEEDED,
    [],
  ],
  [
    'is skipped by a cancelled check',
    {
      pipeline: singleTask,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.cancelled }, singleTask),
    },
    SUCCEEDED,
    [],
  ],
  [
    'takes all that waits for it along, while others go on',
    {
      taskRuns: taskRunsIn({
        test: states.passed,
        lint: states.running,
        'deploy?sunny': states.failed,
        'deploy?dry': states.passed,
      }),
    },
    RUNNING,
    [],
  ],
  [
    'lets the run succeed when the others have',
    {
      taskRuns: taskRunsIn({
        test: states.passed,
        lint: states.passed,
        'deploy?sunny': states.failed,
        'deploy?dry': states.passed,
      }),
    },
    SUCCEEDED,
    [],
  ],
  [
    'is tried again without asking its conditions again',
    {
      pipeline: { tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('sunny'), retries: 1 }] },
      taskRuns: taskRunsIn(
        { 'deploy?sunny': states.passed, deploy: states.failed },
        { tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('sunny'), retries: 1 }] },
      ),
    },
    RUNNING,
    ['retry deploy'],
  ],
  [
    'does not have its failed check tried again',
    {
      pipeline: { tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('sunny'), retries: 1 }] },
      taskRuns: taskRunsIn(
        { 'deploy?sunny': states.failed },
        { tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('sunny'), retries: 1 }] },
      ),
    },
    SUCCEEDED,
    [],
  ],
  [
    'is not begun after another task has failed',
    { taskRuns: taskRunsIn({ test: states.passed, lint: states.failed }) },
    'Failed: TaskRun run-lint-? has failed',
    [],
  ],
  [
    'that is being checked is given up with a cancelled run',
    {
      pipeline: singleTask,
      spec: { status: 'PipelineRunCancelled' },
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask),
    },
    'PipelineRunCancelled: PipelineRun "run" was cancelled',
    ['cancel deploy?dry', 'delete-claim'],
  ],
  [
    'that is being checked is given up with a run whose time is up',
    {
      pipeline: singleTask,
      spec: { timeout: '5m' },
      status: { startTime: NOON },
      now: at('12:05:01'),
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask),
    },
    'PipelineRunTimeout: PipelineRun "run" failed to finish within "5m0s"',
    ['cancel deploy?dry', 'delete-claim'],
  ],
  [
    'does not make a run late that a check has ended in time',
    {
      pipeline: singleTask,
      spec: { timeout: '5m' },
      status: { startTime: NOON },
      now: at('12:05:01'),
      taskRuns: taskRunsIn({ 'deploy?sunny': states.failed, 'deploy?dry': states.passed }, singleTask),
    },
    SUCCEEDED,
    [],
  ],
  [
    'may have the same condition twice, each a check of its own',
    { pipeline: { tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('sunny', 'sunny') }] } },
    RUNNING,
    ['create deploy?sunny', 'create deploy?sunny'],
  ],
];

describe('a task with conditions', () => {
  test.each(rows)('%s', (_what, differences, said, done) => {
    const decision = planPipelineRun(observedRun(differences));
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([said, done]);
  });

  test('has checks of different names, whatever is cut of them', () => {
    const long = 'a'.repeat(63);
    const decision = planPipelineRun(
      observedRun({
        pipeline: { tasks: [{ ...pipelineTask(long), conditions: conditionRefs(long, long) }] },
        conditions: new Map([[long, { spec: check }]]),
      }),
    );
    const taskRuns = decision.actions.flatMap((action) => ('taskRun' in action ? [action.taskRun] : []));
    const names = taskRuns.map(({ metadata }) => metadata.name ?? '');
    expect([new Set(names).size, names.map((name) => name.length)]).toEqual([2, [63, 63]]);
    expect(taskRuns[0]?.spec.taskSpec?.steps?.[0]?.name).toBe(`condition-check-${'a'.repeat(42)}`);
  });

  test('fails the run when a check is deleted', () => {
    const [name = '', one] = [...taskRunsIn({ 'deploy?sunny': states.running }, singleTask)][0] ?? [];
    const begun = planPipelineRun(observedRun({ pipeline: singleTask })).status;
    const decision = planPipelineRun(observedRun({ pipeline: singleTask, status: begun }));
    expect(one?.metadata.name).toBe(name);
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([
      'Failed: TaskRun run-deploy-?-sunny-? was deleted before it had finished',
      [],
    ]);
  });

  test('goes by what a check came to, also when that is deleted afterwards', () => {
    const taskRuns = taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask);
    const { status } = planPipelineRun(observedRun({ pipeline: singleTask, taskRuns }));
    const dry = taskRunsIn({ 'deploy?dry': states.passed }, singleTask);
    expect(actionsOf(planPipelineRun(observedRun({ pipeline: singleTask, status, taskRuns: dry })))).toEqual([
      'create deploy',
    ]);
  });

  test('stays skipped when its check is deleted afterwards', () => {
    const pipeline: PipelineSpec = { tasks: [...(singleTask.tasks ?? []), pipelineTask('lint')] };
    const lint = { lint: states.running };
    const failed = { ...lint, 'deploy?sunny': states.failed, 'deploy?dry': states.passed };
    const { status } = planPipelineRun(observedRun({ pipeline, taskRuns: taskRunsIn(failed, pipeline) }));
    const later = planPipelineRun(
      observedRun({ pipeline, status, taskRuns: taskRunsIn(lint, pipeline), now: at('13:00:00') }),
    );
    expect([conditionOf(later), actionsOf(later), later.status.taskRuns]).toEqual([RUNNING, [], status.taskRuns]);
  });

  test('keeps its checks when its conditions change places in the Pipeline meanwhile', () => {
    const taskRuns = taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask);
    const { status } = planPipelineRun(observedRun({ pipeline: singleTask, taskRuns }));
    const turned: PipelineSpec = { tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('dry', 'sunny') }] };
    expect(actionsOf(planPipelineRun(observedRun({ pipeline: turned, status, taskRuns })))).toEqual([]);
  });

  test('decides the same from the same', () => {
    expect(planPipelineRun(observedRun({ pipeline: singleTask }))).toEqual(
      planPipelineRun(observedRun({ pipeline: singleTask })),
    );
  });
});

test('a run ends before it has begun when a Condition does not exist', () => {
  const decision = planPipelineRun(observedRun({ conditions: new Map([['sunny', { spec: check }]]) }));
  expect([conditionOf(decision), actionsOf(decision), decision.status.completionTime]).toEqual([
    `CouldntGetCondition: PipelineRun ns/run can't be Run; it contains Conditions that don't exist:  Couldn't retrieve Condition "dry": condition.tekton.dev "dry" not found`,
    [],
    NOON,
  ]);
});
