import { describe, expect, test } from '@jest/globals';
import type { TaskDecision } from '@pipewright/tekton';
import { countedCondition, type CountedRun } from '../../src/v1/run-counts.js';

const DECISIONS: Readonly<Record<string, TaskDecision>> = {
  ok: { kind: 'started', outcome: 'succeeded' },
  failed: { kind: 'started', outcome: 'failed' },
  ignored: { kind: 'started', outcome: 'ignored' },
  cancelled: { kind: 'started', outcome: 'cancelled' },
  running: { kind: 'started', outcome: 'running' },
  wait: { kind: 'wait' },
  start: { kind: 'start' },
  skip: { kind: 'skip', reason: 'when' },
  late: { kind: 'skip', reason: 'finallyTimeout' },
  invalid: { kind: 'invalid', message: 'no result r' },
};

const condition = (tasks: string, rest: Partial<CountedRun> = {}): string => {
  const decisions = tasks.split(' ').flatMap((name) => DECISIONS[name] ?? []);
  const { status, reason, message } = countedCondition(decisions, { name: 'r', isFinallyDone: true, ...rest });
  return `${status} ${reason}: ${message}`;
};

describe('the condition of a run', () => {
  const rows: { tasks: string; rest?: Partial<CountedRun>; is: string }[] = [
    { tasks: 'ok ok', is: 'True Succeeded: Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0' },
    { tasks: 'ok skip', is: 'True Completed: Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 1' },
    { tasks: 'ok failed skip', is: 'False Failed: Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 1' },
    { tasks: 'ok ignored', is: 'True Succeeded: Tasks Completed: 2 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0' },
    { tasks: 'ok late', is: 'False Failed: Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 1' },
    { tasks: 'ok cancelled skip', is: 'False Cancelled: Tasks Completed: 2 (Failed: 0, Cancelled 1), Skipped: 1' },
    {
      tasks: 'ok invalid skip',
      is: 'False PipelineValidationFailed: Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 1, Failed Validation: 1 (no result r)',
    },
    {
      tasks: 'ok cancelled',
      rest: { stopRequest: 'cancelRunFinally' },
      is: 'False Cancelled: PipelineRun "r" was cancelled',
    },
    {
      tasks: 'ok failed',
      rest: { stopRequest: 'stopRunFinally' },
      is: 'False Failed: Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 0',
    },
    {
      tasks: 'ok failed',
      rest: { tasksTimeout: '25s' },
      is: 'False PipelineRunTimeout: PipelineRun "r" failed due to tasks failed to finish within "25s"',
    },
    {
      tasks: 'ok running wait start skip',
      is: 'Unknown Running: Tasks Completed: 1 (Failed: 0, Cancelled 0), Incomplete: 3, Skipped: 1',
    },
    {
      tasks: 'failed running',
      rest: { isFinallyDone: false },
      is: 'Unknown Running: Tasks Completed: 1 (Failed: 1, Cancelled 0), Incomplete: 1, Skipped: 0',
    },
    {
      tasks: 'failed running',
      is: 'Unknown PipelineRunStopping: Tasks Completed: 1 (Failed: 1, Cancelled 0), Incomplete: 1, Skipped: 0',
    },
    {
      tasks: 'cancelled running',
      rest: { isFinallyDone: false },
      is: 'Unknown PipelineRunStopping: Tasks Completed: 1 (Failed: 0, Cancelled 1), Incomplete: 1, Skipped: 0',
    },
    {
      tasks: 'running',
      rest: { stopRequest: 'stopRunFinally' },
      is: 'Unknown StoppedRunningFinally: Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 1, Skipped: 0',
    },
    {
      tasks: 'running',
      rest: { tasksTimeout: '25s', isFinallyDone: false },
      is: 'Unknown PipelineRunTimeoutRunningFinally: Tasks Completed: 0 (Failed: 0, Cancelled 0), Incomplete: 1, Skipped: 0',
    },
  ];
  test.each(rows)('$tasks: $is', ({ tasks, rest, is }) => {
    expect(condition(tasks, rest)).toBe(is);
  });
});
