import { describe, expect, test } from '@jest/globals';
import { elapsedTimeouts, timeoutsOf, type RunTimeouts } from '@pipewright/tekton';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the timeouts of a run', () => {
  const rows: { title: string; run: Parameters<typeof timeoutsOf>[0]; are: RunTimeouts }[] = [
    { title: 'has the default', run: {}, are: { pipeline: HOUR } },
    { title: 'has none with 0', run: { timeoutMs: 0 }, are: {} },
    {
      title: 'leaves to finally what tasks do not use',
      run: { timeoutMs: 10 * MINUTE, tasksTimeoutMs: 8 * MINUTE },
      are: { pipeline: 10 * MINUTE, tasks: 8 * MINUTE, finally: 2 * MINUTE },
    },
    {
      title: 'leaves to tasks what finally does not use, of the default too',
      run: { finallyTimeoutMs: 10 * MINUTE },
      are: { pipeline: HOUR, tasks: 50 * MINUTE, finally: 10 * MINUTE },
    },
    {
      title: 'has both of its sections',
      run: { timeoutMs: HOUR, tasksTimeoutMs: MINUTE, finallyTimeoutMs: 2 * MINUTE },
      are: { pipeline: HOUR, tasks: MINUTE, finally: 2 * MINUTE },
    },
    {
      title: 'limits a section of a run without a limit',
      run: { timeoutMs: 0, tasksTimeoutMs: MINUTE },
      are: { tasks: MINUTE },
    },
  ];
  test.each(rows)('a run $title', ({ run, are }) => {
    expect(timeoutsOf(run, HOUR)).toEqual(are);
  });
});

describe('the timeouts that have passed', () => {
  const timeouts = { pipeline: 10_000, tasks: 5000, finally: 3000 };
  const start = '2026-01-01T12:00:00Z';
  const at = (second: number): Date => new Date(Date.parse(start) + second * 1000);

  test('none before the run starts', () => {
    expect(elapsedTimeouts(timeouts, {}, at(60))).toEqual({ pipeline: false, tasks: false, finally: false });
  });
  test('the first second of a run counts in full', () => {
    expect(elapsedTimeouts(timeouts, { start }, at(5.5))).toMatchObject({ tasks: false, next: at(5.999) });
    expect(elapsedTimeouts(timeouts, { start }, at(6))).toMatchObject({
      tasks: true,
      pipeline: false,
      next: at(10.999),
    });
  });
  test('finally counts from its own start', () => {
    const finallyStart = '2026-01-01T12:00:06Z';
    expect(elapsedTimeouts(timeouts, { start, finallyStart }, at(9))).toMatchObject({
      finally: false,
      next: at(9.999),
    });
    expect(elapsedTimeouts(timeouts, { start, finallyStart }, at(10))).toMatchObject({
      finally: true,
      pipeline: false,
    });
    expect(elapsedTimeouts(timeouts, { start, finallyStart }, at(11)).next).toBeUndefined();
  });
});
