import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/commands/program.js';
import { folderWith, recorded, type Recorded } from '../cli.js';

let done = (): void => undefined;
afterEach(() => done());

/** Runs `pipewright import` on a file `ci.yaml`. */
async function imported(
  yaml: string,
  ...args: readonly string[]
): Promise<Recorded & { status: number; path: string }> {
  const folder = folderWith({ 'ci.yaml': yaml });
  done = folder.done;
  const output = recorded();
  const status = await runProgram(['import', join(folder.path, 'ci.yaml'), ...args], output);
  return { ...output, status, path: folder.path };
}

/** What the constructor makes, without the margin. */
const body = (text: string): string =>
  (/super\(scope, id\);\n([\s\S]*?)\n {2}\}\n\}/.exec(text)?.[1] ?? '').replace(/^ {4}/gm, '');

const TASK = `
# Runs the tests.
apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: unit-tests }
spec:
  inputs:
    params: [{ name: target, default: test }]
    resources: [{ name: source, type: git }]
  steps:
    # as developers do
    - { name: make, image: 'golang:1.22', workingDir: $(inputs.resources.source.path), command: [make, $(inputs.params.target)] }
`;

const ONE_OF_EACH = `
apiVersion: tekton.dev/v1alpha1
kind: Condition
metadata: { name: is-main }
spec: { check: { image: 'busybox:1.36', command: ['true'] } }
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: app }
spec: { type: git, params: [{ name: url, value: 'https://git.example.com/app.git' }] }
---
apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: ci }
spec: { tasks: [{ name: lint, taskRef: { name: lint } }] }
`;

describe('pipewright import', () => {
  test('writes a program: constructs, constants where something is mentioned, references, comments', async () => {
    const { status, out, err } = await imported(`${TASK}---
apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: ci }
spec:
  resources: [{ name: app, type: git }]
  tasks:
    - { name: test, taskRef: { name: unit-tests }, resources: { inputs: [{ name: source, resource: app }] } }
    - { name: again, taskRef: { name: unit-tests }, runAfter: [test], resources: { inputs: [{ name: source, resource: app }] } }
`);
    expect([status, err()]).toEqual([0, '']);
    expect(out()).toBe(`/**
 * Made by \`pipewright import\` from ci.yaml. It is yours to change: the YAML is no longer needed.
 */

import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { Pipeline, Task, TektonApp } from 'pipewright';

/** What ci.yaml held. */
export class Ci extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Runs the tests.
    const unitTests = new Task(this, 'unit-tests', {
      metadata: { name: 'unit-tests' },
      params: { target: { default: 'test' } },
      inputs: { source: 'git' },
      steps: ({ params, inputs }) => [
        // as developers do
        {
          name: 'make',
          image: 'golang:1.22',
          workingDir: inputs.source.path,
          command: ['make', params.target],
        },
      ],
    });
    new Pipeline(this, 'ci', {
      metadata: { name: 'ci' },
      resources: { app: 'git' },
      tasks: ({ task, resources }) => {
        const test = task('test', unitTests, { inputs: { source: resources.app } });
        task('again', unitTests, { after: [test], inputs: { source: resources.app } });
      },
    });
  }
}

if (process.argv[1] === import.meta.filename) {
  const app = new TektonApp();
  new Ci(app, 'ci');
  app.synth();
}
`);
  });

  test('takes what is not in the files as defined elsewhere, with the signature that its use tells', async () => {
    const { status, out, err } = await imported(`
apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { generateName: try- }
spec:
  taskRef: { name: build }
  inputs: { params: [{ name: flags, value: [-v] }] }
`);
    expect(status).toBe(0);
    expect(err()).toBe("taken as defined elsewhere: there is no Task 'build'\n");
    expect(body(out())).toBe(`const build = Task.fromName('build', { params: { flags: { type: 'array' } } });
new TaskRun(this, 'try', { task: build, generateName: 'try-', params: { flags: ['-v'] } });`);
  });

  test('writes a cluster with a param `name`, which early versions of Tekton asked for, as its construct', async () => {
    const { status, out, err } = await imported(`
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: staging }
spec:
  type: cluster
  params: [{ name: name, value: prod }, { name: url, value: https://10.0.0.1 }, { name: insecure, value: 'true' }]
  secrets: [{ fieldName: token, secretName: c, secretKey: token }]
`);
    expect([status, err()]).toEqual([0, '']);
    expect(body(out())).toContain("name: 'prod',");
    expect(body(out())).toContain('new ClusterResource(');
  });

  test.each([
    ['pipeline.yaml', 'Pipeline'],
    ['task.yaml', 'Task'],
    ['condition.yaml', 'Condition'],
    ['git-resource.yaml', 'GitResource'],
    ['chart.yaml', 'Chart'],
    ['construct.yaml', 'Construct'],
  ])('gives what %s holds a class that does not hide %s', async (file, imported) => {
    const folder = folderWith({ [file]: `${TASK}---\n${ONE_OF_EACH}` });
    done = folder.done;
    const output = recorded();
    await runProgram(['import', join(folder.path, file)], output);
    expect(output.out()).toContain(`export class ${imported}Manifests extends Chart {`);
    expect(output.out()).toContain(`new ${imported}Manifests(app, `);
  });

  test('tells a task of a pipeline from a Task of the same name, wherever that is defined', async () => {
    const { out } = await imported(`
apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: ci }
spec:
  tasks:
    - { name: build, taskRef: { name: build } }
    - { name: test, taskRef: { name: test }, runAfter: [build] }
`);
    expect(body(out())).toBe(`const build = Task.fromName('build');
const test = Task.fromName('test');
new Pipeline(this, 'ci', {
  metadata: { name: 'ci' },
  tasks: ({ task }) => {
    const buildPlaced = task('build', build);
    task('test', test, { after: [buildPlaced] });
  },
});`);
  });

  test('takes null for absent', async () => {
    const { status, out, err } = await imported(`
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: app, labels: null }
spec: { type: git, params: [{ name: url, value: 'https://a.b/c' }], secrets: null }
---
apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: t }
spec: { inputs: null, outputs: null, results: null, volumes: null, steps: [{ image: a:1, args: null, env: null }] }
---
apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: p, creationTimestamp: null }
spec: { params: null, tasks: [{ name: a, taskRef: { name: t, kind: null }, runAfter: null, params: null, retries: null }] }
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: r }
spec: { pipelineRef: { name: p }, params: null, serviceAccountName: null, timeout: null, podTemplate: null }
status: null
`);
    expect([status, err()]).toEqual([0, '']);
    expect(body(out())).toBe(`new GitResource(this, 'app', { metadata: { name: 'app' }, url: 'https://a.b/c' });
const t = new Task(this, 't', { metadata: { name: 't' }, steps: () => [{ image: 'a:1' }] });
const p = new Pipeline(this, 'p', {
  metadata: { name: 'p' },
  tasks: ({ task }) => {
    task('a', t);
  },
});
new PipelineRun(this, 'r', { metadata: { name: 'r' }, pipeline: p });`);
  });

  test('carries over a resource of a type that does not exist', async () => {
    const { status, out } = await imported(`
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: a }
spec: { type: svn, params: [{ name: url, value: 'https://a.b/c' }] }
`);
    expect(status).toBe(1);
    expect(body(out())).toContain("there is no resource type 'svn'");
    expect(body(out())).toContain("spec: { type: 'svn', params: [{ name: 'url', value: 'https://a.b/c' }] },");
  });

  test('keeps the order of params and secrets, the spelling of timeouts and the newlines at the end', async () => {
    const { status, out, err } = await imported(`
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: app }
spec: { type: git, params: [{ name: revision, value: main }, { name: url, value: 'https://a.b/c' }] }
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: files }
spec:
  type: storage
  params: [{ name: location, value: 'gs://a/b' }, { name: type, value: gcs }]
  secrets:
    - { fieldName: BOTO_CONFIG, secretName: s, secretKey: boto }
    - { fieldName: GOOGLE_APPLICATION_CREDENTIALS, secretName: s, secretKey: key }
---
apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: r }
spec:
  timeout: 90m
  taskSpec:
    steps:
      - { image: a:1, args: ["one\\n", "two\\n\\n"] }
      - image: a:1
        script: |+
          #!/bin/sh
          echo one

`);
    expect([status, err()]).toEqual([0, '']);
    expect(body(out()))
      .toBe(`new GitResource(this, 'app', { metadata: { name: 'app' }, revision: 'main', url: 'https://a.b/c' });
new StorageResource(this, 'files', {
  metadata: { name: 'files' },
  location: 'gs://a/b',
  type: 'gcs',
  boto: { secretName: 's', secretKey: 'boto' },
  credentials: { secretName: 's', secretKey: 'key' },
});
new TaskRun(this, 'r', {
  metadata: { name: 'r' },
  task: Task.inline({
    steps: () => [
      { image: 'a:1', args: ['one\\n', 'two\\n\\n'] },
      {
        image: 'a:1',
        script: \`#!/bin/sh
echo one

\`,
      },
    ],
  }),
  timeout: '90m',
});`);
  });

  test.each([
    ['{ "type": "module" }', 'process.argv[1] === import.meta.filename'],
    ['{ "name": "what cdk8s init makes" }', 'require.main === module'],
  ])('writes a program of the kind that the package of its file has: %s', async (manifest, started) => {
    const folder = folderWith({ 'ci.yaml': TASK, 'package.json': manifest, 'src/a.txt': '' });
    done = folder.done;
    const out = join(folder.path, 'src/ci.ts');
    await runProgram(['import', join(folder.path, 'ci.yaml'), '--out', out], recorded());
    expect(readFileSync(out, 'utf8')).toContain(`if (${started}) {`);
  });

  test.each([
    ['x.mts', '{ "type": "commonjs" }', 'process.argv[1] === import.meta.filename'],
    ['x.cts', '{ "type": "module" }', 'require.main === module'],
  ])('writes %s as its extension says, whatever the package is', async (name, manifest, started) => {
    const folder = folderWith({ 'ci.yaml': TASK, 'package.json': manifest });
    done = folder.done;
    const out = join(folder.path, name);
    expect(await runProgram(['import', join(folder.path, 'ci.yaml'), '--out', out], recorded())).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain(`if (${started})`);
  });

  test('lets nothing that stands in the YAML become part of the program', async () => {
    const { out, err } = await imported(`
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: g }
spec: { type: git, params: [{ name: url, value: 'https://a.b/c' }, { name: submodules, value: "x\\nprocess.exit(9)//" }] }
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: h }
spec: { type: git, params: [{ name: url, value: 'https://a.b/c' }, { name: "x\\u2028process.exit(9)//", value: z }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: c }
data: { __proto__: "\\u202ex" }
`);
    const comments = out()
      .split('\n')
      .filter((line) => line.includes('// '));
    expect(comments.map((line) => line.trim())).toEqual([
      '// Carried over as it is: its param "submodules" is "x\\nprocess.exit(9)//".',
      '// Carried over as it is: the constructs have no param "x\\u2028process.exit(9)//".',
      '// Carried over as it is: there is no construct for this kind.',
    ]);
    expect(out()).toContain("data: { ['__proto__']: '\\u202ex' },");
    expect(out() + err()).not.toMatch(/[\u2028\u202e]/);
  });

  test('carries over what no construct makes, with the reason above it', async () => {
    const { status, out, err } = await imported(`
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { level: '1' }
`);
    expect(status).toBe(0);
    expect(err()).toBe('carried over as it is: ConfigMap settings: there is no construct for this kind\n');
    expect(body(out())).toBe(`// Carried over as it is: there is no construct for this kind.
new ApiObject(this, 'settings', {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { level: '1' },
});`);
  });

  test('carries over what is wrong, says it as lint does, and ends with 1', async () => {
    const { status, out, err } = await imported(TASK.replace('image:', 'imgae:'));
    expect(status).toBe(1);
    expect(err()).toMatch(/ci\.yaml:12:\d+ {2}error {2}FIELD_UNKNOWN/);
    expect(out()).toMatch(/\/\/ Carried over as it is: .*did you mean 'image'\?.*\[FIELD_UNKNOWN\]\./);
    expect(out()).toContain("imgae: 'golang:1.22'");
  });

  test('writes nothing when the text is no YAML, or no object', async () => {
    const damaged = await imported(TASK.replace('- { name: make', '– { name: make'), '--out', '/nowhere/ci.ts');
    expect([damaged.status, damaged.out()]).toEqual([1, '']);
    expect(damaged.err()).toContain('nothing is written: what cannot be read cannot be brought along');
    done();
    const nothing = await imported('metadata: { name: a }\n');
    expect([nothing.status, nothing.out()]).toEqual([1, '']);
    expect(nothing.err()).toContain('a manifest needs apiVersion and kind');
  });

  test('masks the values of the Secrets it reads in what it says about them', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { token: hunter2x9 }\n';
    const { err } = await imported(`${secret}---\nhunter2x9: 1\n`);
    expect(err()).toContain('ci.yaml:6:1  error  NOT_AN_OBJECT  a manifest needs apiVersion and kind\n  hint');
    done();
    const wrong = await imported(`${secret}---\n${TASK.replace('image:', 'hunter2x9:')}`);
    expect(wrong.err()).toContain("'***'");
    expect(wrong.err()).not.toContain('hunter2x9');
  });

  test('writes to a file, which it never overwrites, with the constructs of the module it is told', async () => {
    const folder = folderWith({ 'ci.yaml': TASK });
    done = folder.done;
    const out = join(folder.path, 'nightly-build.ts');
    const args = ['import', join(folder.path, 'ci.yaml'), '--out', out, '--library', '@acme/ci'];
    expect(await runProgram(args, recorded())).toBe(0);
    const text = readFileSync(out, 'utf8');
    expect(text).toContain("import { Task, TektonApp } from '@acme/ci';");
    expect(text).toContain('export class NightlyBuild extends Chart {');
    const again = recorded();
    expect(await runProgram(args, again)).toBe(2);
    expect(again.err()).toContain(`${out} exists, and may have been changed by hand`);
    expect(readFileSync(out, 'utf8')).toBe(text);
  });
});
