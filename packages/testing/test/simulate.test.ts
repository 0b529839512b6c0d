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
  test('succeeds in the pipeline’s order, with the values that reached each step', async () => {
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

  test('tries again as often as the pipeline says, and each attempt may go differently', async () => {
    const failsTwice: readonly ScriptedStep[] = [{ exitCode: 1 }, { exitCode: 7 }, {}];
    const result = await simulate(all, { scripts: { build: { speak: failsTwice } } });
    expect(result.succeeded).toBe(true);
    expect(result.task('build').attempts).toBe(3);
    expect(
      result.task('build').steps.map(({ step, attempt, exitCode }) => `${step} ${String(attempt)} ${String(exitCode)}`),
    ).toEqual(['think 1 0', 'speak 1 1', 'think 2 0', 'speak 2 7', 'think 3 0', 'speak 3 0']);
  });

  test('fails with a task that fails, whose later steps and followers do not run', async () => {
    const result = await simulate(all, { scripts: { test: { think: { exitCode: 3 } } } });
    expect([result.succeeded, result.reason]).toEqual([false, 'Failed']);
    expect(result.task('test').message).toMatch(/"step-think" exited with code 3/);
    expect(result.task('test').steps.map(({ step }) => step)).toEqual(['think']);
    expect(result.skipped).toEqual(['build', 'deploy']);
    expect(() => result.task('deploy')).toThrow(
      /^the task "deploy" did not run — these did: test; the run says: Failed: /,
    );
  });

  test('lets a function decide by what the step is called with', async () => {
    const seen: string[] = [];
    const result = await simulate(all, {
      scripts: {
        build: {
          speak: ({ task, attempt, argv }) => {
            seen.push(`${task} ${String(attempt)} ${argv.join(' ')}`);
            return { exitCode: attempt === 1 ? 1 : 0 };
          },
        },
      },
    });
    expect(result.succeeded).toBe(true);
    expect(seen).toEqual(['build 1 echo hello you', 'build 2 echo hello you']);
  });

  test('has what steps find out about resources, and the steps of resources in their place', async () => {
    const build = object('Task', 'build', {
      inputs: { resources: [{ name: 'source', type: 'git' }] },
      outputs: { resources: [{ name: 'image', type: 'image' }] },
      steps: [{ name: 'push', image: 'a:1', command: ['push', '$(outputs.resources.image.url)'] }],
    });
    const bound = (name: string, type: string, url: string): object => ({
      name,
      resourceSpec: { type, params: [{ name: 'url', value: url }] },
    });
    const alone = object('TaskRun', 'alone', {
      taskRef: { name: 'build' },
      serviceAccountName: 'bot',
      inputs: { resources: [bound('source', 'git', 'https://example.com/a.git')] },
      outputs: { resources: [bound('image', 'image', 'example.com/web')] },
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

/** Directories of this process, where the node keeps what is in use. */
function leftBehind(): readonly string[] {
  const place = join(tmpdir(), `pipewright-${String(process.getuid?.() ?? 0)}`, 'run');
  if (!existsSync(place)) return [];
  return readdirSync(place).filter((it) => it.startsWith(`${String(process.pid)}-`));
}

test('simulations do not see each other, and leave nothing', async () => {
  const words = ['a', 'b', 'c'];
  const runs = await Promise.all(
    words.map((word) => {
      const params = [{ name: 'who', value: word }];
      return simulate([say, pipeline, object('PipelineRun', 'now', { pipelineRef: { name: 'release' }, params })]);
    }),
  );
  expect(runs.map((it) => it.task('build').params)).toEqual(words.map((word) => ({ word: `hello ${word}` })));
  expect(leftBehind()).toEqual([]);
});

describe('no simulation', () => {
  test.each([
    ['of nothing', [say], {}, 'no PipelineRun or TaskRun to simulate — add one to the objects'],
    ['of a run that is not there', all, { run: 'then' }, 'no run "then" — there are: now'],
    [
      'of one of several runs',
      [...all, object('TaskRun', 'one', { taskRef: { name: 'say' } })],
      {},
      'there are several runs — choose one with `run`: now, one',
    ],
    [
      'of what would be refused',
      [pipeline, run],
      {},
      'these objects would be refused:\n' +
        "  Pipeline release spec.tasks.0.taskRef.name: there is no Task 'say' [TASK_UNKNOWN]\n" +
        "  Pipeline release spec.tasks.1.taskRef.name: there is no Task 'say' [TASK_UNKNOWN]\n" +
        "  Pipeline release spec.tasks.2.taskRef.name: there is no Task 'say' [TASK_UNKNOWN]\n" +
        ' — mend them, or give what is missing too',
    ],
  ])('%s', async (_, objects, options, message) => {
    await expect(simulate(objects, options)).rejects.toThrow(new Error(message));
  });
});
