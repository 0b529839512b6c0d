import { describe, expect, test } from '@jest/globals';
import { applyDefaults, formatDuration, parseDuration, readPipelineRun, readTaskRun } from '@pipewright/tekton';
import { build, changed, run, taskRun } from '../support/objects.js';

describe('a duration', () => {
  const rows: [text: string, milliseconds: number | undefined, printed: string][] = [
    ['1h', 3_600_000, '1h0m0s'],
    ['60m', 3_600_000, '1h0m0s'],
    ['90s', 90_000, '1m30s'],
    ['1h30m10.5s', 5_410_500, '1h30m10.5s'],
    ['250ms', 250, '250ms'],
    ['0', 0, '0s'],
    ['0s', 0, '0s'],
    ['-1s', -1000, '-1s'],
    ['+2s', 2000, '2s'],
  ];
  test.each(rows)('%s is %d ms, and Go prints it as %s', (text, milliseconds, printed) => {
    expect(parseDuration(text)).toBe(milliseconds);
    expect(formatDuration(milliseconds ?? 0)).toBe(printed);
  });

  test.each(['', '1', 'abc', '1x', '1h ', 'h', '1h-1m', '.s', '9'.repeat(200), '99999999h'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('what is left out is filled in', () => {
  test('in a TaskRun: timeout and the kind of its task', () => {
    const { spec } = applyDefaults(taskRun);
    expect(spec).toEqual({ ...taskRun.spec, timeout: '1h0m0s', taskRef: { name: 'build', kind: 'Task' } });
    expect(applyDefaults(changed(taskRun, 'spec.taskRef.kind', '')).spec.taskRef?.kind).toBe('Task');
  });

  test('in a PipelineRun: the timeout that the operator wants, 0 for none', () => {
    expect(applyDefaults(run, { timeoutMs: 0 }).spec.timeout).toBe('0s');
    expect(applyDefaults(changed(run, 'spec.timeout', '90m')).spec.timeout).toBe('1h30m0s');
    expect(applyDefaults(changed(run, 'spec.timeout', 'soon')).spec.timeout).toBe('soon');
  });

  test('in a Task: the type of params, from their defaults', () => {
    const task = changed(build, 'spec.inputs.params', [{ name: 'a' }, { name: 'b', default: ['x'] }]);
    expect(applyDefaults(task).spec.inputs?.params).toEqual([
      { name: 'a', type: 'string' },
      { name: 'b', type: 'array', default: ['x'] },
    ]);
  });
});

describe('a run is read', () => {
  test('with either spelling of its account', () => {
    expect(readPipelineRun({ serviceAccount: 'old' }).serviceAccount).toBe('old');
    expect(readPipelineRun({ serviceAccountName: 'new', serviceAccount: 'old' }).serviceAccount).toBe('new');
    expect(readTaskRun({ serviceAccountName: '' }).serviceAccount).toBeUndefined();
  });

  test('with the accounts of its tasks in either spelling', () => {
    const accounts = readPipelineRun({
      serviceAccounts: [{ taskName: 'a', serviceAccount: 'x' }],
      serviceAccountNames: [{ taskName: 'b', serviceAccountName: 'y' }],
    }).taskServiceAccounts;
    expect([...accounts]).toEqual([
      ['a', 'x'],
      ['b', 'y'],
    ]);
  });

  test('as asking to be cancelled', () => {
    expect(readTaskRun({ status: 'TaskRunCancelled' }).isCancelRequested).toBe(true);
    expect(readPipelineRun({ status: 'PipelineRunCancelled' }).isCancelRequested).toBe(true);
    expect(readPipelineRun({}).isCancelRequested).toBe(false);
  });

  test('without guessing when both a reference and a spec are given', () => {
    expect(readPipelineRun({ pipelineRef: { name: 'p' }, pipelineSpec: {} }).source).toBeUndefined();
  });
});
