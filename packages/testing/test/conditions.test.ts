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
      { name: 'notify', taskRef: { name: 'work' }, runAfter: ['deploy'] },
    ],
  }),
  pipelineRun('p'),
];

test('conditions hold by default, and their checks are not steps of the task', async () => {
  const run = await simulate(objects);
  expect([run.succeeded, run.order]).toEqual([true, ['test', 'deploy', 'notify']]);
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
  ['that a script sets to false', { deploy: { 'is-open': false } }],
  ['whose check fails', { deploy: { 'is-open': { exitCode: 1 } } }],
  [
    'for which a function returns another exit code',
    { deploy: { 'is-main': ({ argv }) => ({ exitCode: argv[1] === 'main' ? 0 : 1 }) } },
  ],
];
test.each(cases)('a condition %s skips its task and the tasks that run after it', async (_, conditions) => {
  const run = await simulate(objects, { conditions });
  expect(run.order).toEqual(['test']);
  expect(run.skipped).toEqual(['deploy', 'notify']);
  expect([run.succeeded, run.reason]).toEqual([true, 'Succeeded']);
  const [condition = ''] = Object.keys(conditions['deploy'] ?? {});
  expect(run.conditions['deploy']?.[condition]).toBe(false);
  expect(() => run.task('deploy')).toThrow('the task "deploy" did not run');
});

test('a script for an unknown condition is an error', async () => {
  await expect(simulate(objects, { conditions: { deploy: { 'is-mian': false } } })).rejects.toThrow(
    'a script is for "is-mian", which is not a condition of the task "deploy" — did you mean "is-main"?',
  );
});
