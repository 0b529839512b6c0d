import { describe, expect, test } from '@jest/globals';
import { simulate } from '../src/index.js';
import { object, pipelineRun } from './objects.js';

const HOUR = 3600;
const work = object('Task', 'work', {
  steps: [
    { name: 'first', image: 'a:1', command: ['true'] },
    { name: 'second', image: 'a:1', command: ['true'] },
  ],
});
const pipeline = (...tasks: readonly object[]): object =>
  object('Pipeline', 'p', { tasks: tasks.map((it) => ({ taskRef: { name: 'work' }, ...it })) });
const lintAndUnit = pipeline({ name: 'lint' }, { name: 'unit' }, { name: 'ship', runAfter: ['lint', 'unit'] });

describe('simulated time', () => {
  test('is the sum of the durations that scripts set; parallel tasks share it', async () => {
    const run = await simulate([work, lintAndUnit, pipelineRun('p', { timeout: '5h' })], {
      scripts: {
        lint: { first: { takes: '10m' } },
        unit: { first: { takes: '30m' }, second: { takes: '1h' } },
        ship: { second: { takes: '30s' } },
      },
    });
    expect(run.succeeded).toBe(true);
    expect(run.task('lint')).toMatchObject({ began: 0, ended: 600 });
    expect(run.task('unit')).toMatchObject({ began: 0, ended: 1.5 * HOUR });
    expect(run.task('unit').steps.map(({ began, ended }) => [began, ended])).toEqual([
      [0, 0.5 * HOUR],
      [0.5 * HOUR, 1.5 * HOUR],
    ]);
    expect(run.task('ship')).toMatchObject({ began: 1.5 * HOUR, ended: 1.5 * HOUR + 30 });
    expect(run.took).toBe(1.5 * HOUR + 30);
    expect([run.overlap('lint', 'unit'), run.overlap('unit', 'ship')]).toEqual([true, false]);
  });

  test('does not pass without durations in scripts', async () => {
    const run = await simulate([work, lintAndUnit, pipelineRun('p')]);
    expect([run.took, run.overlap('lint', 'unit')]).toEqual([0, false]);
  });

  test('ends a run at its timeout, and stops its running steps', async () => {
    const run = await simulate([work, lintAndUnit, pipelineRun('p', { timeout: '1h' })], {
      scripts: { lint: { first: { takes: '59m' } }, unit: { second: { takes: 'forever' } } },
    });
    expect([run.succeeded, run.reason, run.took]).toEqual([false, 'PipelineRunTimeout', HOUR]);
    expect(run.task('lint').succeeded).toBe(true);
    expect(run.task('unit').succeeded).toBe(false);
    expect(run.task('unit').steps.map(({ step, exitCode }) => [step, exitCode])).toEqual([
      ['first', 0],
      ['second', 143],
    ]);
    expect(run.skipped).toEqual(['ship']);
  });

  test('ends a TaskRun exactly at its timeout', async () => {
    const alone = object('TaskRun', 'now', { taskRef: { name: 'work' }, timeout: '90s' });
    const timedOut = await simulate([work, alone], { scripts: { now: { first: { takes: '91s' } } } });
    expect([timedOut.succeeded, timedOut.reason, timedOut.took]).toEqual([false, 'TaskRunTimeout', 90]);
    const inTime = await simulate([work, alone], { scripts: { now: { first: { takes: '89s' } } } });
    expect([inTime.succeeded, inTime.took]).toEqual([true, 89]);
  });

  test('is the sum of all attempts of a task', async () => {
    const run = await simulate([work, pipeline({ name: 'build', retries: 2 }), pipelineRun('p')], {
      scripts: { build: { first: { takes: '1m' }, second: [{ exitCode: 1, takes: '5m' }, { takes: '2m' }] } },
    });
    expect(run.task('build')).toMatchObject({ attempts: 2, began: 0, ended: 9 * 60 });
  });

  test('does not hide a run that never ends: it is an error after the timeout in real time', async () => {
    const endless = object('TaskRun', 'now', { taskRef: { name: 'work' }, timeout: '0s' });
    const run = simulate([work, endless], { scripts: { now: { first: { takes: 'forever' } } }, timeoutMs: 1000 });
    await expect(run).rejects.toThrow(
      '"now" has not ended within 1000 ms; its status: Running Not all Steps in the Task have finished executing — ' +
        'add what it waits for, or increase `timeoutMs`',
    );
  });
});
