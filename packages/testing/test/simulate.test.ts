import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { simulate, type ScriptedStep } from '../src/index.js';

const API = 'tekton.dev/v1alpha1';
const object = (kind: string, name: string, spec: object): object => ({
  apiVersion: API,
  kind,
  metadata: { name },
  spec,
});

const say = object('Task', 'say', {
  inputs: {
    params: [
      { name: 'word', default: 'nothing' },
      { name: 'more', type: 'array', default: [] },
    ],
  },
  steps: [
    { name: 'think', image: 'a:1', command: ['true'] },
    {
      name: 'speak',
      image: 'a:1',
      command: ['echo'],
      args: ['$(inputs.params.word)', '$(inputs.params.more)'],
      env: [{ name: 'W', value: '$(inputs.params.word)' }],
    },
  ],
});
const pipeline = object('Pipeline', 'release', {
  params: [{ name: 'who', default: 'world' }],
  tasks: [
    { name: 'test', taskRef: { name: 'say' } },
    {
      name: 'build',
      taskRef: { name: 'say' },
      runAfter: ['test'],
      retries: 2,
      params: [{ name: 'word', value: 'hello $(params.who)' }],
    },
    { name: 'deploy', taskRef: { name: 'say' }, runAfter: ['build'] },
  ],
});
const run = object('PipelineRun', 'now', { pipelineRef: { name: 'release' }, params: [{ name: 'who', value: 'you' }] });
const all = [say, pipeline, run];

describe('a simulated run', () => {
  test('succeeds in the order of the pipeline, with the arguments and environment of each step', async () => {
    const result = await simulate(all);
    expect([result.succeeded, result.reason]).toEqual([true, 'Succeeded']);
    expect(result.order).toEqual(['test', 'build', 'deploy']);
    expect(result.skipped).toEqual([]);
    expect(result.task('build').params).toEqual({ word: 'hello you' });
    const [think, speak] = result.task('build').steps;
    expect([think?.step, speak?.step]).toEqual(['think', 'speak']);
    expect(speak?.argv).toEqual(['echo', 'hello you']);
    expect(speak?.env['W']).toBe('hello you');
  });

  test('is retried as often as the pipeline allows, with a script for each attempt', async () => {
    const failsTwice: readonly ScriptedStep[] = [{ exitCode: 1 }, { exitCode: 7 }, {}];
    const result = await simulate(all, { scripts: { build: { speak: failsTwice } } });
    expect(result.succeeded).toBe(true);
    expect(result.task('build').attempts).toBe(3);
    expect(
      result.task('build').steps.map(({ step, attempt, exitCode }) => `${step} ${String(attempt)} ${String(exitCode)}`),
    ).toEqual(['think 1 0', 'speak 1 1', 'think 2 0', 'speak 2 7', 'think 3 0', 'speak 3 0']);
  });

  test('fails if a task fails, and starts neither its later steps nor the tasks after it', async () => {
    const result = await simulate(all, { scripts: { test: { think: { exitCode: 3 } } } });
    expect([result.succeeded, result.reason]).toEqual([false, 'Failed']);
    expect(result.task('test').message).toMatch(/"step-think" exited with code 3/);
    expect(result.task('test').steps.map(({ step }) => step)).toEqual(['think']);
    expect(result.skipped).toEqual(['build', 'deploy']);
    expect(() => result.task('deploy')).toThrow(
      /^the task "deploy" did not run — tasks that ran: test; status of the run: Failed: /,
    );
  });

  test('calls a script that is a function with the arguments of the step', async () => {
    const calls: string[] = [];
    const result = await simulate(all, {
      scripts: {
        build: {
          speak: ({ task, attempt, argv }) => {
            calls.push(`${task} ${String(attempt)} ${argv.join(' ')}`);
            return { exitCode: attempt === 1 ? 1 : 0 };
          },
        },
      },
    });
    expect(result.succeeded).toBe(true);
    expect(calls).toEqual(['build 1 echo hello you', 'build 2 echo hello you']);
  });

  test('has the results of PipelineResources, and their steps in order', async () => {
    const build = object('Task', 'build', {
      inputs: { resources: [{ name: 'source', type: 'git' }] },
      outputs: { resources: [{ name: 'image', type: 'image' }] },
      steps: [{ name: 'push', image: 'a:1', command: ['push', '$(outputs.resources.image.url)'] }],
    });
    const binding = (name: string, type: string, url: string): object => ({
      name,
      resourceSpec: { type, params: [{ name: 'url', value: url }] },
    });
    const alone = object('TaskRun', 'alone', {
      taskRef: { name: 'build' },
      serviceAccountName: 'bot',
      inputs: { resources: [binding('source', 'git', 'https://example.com/a.git')] },
      outputs: { resources: [binding('image', 'image', 'example.com/web')] },
    });
    const result = await simulate(
      { objects: [build, alone] },
      {
        scripts: { alone: { push: { resourceResults: { image: { digest: 'sha256:1' } } } } },
      },
    );
    expect(result.message).toBe('All Steps have completed executing');
    expect(result.task('alone').resourceResults).toEqual({ image: { digest: 'sha256:1' } });
    expect(result.task('alone').steps.map(({ argv }) => argv)).toEqual([['push', 'example.com/web']]);
    expect(result.steps.map(({ step }) => step.replace(/-[a-z0-9]{5}$/, ''))).toEqual([
      'create-dir-image',
      'git-source-alone-source'.replace('alone-', ''),
      'push',
      'image-digest-exporter',
    ]);
  });
});

/** Returns the node directories of this process. */
function nodeDirectories(): readonly string[] {
  const directory = join(tmpdir(), `pipewright-${String(process.getuid?.() ?? 0)}`, 'run');
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((it) => it.startsWith(`${String(process.pid)}-`));
}

test('simulations at the same time are isolated, and leave no files', async () => {
  const words = ['a', 'b', 'c'];
  const runs = await Promise.all(
    words.map((word) => {
      const params = [{ name: 'who', value: word }];
      return simulate([say, pipeline, object('PipelineRun', 'now', { pipelineRef: { name: 'release' }, params })]);
    }),
  );
  expect(runs.map((it) => it.task('build').params)).toEqual(words.map((word) => ({ word: `hello ${word}` })));
  expect(nodeDirectories()).toEqual([]);
});

describe('a simulation is rejected', () => {
  test.each([
    ['without a run', [say], {}, 'no PipelineRun or TaskRun to simulate — add one to the objects'],
    ['if the selected run does not exist', all, { run: 'then' }, 'no run is named "then" — the runs are: now'],
    [
      'if none of several runs is selected',
      [...all, object('TaskRun', 'one', { taskRef: { name: 'say' } })],
      {},
      'the objects contain several runs — choose one with `run`: now, one',
    ],
    [
      'if the API server would reject an object',
      [pipeline, run],
      {},
      'the API server would reject these objects:\n' +
        "  Pipeline release spec.tasks.0.taskRef.name: Task 'say' not found [TASK_UNKNOWN]\n" +
        "  Pipeline release spec.tasks.1.taskRef.name: Task 'say' not found [TASK_UNKNOWN]\n" +
        "  Pipeline release spec.tasks.2.taskRef.name: Task 'say' not found [TASK_UNKNOWN]\n" +
        ' — fix them, or add the missing objects',
    ],
  ])('%s', async (_, objects, options, message) => {
    await expect(simulate(objects, options)).rejects.toThrow(new Error(message));
  });
});
