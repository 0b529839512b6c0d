import { describe, expect, test } from '@jest/globals';
import {
  pipelineRunFormatOf,
  V1ALPHA1,
  type PipelineRunStatus,
  type PipelineRunTaskRunStatus,
  type RecordedTask,
  type RunMemory,
  type TaskRunStatus,
} from '../../src/index.js';

const ended = (status: 'True' | 'False', reason: string): TaskRunStatus => ({
  conditions: [{ type: 'Succeeded', status, reason, message: '' }],
});
const check = (status?: TaskRunStatus): NonNullable<PipelineRunTaskRunStatus['conditionChecks']> => ({
  'run-deploy-check': { conditionName: 'sunny', ...(status && { status }) },
});
const readRunMemory = (status: PipelineRunStatus | undefined): RunMemory =>
  pipelineRunFormatOf({ apiVersion: V1ALPHA1, metadata: {} }).readMemory(status);
const memoryOf = (entry: Omit<PipelineRunTaskRunStatus, 'pipelineTaskName'>) =>
  readRunMemory({ taskRuns: { 'run-deploy': { pipelineTaskName: 'deploy', ...entry } } });

describe('the memory in the status of a PipelineRun', () => {
  test.each<[string, PipelineRunStatus | undefined]>([
    ['without a status', undefined],
    ['that has not started', {}],
  ])('is empty for a run %s', (_, status) => {
    expect(readRunMemory(status)).toEqual({
      tasks: new Map(),
      created: new Set(),
      references: new Map(),
      skipped: new Map(),
    });
  });

  test.each<[string, Omit<PipelineRunTaskRunStatus, 'pipelineTaskName'>, RecordedTask['outcome'], readonly string[]]>([
    ['has just been created', {}, 'running', ['run-deploy']],
    ['runs', { status: { podName: 'p' } }, 'running', ['run-deploy']],
    ['succeeded', { status: ended('True', 'Succeeded') }, 'succeeded', ['run-deploy']],
    ['failed', { status: ended('False', 'Failed') }, 'failed', ['run-deploy']],
    ['waits for its checks', { conditionChecks: check() }, 'planned', []],
    ['is checked', { conditionChecks: check({ podName: '' }) }, 'planned', ['run-deploy-check']],
    [
      'was skipped',
      { status: ended('False', 'ConditionCheckFailed'), conditionChecks: check(ended('False', 'Failed')) },
      'skipped',
      ['run-deploy-check'],
    ],
  ])('records that a task %s', (_, entry, outcome, created) => {
    const memory = memoryOf(entry);
    expect(memory.tasks.get('run-deploy')).toMatchObject({ task: 'deploy', attempt: 0, outcome });
    expect([...memory.created]).toEqual(created);
  });

  test('counts earlier attempts', () => {
    const retriesStatus = [ended('False', 'Failed'), ended('False', 'Failed')];
    expect(memoryOf({ status: { retriesStatus } }).tasks.get('run-deploy')?.attempt).toBe(2);
  });

  test('records the outcome of a check by the name of its TaskRun', () => {
    const { checks } = memoryOf({ conditionChecks: check(ended('True', 'Succeeded')) }).tasks.get('run-deploy')!;
    expect([...checks]).toEqual([
      ['run-deploy-check', { task: 'deploy', condition: 'sunny', attempt: 0, outcome: 'succeeded' }],
    ]);
  });
});
