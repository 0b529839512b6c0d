/** Conditions in simulations: they hold, unless a test says otherwise. */

import { expect, test } from '@jest/globals';
import { simulate, type ConditionScripts } from '../src/index.js';
import { object, pipelineRun } from './objects.js';

const image = 'a:1';
const objects = [
  object('Task', 'work', { steps: [{ name: 'do', image, command: ['true'] }] }),
  object('Condition', 'is-main', {
    params: [{ name: 'branch' }],
    check: { image, command: ['test'], args: ['$(params.branch)', '=', 'main'] },
  }),
  object('Condition', 'is-open', { check: { name: 'look', image, command: ['true'] } }),
  object('Pipeline', 'p', {
    tasks: [
      { name: 'test', taskRef: { name: 'work' } },
      {
        name: 'deploy',
        taskRef: { name: 'work' },
        runAfter: ['test'],
        conditions: [
          { conditionRef: 'is-main', params: [{ name: 'branch', value: 'dev' }] },
          { conditionRef: 'is-open' },
        ],
      },
      { name: 'tell', taskRef: { name: 'work' }, runAfter: ['deploy'] },
    ],
  }),
  pipelineRun('p'),
];

test('conditions hold, and are no steps of their task', async () => {
  const run = await simulate(objects);
  expect([run.succeeded, run.order]).toEqual([true, ['test', 'deploy', 'tell']]);
  expect(run.conditions).toEqual({ deploy: { 'is-main': true, 'is-open': true } });
  expect(run.task('deploy').steps.map(({ step }) => step)).toEqual(['do']);
  const checks = run.steps.filter(({ condition }) => condition !== undefined);
  expect(checks.map((it) => [it.condition, it.step]).toSorted()).toEqual([
    ['is-main', 'condition-check-is-main'],
    ['is-open', 'look'],
  ]);
  expect(checks.find(({ condition }) => condition === 'is-main')?.argv).toEqual(['test', 'dev', '=', 'main']);
});

const cases: readonly [string, ConditionScripts][] = [
  ['when a test says so', { deploy: { 'is-open': false } }],
  ['when its check fails', { deploy: { 'is-open': { exitCode: 1 } } }],
  ['as a function decides', { deploy: { 'is-main': ({ argv }) => ({ exitCode: argv[1] === 'main' ? 0 : 1 }) } }],
];
test.each(cases)(
  'a condition does not hold %s, and its task and those that wait for it are skipped',
  async (_, how) => {
    const run = await simulate(objects, { conditions: how });
    expect(run.order).toEqual(['test']);
    expect(run.skipped).toEqual(['deploy', 'tell']);
    expect([run.succeeded, run.reason]).toEqual([true, 'Succeeded']);
    const [which = ''] = Object.keys(how['deploy'] ?? {});
    expect(run.conditions['deploy']?.[which]).toBe(false);
    expect(() => run.task('deploy')).toThrow('the task "deploy" did not run');
  },
);

test('a condition that no task has is an error', async () => {
  await expect(simulate(objects, { conditions: { deploy: { 'is-mian': false } } })).rejects.toThrow(
    'there is a script for "is-mian", but no such condition of the task "deploy" — did you mean "is-main"?',
  );
});
