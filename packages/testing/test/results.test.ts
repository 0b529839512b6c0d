import { describe, expect, test } from '@jest/globals';
import { simulate, type StepScripts } from '../src/index.js';
import { object, pipelineRun } from './objects.js';

const image = 'a:1';
const find = object('Task', 'find', {
  results: [{ name: 'version' }, { name: 'commit' }],
  steps: [
    { name: 'look', image, command: ['true'] },
    { name: 'write', image, command: ['true'] },
  ],
});
const say = object('Task', 'say', {
  inputs: { params: [{ name: 'what' }, { name: 'all', type: 'array', default: [] }] },
  steps: [{ name: 'print', image, command: ['echo'], args: ['$(inputs.params.what)', '$(inputs.params.all)'] }],
});
const producerAndConsumer = [
  find,
  say,
  object('Pipeline', 'p', {
    tasks: [
      { name: 'find', taskRef: { name: 'find' } },
      {
        name: 'say',
        taskRef: { name: 'say' },
        params: [
          { name: 'what', value: '$(tasks.find.results.version) of $(tasks.find.results.commit)' },
          { name: 'all', value: ['x', '$(tasks.find.results.version)'] },
        ],
      },
    ],
  }),
  pipelineRun('p'),
];

describe('results', () => {
  test('are passed to the task that uses them, which runs later', async () => {
    const scripts = { find: { look: { results: { version: '1.4.0' } }, write: { results: { commit: 'abc' } } } };
    const run = await simulate(producerAndConsumer, { scripts });
    expect([run.succeeded, run.order]).toEqual([true, ['find', 'say']]);
    expect(run.task('find').results).toEqual({ version: '1.4.0', commit: 'abc' });
    expect(run.task('say').params).toEqual({ what: '1.4.0 of abc', all: ['x', '1.4.0'] });
    expect(run.task('say').steps[0]?.argv).toEqual(['echo', '1.4.0 of abc', 'x', '1.4.0']);
  });

  test('are their own names if no script writes any', async () => {
    const run = await simulate(producerAndConsumer);
    expect(run.task('find').results).toEqual({ version: 'version', commit: 'commit' });
    expect(run.task('say').params['what']).toBe('version of commit');
  });

  test('that a script omits are missing: the run fails with the name of the missing result', async () => {
    const run = await simulate(producerAndConsumer, { scripts: { find: { write: { results: { commit: 'abc' } } } } });
    expect([run.succeeded, run.skipped]).toEqual([false, ['say']]);
    expect(run.task('find').results).toEqual({ commit: 'abc' });
    expect(run.message).toContain('version');
  });

  test('of a failed attempt are dropped; those of the next attempt are passed on', async () => {
    const look = [{ results: { version: '1' } }, { results: { version: '2', commit: 'b' } }];
    const objects = structuredClone(producerAndConsumer) as typeof producerAndConsumer;
    Object.assign((objects[2] as { spec: { tasks: object[] } }).spec.tasks[0] ?? {}, { retries: 1 });
    const run = await simulate(objects, { scripts: { find: { look, write: [{ exitCode: 1 }, {}] } } });
    expect(run.task('find').results).toEqual({ version: '2', commit: 'b' });
    expect(run.task('find').attempts).toBe(2);
  });
});

describe('a script for something unknown', () => {
  const cases: readonly [string, StepScripts, string][] = [
    ['a task', { fimd: {} }, 'a script is for "fimd", which is not a task — did you mean "find"?'],
    [
      'a step',
      { say: { prnt: {} } },
      'a script is for "prnt", which is not a step of the task "say" — did you mean "print"?',
    ],
    [
      'a result',
      { find: { look: { results: { verson: '1' } } } },
      'a script writes the result "verson", which the task "find" does not have — did you mean "version"?',
    ],
    [
      'a result of a task without any',
      { say: { print: { results: { a: '1' } } } },
      'a script writes the result "a", which the task "say" does not have — its results are: none',
    ],
    [
      'an invalid duration',
      { say: { print: { takes: '5 minutes' } } },
      '"5 minutes" is not a valid duration — write 90s, 1h30m or forever',
    ],
  ];
  test.each(cases)('is an error: %s', async (_, scripts, message) => {
    await expect(simulate(producerAndConsumer, { scripts })).rejects.toThrow(new Error(message));
  });

  test('is not an error if the step was not started', async () => {
    const run = await simulate(producerAndConsumer, {
      scripts: { find: { look: { exitCode: 1 }, write: { results: {} } } },
    });
    expect(run.skipped).toEqual(['say']);
  });
});

test('a simulation rejects with the error that a script throws', async () => {
  const decide = (): never => {
    throw new Error('expected another argument');
  };
  await expect(simulate(producerAndConsumer, { scripts: { say: { print: decide } } })).rejects.toThrow(
    'expected another argument',
  );
});

test('a script refers to a TaskRun with a generated name by its generateName', async () => {
  const alone = {
    ...object('TaskRun', 'x', { taskSpec: { steps: [{ name: 'a', image, command: ['b'] }] } }),
    metadata: { generateName: 'say-' },
  };
  const run = await simulate([alone], { scripts: { 'say-': { a: { exitCode: 4 } } } });
  expect(run.task('say-').steps[0]?.exitCode).toBe(4);
});

test('missing Secrets, ConfigMaps and claims are replaced by placeholders with the referenced keys', async () => {
  const task = object('Task', 'build', {
    workspaces: [{ name: 'cache' }],
    steps: [
      {
        name: 'a',
        image,
        command: ['b'],
        env: [
          { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'api', key: 'token' } } },
          { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
        ],
        volumeMounts: [{ name: 'keys', mountPath: '/keys' }],
      },
    ],
    volumes: [{ name: 'keys', secret: { secretName: 'keys', items: [{ key: 'id', path: 'id' }] } }],
  });
  const run = await simulate([
    task,
    object('TaskRun', 'now', {
      taskRef: { name: 'build' },
      serviceAccountName: 'bot',
      workspaces: [{ name: 'cache', persistentVolumeClaim: { claimName: 'cache' }, subPath: 'a' }],
    }),
  ]);
  expect(run.succeeded).toBe(true);
  expect(run.task('now').steps[0]?.env).toMatchObject({ TOKEN: 'token', MODE: 'mode' });
  expect(run.task('now').workspaces).toEqual({
    cache: { persistentVolumeClaim: { claimName: 'cache' }, subPath: 'a' },
  });
});
