import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, RuntimeProblem, type Runtime } from '@pipewright/cluster';
import { run } from '../../src/run/run-command.js';
import { sampledRows, thoroughTest } from '../../../../test/thorough.js';
import { commandLines } from '../../../cluster/test/support/command-lines.js';
import { pipewright, recorded } from '../support/cli.js';
import {
  expectRun,
  folder,
  taskRunWithSteps,
  removeFolders,
  runFiles,
  step,
  usable,
} from '../support/on-this-machine.js';
import type { RunOptions } from '../../src/run/run-options.js';

afterEach(removeFolders);

describe('real steps', () => {
  test('run in order and share the workspace', async () => {
    const result = await runFiles({
      'a.yaml': taskRunWithSteps([step('write', 'echo hello > /workspace/x'), step('read', 'cat /workspace/x')]),
    });
    await expectRun(result, {
      status: 0,
      prints: ['[once : read] hello\n', /Succeeded {2}once {2}in .* \(1 task: 1 succeeded\)/],
    });
  });

  test('pass their results to the tasks that refer to them', async () => {
    const say = step('say', `printf 'a "b" %s(x)\\n >' '$' > $(results.said.path)`);
    const make = `{ results: [{ name: said }], steps: [${say}] }`;
    const take = `{ inputs: { params: [{ name: v, type: string }] }, steps: [{ name: show, image: 'busybox:1', command: [printf, '<%s>'], args: [$(inputs.params.v)] }] }`;
    const result = await runFiles({
      'a.yaml': `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: once }
spec:
  pipelineSpec:
    tasks:
      - { name: take, taskSpec: ${take}, params: [{ name: v, value: $(tasks.make.results.said) }] }
      - { name: make, taskSpec: ${make} }
`,
    });
    await expectRun(result, {
      status: 0,
      prints: ['[take : show] <a "b" $(x)\n[take : show]  >>\n', /2 succeeded/],
    });
  });

  test('read and write a directory of the machine that is a workspace', async () => {
    const directory = folder({ in: 'hello' });
    const task = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: copy }
spec:
  workspaces: [{ name: data }]
  steps: [${step('copy', 'cp /workspace/data/in /workspace/data/out')}]
`;
    const result = await runFiles({ 'a.yaml': task }, { task: 'copy', workspace: new Map([['data', directory]]) });
    await expectRun(result, { status: 0, prints: [/1 succeeded/] });
    expect(readFileSync(join(directory, 'out'), 'utf8')).toBe('hello');
  });

  test('that fail are reported with their exit status', async () => {
    const result = await runFiles({
      'a.yaml': taskRunWithSteps([
        step('ok', 'echo fine'),
        step('bad', 'echo oh no >&2; exit 7'),
        step('never', 'echo never'),
      ]),
    });
    await expectRun(result, {
      status: 1,
      prints: ['[once : bad] oh no\n', /✖ once {2}\S+ {2}step bad: exit 7\n/, /"step-bad" exited with code 7/],
    });
    expect(result.out).not.toContain('] never');
  });

  thoroughTest('that cannot start are reported', async () => {
    const result = await runFiles({
      'a.yaml': taskRunWithSteps(["{ name: odd, image: 'busybox:1', command: [/no/such/program] }"]),
    });
    await expectRun(result, {
      status: 1,
      prints: [
        /✖ once {2}\S+ {2}step odd: exit 1/,
        'hint: the command is not in the image; on this machine, the step sees the files of the stand-in',
      ],
    });
  });

  thoroughTest('that cannot clone a repository are reported with a hint', async () => {
    const resource = `  inputs:\n    resources:\n      - { name: source, resourceSpec: { type: git, params: [{ name: url, value: 'http://127.0.0.1:1/none.git' }, { name: revision, value: master }] } }`;
    const result = await runFiles({ 'a.yaml': taskRunWithSteps([step('ok', 'true')], resource) });
    await expectRun(result, {
      status: 1,
      prints: [
        /✖ once {2}\S+ {2}step git-source-\S+: exit 1/,
        'hint: the host is unreachable from this machine; use a directory for a git resource: --source RESOURCE=DIR',
      ],
    });
  });

  thoroughTest('end their sidecars', async () => {
    const sidecar = `    sidecars: [${step('web', "trap '' TERM; while :; do sleep 0.1; done")}]`;
    const task = taskRunWithSteps([step('ok', 'echo fine')]).replace('    steps:', `${sidecar}\n    steps:`);
    const result = await runFiles({ 'a.yaml': task });
    await expectRun(result, { status: 0, prints: ['[once : ok] fine\n', /Succeeded {2}once/] });
  });

  test('clone a directory with its uncommitted files', async () => {
    const resource = `  inputs:\n    resources:\n      - { name: source, resourceSpec: { type: git, params: [{ name: url, value: 'https://git.example/a.git' }] } }`;
    const source = folder({ README: 'as it is now' });
    const result = await runFiles(
      { 'a.yaml': taskRunWithSteps([step('look', 'cat /workspace/source/README')], resource) },
      { source: new Map([['source', source]]) },
    );
    await expectRun(result, {
      status: 0,
      prints: [
        '[once : look] as it is now\n',
        `source: https://git.example/a.git is ${source}, uncommitted changes included, commit `,
      ],
    });
  });

  thoroughTest('clone each revision and URL of resources with the same name in several namespaces', async () => {
    const source = folder({ README: 'as it is now' });
    const inNamespace = (namespace: string, url: string, revision: string): string => `apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: source, namespace: ${namespace} }
spec: { type: git, params: [{ name: url, value: '${url}' }, { name: revision, value: ${revision} }] }
---
${taskRunWithSteps([step('look', `echo ${revision}: $(cat /workspace/source/README)`)], '  inputs: { resources: [{ name: source, resourceRef: { name: source } }] }').replace('name: once', `name: once, namespace: ${namespace}`)}`;
    const manifests = [
      inNamespace('a', 'https://git.example/a.git', 'main'),
      inNamespace('b', 'https://git.example/a.git', 'release'),
      inNamespace('c', 'git@git.example:c.git', 'main'),
    ];
    const result = await runFiles({ 'a.yaml': manifests.join('---\n') }, { source: new Map([['source', source]]) });
    await expectRun(result, {
      status: 0,
      prints: [
        'once : look] main: as it is now',
        'once : look] release: as it is now',
        `source: https://git.example/a.git, git@git.example:c.git is ${source}, uncommitted changes included, commit `,
      ],
    });
  });

  describe('clone the URL of two resources', () => {
    const resource = (name: string, revision: string): string => `apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: ${name} }
spec: { type: git, params: [{ name: url, value: 'https://git.example/a.git' }, { name: revision, value: ${revision} }] }
---
${taskRunWithSteps([step('look', `echo ${name}: $(cat /workspace/source/README)`)], `  inputs: { resources: [{ name: source, resourceRef: { name: ${name} } }] }`).replace('name: once', `name: run-${name}`)}`;
    const manifests = { 'a.yaml': `${resource('one', 'main')}---\n${resource('two', 'release')}` };

    thoroughTest('from one directory at their revisions, even if only one has a stand-in', async () => {
      const source = folder({ README: 'as it is now' });
      for (const given of [
        [['one', source]],
        [
          ['one', source],
          ['two', source],
        ],
      ] as const)
        await expectRun(await runFiles(manifests, { source: new Map(given) }), {
          status: 0,
          prints: ['one: as it is now', 'two: as it is now'],
        });
    });

    test('from two directories is rejected', async () => {
      const [first, second] = [folder({ README: '1' }), folder({ README: '2' })];
      const source = new Map([
        ['one', first],
        ['two', second],
      ]);
      expect(await runFiles(manifests, { source, runtime: 'fake' })).toEqual({
        status: 2,
        out: `one and two have the same url, https://git.example/a.git, but different directories: ${first} and ${second}`,
      });
    });
  });
});

thoroughTest('an unknown revision of a directory is rejected before the start', async () => {
  const source = folder({ README: 'x' });
  execFileSync('git', ['init', '-q', '-b', 'main', source]);
  execFileSync('git', [
    '-C',
    source,
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@b',
    'commit',
    '-q',
    '--allow-empty',
    '-m',
    'first',
  ]);
  const resource = `  inputs:\n    resources:\n      - { name: source, resourceSpec: { type: git, params: [{ name: url, value: 'https://git.example/a.git' }, { name: revision, value: v9 }] } }`;
  const { status, out } = await runFiles(
    { 'a.yaml': taskRunWithSteps([step('ok', 'true')], resource) },
    { source: new Map([['source', source]]), runtime: 'fake' },
  );
  expect(out).toBe(`REVISION_UNKNOWN: ${source} has no branch, tag or commit "v9"`);
  expect(status).toBe(2);
});

test('a machine without namespaces is reported with all hints and status 3', async () => {
  const problem = new RuntimeProblem('SANDBOX_NO_NAMESPACES', 'steps cannot be run here: the kernel refuses', [
    'run `sudo sysctl x=1`',
  ]);
  const refusing: Runtime = { ...fake(), probe: () => Promise.resolve({ kind: 'unusable', problem }) };
  const paths = [folder({ 'a.yaml': taskRunWithSteps([step('ok', 'true')]) })];
  const options: RunOptions = {
    paths,
    run: [],
    param: new Map(),
    source: new Map(),
    image: new Map([['busybox', 'host']]),
    output: 'text',
    runtime: 'sandbox',
  };
  const ended = run(options, recorded(), { runtime: refusing, signals: new EventEmitter() });
  await expect(ended).rejects.toMatchObject({
    message: 'SANDBOX_NO_NAMESPACES: steps cannot be run here: the kernel refuses',
    hint: 'run `sudo sysctl x=1`\nto test the graph without running steps: --runtime fake',
    status: 3,
  });
});

describe('Ctrl-C', () => {
  const mark = `4${process.pid}00`; // seconds, unique among all command lines
  const alive = (): readonly string[] => commandLines().filter((line) => line.includes(mark));

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const;
  test.each(sampledRows(signals, 0))(
    '(%s) stops the steps, then the run, and leaves nothing behind',
    async (signal, status) => {
      const path = folder({ 'a.yaml': taskRunWithSteps([step('slow', `echo begun; sleep ${mark}; echo never`)]) });
      const temporary = join(path, 'tmp');
      mkdirSync(temporary);
      const started = pipewright(['run', path, '--image', 'busybox=host'], { TMPDIR: temporary });
      if (!(await usable())) {
        expect(await started.ended).toMatchObject({ status: 3, out: '' });
        return;
      }
      await started.said('[once : slow] begun');
      expect(alive()).not.toEqual([]);
      started.child.kill(signal);
      const ended = await started.ended;
      expect(ended.out).toContain(`stopping the steps (${signal}); `);
      expect(ended.out).toContain('Cancelled  once');
      expect(ended.out).not.toContain('never');
      expect(ended.status).toBe(status);
      expect(alive()).toEqual([]);
      expect(readdirSync(temporary).filter((name) => name.startsWith('pipewright'))).toEqual([]);
    },
  );
});
