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

  test.each(['', '1', 'abc', '1x', '1h ', 'h', '1h-1m', '.s', '9'.repeat(200), '99999999h'])(
    '%j is not a duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('defaults are applied', () => {
  test('in a TaskRun: timeout and the kind of its task', () => {
    const { spec } = applyDefaults(taskRun);
    expect(spec).toEqual({ ...taskRun.spec, timeout: '1h0m0s', taskRef: { name: 'build', kind: 'Task' } });
    expect(applyDefaults(changed(taskRun, 'spec.taskRef.kind', '')).spec.taskRef?.kind).toBe('Task');
  });

  test('in a PipelineRun: the configured timeout, 0 for none', () => {
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

describe('a run', () => {
  test('is read with either field of its ServiceAccount', () => {
    expect(readPipelineRun({ serviceAccount: 'old' }).serviceAccount).toBe('old');
    expect(readPipelineRun({ serviceAccountName: 'new', serviceAccount: 'old' }).serviceAccount).toBe('new');
    expect(readTaskRun({ serviceAccountName: '' }).serviceAccount).toBeUndefined();
  });

  test("is read with either field of its tasks' ServiceAccounts", () => {
    const accounts = readPipelineRun({
      serviceAccounts: [{ taskName: 'a', serviceAccount: 'x' }],
      serviceAccountNames: [{ taskName: 'b', serviceAccountName: 'y' }],
    }).taskServiceAccounts;
    expect([...accounts]).toEqual([
      ['a', 'x'],
      ['b', 'y'],
    ]);
  });

  test('is read with its request to be cancelled', () => {
    expect(readTaskRun({ status: 'TaskRunCancelled' }).isCancelRequested).toBe(true);
    expect(readPipelineRun({ status: 'PipelineRunCancelled' }).isCancelRequested).toBe(true);
    expect(readPipelineRun({}).isCancelRequested).toBe(false);
  });

  test('has no source if it has both a reference and a spec', () => {
    expect(readPipelineRun({ pipelineRef: { name: 'p' }, pipelineSpec: {} }).source).toBeUndefined();
  });
});
