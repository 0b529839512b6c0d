import { describe, expect, test } from '@jest/globals';
import type { PipelineSpec, TaskSpec } from '@pipewright/tekton';
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
    'has all its checks created before it, at once',
    { pipeline: singleTask },
    RUNNING,
    ['create deploy?sunny', 'create deploy?dry'],
  ],
  ['is not checked before its dependencies have ended', {}, RUNNING, ['create test', 'create lint']],
  [
    'is checked after its dependencies have succeeded',
    { taskRuns: taskRunsIn({ test: states.passed, lint: states.running }) },
    RUNNING,
    ['create deploy?sunny', 'create deploy?dry'],
  ],
  [
    'gets a check that was not created because of a crash',
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
    'waits for all checks to end even if one has failed',
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
    'is skipped if one check has failed, and the run succeeds',
    {
      pipeline: singleTask,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.failed }, singleTask),
    },
    SUCCEEDED,
    [],
  ],
  [
    'is skipped if a check is cancelled',
    {
      pipeline: singleTask,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.cancelled }, singleTask),
    },
    SUCCEEDED,
    [],
  ],
  [
    'is skipped with its dependents, while others continue',
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
    'is skipped, and the run succeeds after the others have',
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
    'is retried without new checks',
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
    'has no retries of a failed check',
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
    'is not started after another task has failed',
    { taskRuns: taskRunsIn({ test: states.passed, lint: states.failed }) },
    'Failed: TaskRun run-lint-? has failed',
    [],
  ],
  [
    'has its checks cancelled with the run',
    {
      pipeline: singleTask,
      spec: { status: 'PipelineRunCancelled' },
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask),
    },
    'PipelineRunCancelled: PipelineRun "run" was cancelled',
    ['cancel deploy?dry', 'delete-claim'],
  ],
  [
    'has its checks cancelled when the run times out',
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
    'does not time out a run whose last check has ended in time',
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
    'can have the same condition twice, with separate checks',
    { pipeline: { tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('sunny', 'sunny') }] } },
    RUNNING,
    ['create deploy?sunny', 'create deploy?sunny'],
  ],
];

describe('a task with conditions', () => {
  test.each(rows)('%s', (_what, differences, expected, actions) => {
    const decision = planPipelineRun(observedRun(differences));
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([expected, actions]);
  });

  test('has checks with different names, even after truncation', () => {
    const longName = 'a'.repeat(63);
    const decision = planPipelineRun(
      observedRun({
        pipeline: { tasks: [{ ...pipelineTask(longName), conditions: conditionRefs(longName, longName) }] },
        conditions: new Map([[longName, { spec: check }]]),
      }),
    );
    const taskRuns = decision.actions.flatMap((action) => ('taskRun' in action ? [action.taskRun] : []));
    const names = taskRuns.map(({ metadata }) => metadata.name ?? '');
    expect([new Set(names).size, names.map((name) => name.length)]).toEqual([2, [63, 63]]);
    const taskSpec: TaskSpec = taskRuns[0]?.spec.taskSpec ?? {};
    expect(taskSpec.steps?.[0]?.name).toBe(`condition-check-${'a'.repeat(42)}`);
  });

  test('fails the run if a check is deleted', () => {
    const [name = '', check] = [...taskRunsIn({ 'deploy?sunny': states.running }, singleTask)][0] ?? [];
    const startedStatus = planPipelineRun(observedRun({ pipeline: singleTask })).status;
    const decision = planPipelineRun(observedRun({ pipeline: singleTask, status: startedStatus }));
    expect(check?.metadata.name).toBe(name);
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([
      'Failed: TaskRun run-deploy-?-sunny-? was deleted before it had finished',
      [],
    ]);
  });

  test('uses the recorded outcome of a check that was deleted afterwards', () => {
    const taskRuns = taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask);
    const { status } = planPipelineRun(observedRun({ pipeline: singleTask, taskRuns }));
    const dryPassed = taskRunsIn({ 'deploy?dry': states.passed }, singleTask);
    expect(actionsOf(planPipelineRun(observedRun({ pipeline: singleTask, status, taskRuns: dryPassed })))).toEqual([
      'create deploy',
    ]);
  });

  test('remains skipped if its check is deleted afterwards', () => {
    const pipeline: PipelineSpec = { tasks: [...(singleTask.tasks ?? []), pipelineTask('lint')] };
    const lintRunning = { lint: states.running };
    const sunnyFailed = { ...lintRunning, 'deploy?sunny': states.failed, 'deploy?dry': states.passed };
    const { status } = planPipelineRun(observedRun({ pipeline, taskRuns: taskRunsIn(sunnyFailed, pipeline) }));
    const laterDecision = planPipelineRun(
      observedRun({ pipeline, status, taskRuns: taskRunsIn(lintRunning, pipeline), now: at('13:00:00') }),
    );
    expect([conditionOf(laterDecision), actionsOf(laterDecision), laterDecision.status.taskRuns]).toEqual([
      RUNNING,
      [],
      status.taskRuns,
    ]);
  });

  test('keeps its checks if the order of its conditions in the Pipeline changes', () => {
    const taskRuns = taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask);
    const { status } = planPipelineRun(observedRun({ pipeline: singleTask, taskRuns }));
    const reordered: PipelineSpec = {
      tasks: [{ ...pipelineTask('deploy'), conditions: conditionRefs('dry', 'sunny') }],
    };
    expect(actionsOf(planPipelineRun(observedRun({ pipeline: reordered, status, taskRuns })))).toEqual([]);
  });

  test('has equal decisions for equal observations', () => {
    expect(planPipelineRun(observedRun({ pipeline: singleTask }))).toEqual(
      planPipelineRun(observedRun({ pipeline: singleTask })),
    );
  });
});

test('a run fails before it starts if a Condition does not exist', () => {
  const decision = planPipelineRun(observedRun({ conditions: new Map([['sunny', { spec: check }]]) }));
  expect([conditionOf(decision), actionsOf(decision), decision.status.completionTime]).toEqual([
    `CouldntGetCondition: PipelineRun ns/run can't be Run; it contains Conditions that don't exist:  Couldn't retrieve Condition "dry": condition.tekton.dev "dry" not found`,
    [],
    NOON,
  ]);
});
