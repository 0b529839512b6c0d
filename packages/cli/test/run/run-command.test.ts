import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, type FakeScript } from '@pipewright/cluster';
import { run } from '../../src/run/run-command.js';
import type { RunEvent } from '../../src/run/follow/events.js';
import { UsageError } from '../../src/diagnostics/usage-error.js';
import { folderWith, recorded, withoutQuotes } from '../support/cli.js';
import type { RunOptions } from '../../src/run/run-options.js';

const TASKS = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: work }
spec:
  inputs:
    params: [{ name: what, type: string, default: nothing }]
  steps:
    - { name: first, image: 'busybox:1', command: [echo], args: [$(inputs.params.what)] }
    - { name: second, image: 'busybox:1', command: [echo] }
---
apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: line }
spec:
  params: [{ name: what, type: string, default: something }]
  tasks:
    - { name: build, taskRef: { name: work }, params: [{ name: what, value: $(params.what) }] }
    - { name: ship, taskRef: { name: work }, runAfter: [build] }
`;
const RUN = `---
apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: nightly }
spec: { pipelineRef: { name: line } }
`;

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));
const folder = (files: Readonly<Record<string, string>>): string => {
  const { path, done } = folderWith(files);
  folders.push(done);
  return path;
};

const defaults = {
  run: [],
  param: new Map(),
  source: new Map(),
  image: new Map([['busybox', 'host']]),
  output: 'text',
  runtime: 'fake',
} satisfies Partial<RunOptions>;

async function running(path: string, more: Partial<RunOptions> = {}, script: FakeScript = () => undefined) {
  const output = recorded();
  const signals = new EventEmitter();
  const status = await run({ ...defaults, paths: [path], ...more }, output, {
    runtime: fake({ script }),
    signals,
    program: ['npx', 'pipewright'],
  });
  return { status, out: output.out(), err: output.err() };
}

/** Masks durations, which differ between runs. */
const timeless = (text: string): string => text.replace(/\d+\.\d+s\b/g, 'TIME');

describe('a run on the fake runtime', () => {
  test('streams logs, and ends with a summary and status 0', async () => {
    const path = folder({ 'p.yaml': TASKS + RUN });
    const { status, out } = await running(path, {}, ({ argv }) => ({ output: `${argv.at(-1)}\n10%\r100%\n` }));
    expect(timeless(out)).toBe(`runtime fake (scripted, no processes); no commands are executed
stand-ins:
  image busybox is this machine's own files, read-only
--- PipelineRun nightly in namespace default
[build : first] something
[build : first] 100%
[build : second] echo
[build : second] 100%
--- ✔ build Succeeded TIME
[ship : first] nothing
[ship : first] 100%
[ship : second] echo
[ship : second] 100%
--- ✔ ship Succeeded TIME

Succeeded  nightly  in TIME  (2 tasks: 2 succeeded)
  ✔ build  TIME
  ✔ ship   TIME
`);
    expect(status).toBe(0);
  });

  test('reports the failed step, its exit status, and tasks that did not start', async () => {
    const path = folder({ 'p.yaml': TASKS + RUN });
    const { status, out } = await running(path, { param: new Map([['what', 'x']]) }, ({ identity }) =>
      identity.container === 'step-second' ? { exitCode: 3, output: 'no space left\n' } : undefined,
    );
    expect(timeless(out).split('\n\n')[1]).toMatch(
      /^Failed {2}nightly {2}in TIME {2}\(2 tasks: 1 failed, 1 not started\)\n {2}✖ build {2}TIME {2}step second: exit 3\n {6}\| no space left\n {6}Failed: "step-second" exited with code 3 \(image: "busybox:1"\)\n {2}○ ship {3}not started$/,
    );
    const next = `\n\nto run the failed task alone: npx pipewright run ${path} --task work --image busybox=host -p what=x --runtime fake\n`;
    expect(out.endsWith(next)).toBe(true);
    expect(status).toBe(1);
  });

  test('reports checks of conditions, and the tasks that they skip', async () => {
    const pipeline = `---
apiVersion: tekton.dev/v1alpha1
kind: Condition
metadata: { name: sunny }
spec: { check: { image: 'busybox:1', command: [look] } }
---
apiVersion: tekton.dev/v1alpha1
kind: Condition
metadata: { name: dry }
spec: { check: { image: 'busybox:1', command: [look] } }
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: picnic }
spec:
  pipelineSpec:
    tasks:
      - { name: pack, taskRef: { name: work }, conditions: [{ conditionRef: sunny }] }
      - { name: go, taskRef: { name: work }, runAfter: [pack], conditions: [{ conditionRef: dry }] }
      - { name: eat, taskRef: { name: work }, runAfter: [go] }
`;
    const path = folder({ 'p.yaml': TASKS + pipeline });
    const { status, out } = await running(path, {}, ({ identity }) =>
      identity.container === 'step-condition-check-dry' ? { exitCode: 1, output: 'it rains\n' } : {},
    );
    expect(timeless(out).slice(out.indexOf('--- '))).toBe(`--- PipelineRun picnic in namespace default
--- ✔ pack condition sunny is true TIME
--- ✔ pack Succeeded TIME
[go : condition-check-dry] it rains
--- ⊘ go condition dry was false TIME
--- ⊘ go skipped: condition dry was false
--- ⊘ eat skipped: depends on go, which was skipped

Succeeded  picnic  in TIME  (3 tasks: 1 succeeded, 2 skipped)
  ✔ pack  TIME
  ⊘ go    skipped: condition dry was false
  ⊘ eat   skipped: depends on go, which was skipped
`);
    expect(status).toBe(0);
  });

  test('passes -p to the pipelines that declare the param', async () => {
    const path = folder({ 'p.yaml': TASKS + RUN });
    const { out } = await running(path, { param: new Map([['what', 'a=b']]) }, ({ argv }) => ({
      output: `${argv.at(-1)}\n`,
    }));
    expect(out).toContain('[build : first] a=b\n');
  });

  test('prints events as JSON lines', async () => {
    const path = folder({ 'p.yaml': TASKS + RUN });
    const { out } = await running(path, { output: 'json' }, () => ({ output: '{"type":"run-end"}\n' }));
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; task?: string; line?: string });
    const types = events.map(({ type }) => type).filter((type) => type !== 'note');
    const step = ['step-start', 'step-log', 'step-end'];
    const task = ['task-start', ...step, ...step, 'task-end'];
    expect(types).toEqual(['run-start', ...task, ...task, 'run-end']);
    expect(events.find(({ type }) => type === 'step-log')?.line).toBe('{"type":"run-end"}');
  });

  test('runs PipelineRuns with a generateName, and TaskRuns', async () => {
    const taskRun = `---\napiVersion: tekton.dev/v1alpha1\nkind: TaskRun\nmetadata: { generateName: once- }\nspec: { taskRef: { name: work } }\n`;
    const { status, out } = await running(folder({ 'p.yaml': TASKS + taskRun }));
    expect(status).toBe(0);
    expect(out).toMatch(/Succeeded {2}once-\w{5} {2}in .* \(1 task: 1 succeeded\)/);
  });
});

describe('all missing requirements are reported before the start', () => {
  const refused = async (files: Readonly<Record<string, string>>, more: Partial<RunOptions> = {}): Promise<string> => {
    const path = folder(files);
    try {
      const { status, out, err } = await running(path, { runtime: 'sandbox', ...more });
      expect(out).toBe('');
      return `${withoutQuotes(err).replaceAll(`${path}/`, '')}status ${status}`;
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
      return `${cause.message}\n${cause.hint}\nstatus ${cause.status}`.replaceAll(path, 'DIR');
    }
  };

  test('each image without a stand-in once', async () => {
    expect(await refused({ 'p.yaml': TASKS + RUN }, { image: new Map() }))
      .toBe(`p.yaml:8:29  error  IMAGE_NO_STAND_IN  no stand-in for the image busybox:1 of step first of Task work
  hint: images are not downloaded; if this machine has the programs that the step runs, add to the command: --image busybox=host
  hint: or save the image on a machine that can pull it, with one of these commands, and add the third line to this one:
  hint: skopeo copy docker://busybox:1 docker-archive:busybox.tar
  hint: docker pull busybox:1 && docker save -o busybox.tar busybox:1
  hint: --image busybox=docker-archive:busybox.tar
1 error; nothing was run
status 2`);
  });

  test('a step without a command whose stand-in has no entrypoint', async () => {
    expect(await refused({ 'p.yaml': TASKS.replace(' command: [echo],', '') + RUN }))
      .toBe(`p.yaml:8:29  error  COMMAND_UNKNOWN  step first of Task work has neither command nor script, and the entrypoint of the image busybox:1 is unknown
  hint: give the step a command, or save the image, whose entrypoint is then known:
  hint: skopeo copy docker://busybox:1 docker-archive:busybox.tar
  hint: docker pull busybox:1 && docker save -o busybox.tar busybox:1
  hint: --image busybox=docker-archive:busybox.tar
  hint: or configure a program of this machine in pipewright.yaml: images: { busybox: { rootfs: host, entrypoint: [PROGRAM] } }
1 error; nothing was run
status 2`);
  });

  test('a ServiceAccount', async () => {
    const other = RUN.replace('spec: {', 'spec: { serviceAccountName: robot,');
    expect(await refused({ 'p.yaml': TASKS + other }))
      .toBe(`p.yaml:23:29  error  SERVICE_ACCOUNT_MISSING  PipelineRun nightly runs as the ServiceAccount robot, which is in none of the manifests
  hint: add it to the command: kubectl create serviceaccount robot --dry-run=client -o yaml > robot.yaml
1 error; nothing was run
status 2`);
  });

  test('the Secrets of a ServiceAccount', async () => {
    const account = `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: robot }\nsecrets: [{ name: auth-docker }]\n`;
    const other = RUN.replace('spec: {', 'spec: { serviceAccount: robot,');
    expect(await refused({ 'p.yaml': TASKS + other + account }))
      .toBe(`p.yaml:28:19  error  SECRET_MISSING  ServiceAccount robot names the Secret auth-docker, which is in none of the manifests
  hint: write it to a file with one of these commands, and add the file to this one:
  hint: kubectl create secret generic auth-docker --type=kubernetes.io/basic-auth --from-literal=username=… --from-literal=password=… --dry-run=client -o yaml > auth-docker.yaml
  hint: kubectl create secret docker-registry auth-docker --docker-server=… --docker-username=… --docker-password=… --dry-run=client -o yaml > auth-docker.yaml
1 error; nothing was run
status 2`);
  });

  test('a PipelineRun', async () => {
    expect(await refused({ 'p.yaml': TASKS })).toBe(`no PipelineRun or TaskRun in DIR
to run the Pipeline line without a run object: pipewright run DIR --pipeline line
status 2`);
  });

  test('an unknown run', async () => {
    expect(await refused({ 'p.yaml': TASKS + RUN }, { run: ['nihgtly'] })).toBe(
      `no run called 'nihgtly' in DIR\ndid you mean 'nightly'?\nstatus 2`,
    );
  });

  test('an unknown param', async () => {
    expect(await refused({ 'p.yaml': TASKS + RUN }, { param: new Map([['waht', '1']]) })).toBe(
      `no run has a param called 'waht'\ndid you mean 'what'?\nstatus 2`,
    );
  });

  test('an unknown PipelineResource', async () => {
    const path = folder({ x: '' });
    expect(await refused({ 'p.yaml': TASKS + RUN }, { source: new Map([['repo', path]]) })).toBe(
      `--source repo=${path}  error  STAND_IN_UNUSED  no PipelineResource called 'repo'\n  hint: the manifests have no PipelineResource\n1 error; nothing was run\nstatus 2`,
    );
  });

  test('a misspelled --image, with a suggestion', async () => {
    expect(await refused({ 'p.yaml': TASKS + RUN }, { image: new Map([['bsybox', 'host']]) }))
      .toBe(`--image bsybox=host  error  STAND_IN_UNUSED  bsybox matches no image of these manifests
  hint: did you mean 'busybox'?
p.yaml:8:29  error  IMAGE_NO_STAND_IN  no stand-in for the image busybox:1 of step first of Task work
  hint: images are not downloaded; if this machine has the programs that the step runs, add to the command: --image busybox=host
  hint: or save the image on a machine that can pull it, with one of these commands, and add the third line to this one:
  hint: skopeo copy docker://busybox:1 docker-archive:busybox.tar
  hint: docker pull busybox:1 && docker save -o busybox.tar busybox:1
  hint: --image busybox=docker-archive:busybox.tar
2 errors; nothing was run
status 2`);
  });

  test('a missing directory of --source', async () => {
    expect(await refused({ 'p.yaml': TASKS + RUN }, { source: new Map([['repo', '/nowhere']]) })).toBe(
      `--source repo=/nowhere: /nowhere does not exist\nuse a directory that exists\nstatus 2`,
    );
  });

  test('an unknown revision of a directory', async () => {
    const resource = `---\napiVersion: tekton.dev/v1alpha1\nkind: PipelineResource\nmetadata: { name: repo }\nspec: { type: git, params: [{ name: url, value: 'https://example.com/r.git' }, { name: revision, value: 'v1..v2' }] }\n`;
    const text = await refused(
      {
        'p.yaml': TASKS + RUN + resource,
        'pipewright.yaml': 'images: { busybox: host }\nresources: { repo: { directory: . } }\n',
      },
      { image: new Map() },
    );
    expect(text).toMatch(/revision/i);
    expect(text).toMatch(/status 2$/);
  });
});

test('unused stand-ins of pipewright.yaml cause warnings; an image only if its name resembles a used one', async () => {
  const path = folder({
    'p.yaml': TASKS + RUN,
    'pipewright.yaml':
      'images:\n  busybox: host\n  busybocks: host\n  golang: host\nresources:\n  repo: { registry: local }\n',
  });
  const { status, err } = await running(path, { image: new Map() });
  expect(withoutQuotes(err).replaceAll(`${path}/`, ''))
    .toBe(`pipewright.yaml:3:3  warning  STAND_IN_UNUSED  busybocks matches no image of these manifests
  hint: did you mean 'busybox'?
pipewright.yaml:6:3  warning  STAND_IN_UNUSED  no PipelineResource called 'repo'
  hint: the manifests have no PipelineResource
`);
  expect(status).toBe(0);
});

test('manifests with errors are not run; all errors are reported', async () => {
  const broken = TASKS.replace('runAfter: [build]', 'runAfter: [bulid]').replace(
    'command: [echo] }',
    'comand: [echo] }',
  );
  const path = folder({ 'p.yaml': broken + RUN });
  const { status, out, err } = await running(path);
  expect(out).toBe('');
  expect(withoutQuotes(err).replaceAll(`${path}/`, '')).toBe(`p.yaml:9:43  error  FIELD_UNKNOWN  unknown field 'comand'
  hint: did you mean 'command'?
p.yaml:18:57  error  RUN_AFTER_UNKNOWN  this pipeline has no task 'bulid' to run after
  hint: did you mean 'build'?
2 errors; nothing was run
`);
  expect(status).toBe(2);
});

test('the fake runtime generates results, so that a graph that uses them can be tested', async () => {
  const path = folder({
    'p.yaml': `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: once }
spec:
  pipelineSpec:
    tasks:
      - name: take
        taskSpec: { inputs: { params: [{ name: v, type: string }] }, steps: [{ name: s, image: 'busybox:1', command: [echo], args: [$(inputs.params.v)] }] }
        params: [{ name: v, value: $(tasks.make.results.said) }]
      - name: make
        taskSpec: { results: [{ name: said }], steps: [{ name: s, image: 'busybox:1', command: [echo] }] }
`,
  });
  const output = recorded();
  const options = { ...defaults, paths: [path], output: 'json' } as const;
  expect(await run(options, output, { signals: new EventEmitter() })).toBe(0);
  const events = output
    .out()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  expect(events.flatMap((event) => (event.type === 'task-end' ? [event.taskResults] : []))).toEqual([
    [{ name: 'said', value: 'said' }],
    [],
  ]);
});
