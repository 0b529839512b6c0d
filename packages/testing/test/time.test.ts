/** Time in simulations: hours pass in milliseconds, and the same ones in every run. */

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

describe('time', () => {
  test('passes as scripts say, side by side where tasks are, and not at all besides', async () => {
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

  test('is none where no script says any', async () => {
    const run = await simulate([work, lintAndUnit, pipelineRun('p')]);
    expect([run.took, run.overlap('lint', 'unit')]).toEqual([0, false]);
  });

  test('ends a run at its timeout, with what was running', async () => {
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

  test('ends a TaskRun at its timeout, to the second', async () => {
    const alone = object('TaskRun', 'now', { taskRef: { name: 'work' }, timeout: '90s' });
    const late = await simulate([work, alone], { scripts: { now: { first: { takes: '91s' } } } });
    expect([late.succeeded, late.reason, late.took]).toEqual([false, 'TaskRunTimeout', 90]);
    const intime = await simulate([work, alone], { scripts: { now: { first: { takes: '89s' } } } });
    expect([intime.succeeded, intime.took]).toEqual([true, 89]);
  });

  test('of attempts adds up', async () => {
    const run = await simulate([work, pipeline({ name: 'build', retries: 2 }), pipelineRun('p')], {
      scripts: { build: { first: { takes: '1m' }, second: [{ exitCode: 1, takes: '5m' }, { takes: '2m' }] } },
    });
    expect(run.task('build')).toMatchObject({ attempts: 2, began: 0, ended: 9 * 60 });
  });

  test('that nothing ends is an error after a real while', async () => {
    const endless = object('TaskRun', 'now', { taskRef: { name: 'work' }, timeout: '0s' });
    const run = simulate([work, endless], { scripts: { now: { first: { takes: 'forever' } } }, limit: 1000 });
    await expect(run).rejects.toThrow(
      '"now" has not ended within 1000 ms; it says: Running Not all Steps in the Task have finished executing — ' +
        'give what it waits for, or a longer limit',
    );
  });
});
