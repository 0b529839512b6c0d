import { describe, expect, test } from '@jest/globals';
import picocolors from 'picocolors';
import type { RunEvent } from '../../../src/run/follow/events.js';
import { statusRows } from '../../../src/run/present/status-area.js';
import { summary } from '../../../src/run/present/summary.js';
import { TallyUpdater, type Tally } from '../../../src/run/present/tally.js';

const colors = picocolors.createColors(false);
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const run = 'release';
const waits: Readonly<Record<string, readonly string[]>> = { build: ['test'], deploy: ['build'] };
const tallied = (events: readonly RunEvent[]): Tally => {
  const count = new TallyUpdater();
  events.forEach((event) => count.add(event));
  return count.tally;
};

const start: RunEvent = {
  type: 'run-start',
  time: at(0),
  run,
  kind: 'PipelineRun',
  namespace: 'ci',
  tasks: ['test', 'build', 'deploy'],
};
const done = (task: string, second: number, more: Partial<Extract<RunEvent, { type: 'task-end' }>> = {}): RunEvent => ({
  type: 'task-end',
  time: at(second),
  run,
  task,
  outcome: 'succeeded',
  reason: 'Succeeded',
  message: '',
  seconds: 3,
  results: [],
  taskResults: [],
  ...more,
});
const halfway: readonly RunEvent[] = [
  start,
  { type: 'task-start', time: at(1), run, task: 'test', taskRun: 'r-test' },
  done('test', 4),
  { type: 'task-start', time: at(4), run, task: 'build', taskRun: 'r-build' },
  { type: 'step-start', time: at(5), run, task: 'build', step: 'compile' },
  { type: 'step-log', time: at(6), run, task: 'build', step: 'compile', line: 'object \u001b[31m7\u001b[0m of 12' },
];

describe('the status area', () => {
  const rows = (columns: number): readonly string[] =>
    statusRows(tallied(halfway), (_, task) => waits[task] ?? [], Date.parse(at(16)), { columns, rows: 20 }, colors);

  test('shows finished, running and waiting tasks, with their dependencies', () => {
    expect(rows(80)).toEqual([
      '  ✔ test      3.0s  succeeded',
      '  ● build    12.0s  compile  object 7 of 12',
      '  ○ deploy  waits for build',
      '  1 done · 1 running · 1 waiting  16.0s',
    ]);
  });

  test('shows the condition that is checked, and the output of the check', () => {
    const check = { run, task: 'test', check: 'sunny' } as const;
    const checking: readonly RunEvent[] = [
      start,
      { type: 'check-start', time: at(2), ...check, taskRun: 'r-test-sunny' },
      { type: 'step-log', time: at(3), ...check, step: 'condition-check-sunny', line: 'looking out' },
      { type: 'step-end', time: at(3), ...check, step: 'condition-check-sunny', exitCode: 1, reason: 'Error' },
    ];
    expect(statusRows(tallied(checking), () => [], Date.parse(at(4)), { columns: 80, rows: 20 }, colors)[0]).toBe(
      '  ◌ test      2.0s  condition sunny  looking out',
    );
    const stopped = { outcome: 'cancelled', reason: 'PipelineRunCancelled', message: '', seconds: 5 } as const;
    const ended = tallied([...checking, { type: 'run-end', time: at(5), run, ...stopped }]);
    expect(summary(ended, [], colors)[2]).toBe('  ○ test    not started');
  });

  test('fits a narrow terminal', () => {
    expect(Math.max(...rows(20).map((row) => row.length))).toBeLessThanOrEqual(20);
  });

  test('is empty after the run has ended', () => {
    const ended = tallied([
      ...halfway,
      {
        type: 'run-end',
        time: at(9),
        run,
        outcome: 'failed',
        reason: 'Failed',
        message: '',
        seconds: 9,
      },
    ]);
    expect(statusRows(ended, () => [], 0, { columns: 80, rows: 20 }, colors)).toEqual([]);
  });
});

describe('the summary', () => {
  test('shows results, pushed images and deployments', () => {
    const tally = tallied([
      start,
      done('test', 4, { results: [{ resource: 'source', key: 'commit', value: 'abc123' }] }),
      done('build', 5),
      done('deploy', 6, { seconds: 61 }),
      { type: 'run-end', time: at(7), run, outcome: 'succeeded', reason: 'Succeeded', message: '', seconds: 67 },
    ]);
    const made = [
      { type: 'pushed', time: at(7), image: 'docker.io/acme/web:abc123', digest: 'sha256:1' },
      {
        type: 'deployment',
        time: at(7),
        namespace: 'ci',
        name: 'web',
        container: 'nginx',
        before: 'acme/web:old',
        after: 'acme/web:abc123',
      },
    ] as const;
    expect(summary(tally, made, colors).join('\n')).toBe(`
Succeeded  release  in 1m 7s  (3 tasks: 3 succeeded)
  ✔ test    3.0s
      source commit abc123
  ✔ build   3.0s
  ✔ deploy  1m 1s
  pushed docker.io/acme/web:abc123  sha256:1
  deployment web: image of nginx is now acme/web:abc123 (was acme/web:old)`);
  });

  test('shows the results of tasks, each on one line', () => {
    const taskResults = [
      { name: 'version', value: '1.4.2\n' },
      { name: 'changes', value: 'fix: a\nfeat: b\nfeat: c\n' },
      { name: 'report', value: 'x'.repeat(3000) },
      { name: 'nothing', value: '' },
      { name: 'colour', value: 'a\u001b[2Jb' },
    ];
    const failed = { outcome: 'failed', reason: 'Failed', message: 'no' } as const;
    const tally = tallied([
      start,
      done('test', 4, { taskResults }),
      done('build', 5, { ...failed, taskResults: taskResults.slice(0, 1) }),
    ]);
    expect(summary(tally, [], colors).slice(3, 8)).toEqual([
      '      result version 1.4.2',
      '      result changes fix: a… (3 lines; -o json prints all)',
      `      result report ${'x'.repeat(100)}… (3000 characters; -o json prints all)`,
      '      result nothing (empty)',
      '      result colour ab',
    ]);
    expect(summary(tally, [], colors).slice(9, 11)).toEqual(['      Failed: no', '      result version 1.4.2']);
  });

  test('has a hint for a param that is too long for an argument', () => {
    const log = { run, task: 'test', step: 'make' } as const;
    const failed = { outcome: 'failed', reason: 'Failed', message: 'no' } as const;
    const tally = tallied([
      start,
      { type: 'step-log', time: at(2), ...log, line: 'exec /bin/sh: Argument list too long' },
      { type: 'step-end', time: at(3), ...log, exitCode: 126, reason: 'Error' },
      done('test', 4, failed),
    ]);
    expect(summary(tally, [], colors)).toContain(
      '      hint: an argument may have at most 128 KiB; write the value to a file of a workspace or ConfigMap, and read it in the step',
    );
  });

  test('shows the total time and number of attempts of a task', () => {
    const tally = tallied([
      start,
      { type: 'task-start', time: at(1), run, task: 'test', taskRun: 'r-test' },
      { type: 'task-retry', time: at(3), run, task: 'test', reason: 'Failed', message: '', attempt: 2 },
      done('test', 9, { seconds: 8 }),
      { type: 'run-end', time: at(9), run, outcome: 'succeeded', reason: 'Succeeded', message: '', seconds: 9 },
    ]);
    expect(summary(tally, [], colors)[2]).toBe('  ✔ test    8.0s in 2 attempts');
  });

  test('shows the failed step, its last lines, the reason, a hint, and tasks that did not start', () => {
    const tally = tallied([
      ...halfway,
      { type: 'step-log', time: at(7), run, task: 'build', step: 'compile', line: 'sh: gcc: not found' },
      { type: 'step-end', time: at(8), run, task: 'build', step: 'compile', exitCode: 127, reason: 'Error' },
      done('build', 9, {
        outcome: 'failed',
        reason: 'Failed',
        message: '"step-compile" exited with code 127',
        seconds: 5,
      }),
      {
        type: 'run-end',
        time: at(9),
        run,
        outcome: 'failed',
        reason: 'Failed',
        message: 'Tasks Completed: 2, Skipped: 1',
        seconds: 9,
      },
    ]);
    expect(summary(tally, [], colors).join('\n')).toBe(`
Failed  release  in 9.0s  (3 tasks: 1 succeeded, 1 failed, 1 not started)
  ✔ test    3.0s
  ✖ build   5.0s  step compile: exit 127
      | object 7 of 12
      | sh: gcc: not found
      Failed: "step-compile" exited with code 127
      hint: the command is not in the image; on this machine, the step sees the files of the stand-in
  ○ deploy  not started`);
  });

  test('shows why tasks were skipped', () => {
    const skipped = (task: string, message: string): RunEvent =>
      done(task, 4, { outcome: 'skipped', reason: 'ConditionCheckFailed', message, seconds: 0 });
    const tally = tallied([
      start,
      done('test', 4),
      skipped('build', 'condition changed was false'),
      skipped('deploy', 'depends on build, which was skipped'),
      { type: 'run-end', time: at(7), run, outcome: 'succeeded', reason: 'Succeeded', message: '', seconds: 7 },
    ]);
    expect(summary(tally, [], colors).join('\n')).toBe(`
Succeeded  release  in 7.0s  (3 tasks: 1 succeeded, 2 skipped)
  ✔ test    3.0s
  ⊘ build   skipped: condition changed was false
  ⊘ deploy  skipped: depends on build, which was skipped`);
  });

  test('removes control sequences from results and messages', () => {
    const results = [{ resource: 'source', key: 'commit', value: 'abc\u001b[2J\u001b]52;c;aGk=\u0007123' }];
    const failed = { outcome: 'failed', reason: 'Failed', message: 'no\u001b[10A way', seconds: 1 } as const;
    const tally = tallied([start, done('test', 4, { results }), done('build', 5, failed)]);
    const text = summary(tally, [], colors).join('\n');
    expect(text).toContain('source commit abc123\n');
    expect(text).toContain('Failed: no way');
    const image = { container: 'c', before: 'old\u001b[8m', after: 'new\u001b[2J' } as const;
    const made = { type: 'deployment', time: at(5), namespace: 'ci', name: 'web', ...image } as const;
    expect(summary(tally, [made], colors).at(-1)).toBe('  deployment web: image of c is now new (was old)');
  });

  test('shows the reason of a TaskRun below its step, and a --timeout once for all tasks', () => {
    const failed = { outcome: 'failed', reason: 'Failed', message: 'no', seconds: 1 } as const;
    const alone = tallied([
      { ...start, tasks: [run] },
      done(run, 4, failed),
      { type: 'run-end', time: at(4), run, ...failed },
    ]);
    expect(summary(alone, [], colors).slice(1)).toEqual([
      'Failed  release  in 1.0s  (1 task: 1 failed)',
      '  ✖ release  1.0s',
      '      Failed: no',
    ]);
    const stopped = {
      outcome: 'timed-out',
      reason: 'Timeout',
      message: 'stopped by --timeout 1s',
      seconds: 1,
    } as const;
    const late = tallied([
      { ...start, tasks: ['test', 'build'] },
      done('test', 4, stopped),
      done('build', 4, stopped),
      { type: 'run-end', time: at(4), run, ...stopped },
    ]);
    expect(summary(late, [], colors).slice(1)).toEqual([
      'Timed out  release  in 1.0s  (2 tasks: 2 timed out)',
      '      Timeout: stopped by --timeout 1s',
      '  ✖ test   1.0s',
      '  ✖ build  1.0s',
    ]);
  });

  test('shows the reason of a run that failed before its tasks', () => {
    const tally = tallied([
      start,
      {
        type: 'run-end',
        time: at(1),
        run,
        outcome: 'failed',
        reason: 'CouldntGetTask',
        message: 'no Task',
        seconds: 1,
      },
    ]);
    expect(summary(tally, [], colors)[2]).toBe('      CouldntGetTask: no Task');
  });
});
