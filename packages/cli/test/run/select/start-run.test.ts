import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake } from '@pipewright/cluster';
import { prepare } from '../../../src/run/prepare/prepare.js';
import { run } from '../../../src/run/run-command.js';
import { UsageError } from '../../../src/diagnostics/usage-error.js';
import { describeFinding } from '../../../src/diagnostics/finding.js';
import { folderWith, recorded, withoutQuotes } from '../../support/cli.js';
import type { RunOptions } from '../../../src/run/run-options.js';

const MANIFESTS = `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: greet }
spec:
  inputs:
    params: [{ name: who, type: string }, { name: others, type: array }]
    resources: [{ name: source, type: git }]
  outputs:
    resources: [{ name: image, type: image, optional: true }]
  steps: [{ name: say, image: 'busybox:1', command: [echo], args: [$(inputs.params.who), $(inputs.params.others)] }]
---
apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: release, namespace: ci }
spec:
  params: [{ name: revision, type: string }, { name: platforms, type: array }, { name: level, type: string, default: '1' }]
  resources: [{ name: source, type: git }]
  workspaces: [{ name: cache }]
  tasks:
    - name: build
      taskSpec:
        inputs: { params: [{ name: a, type: array }], resources: [{ name: source, type: git }] }
        workspaces: [{ name: store }]
        steps: [{ name: s, image: 'busybox:1', command: [echo], args: [$(inputs.params.a)] }]
      params: [{ name: a, value: [$(params.revision), $(params.level), $(params.platforms)] }]
      resources: { inputs: [{ name: source, resource: source }] }
      workspaces: [{ name: store, workspace: cache }]
`;
const RESOURCE = (name: string, namespace: string, type = 'git'): string => `---
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: ${name}, namespace: ${namespace} }
spec: { type: ${type}, params: [{ name: url, value: 'https://git.example/acme/app' }] }
`;

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

function options(more: Partial<RunOptions>, resources = ''): RunOptions {
  const { path, done } = folderWith({ 'p.yaml': MANIFESTS + resources });
  folders.push(done);
  const maps = { param: new Map(), source: new Map(), image: new Map([['busybox', 'host']]) };
  return { paths: [path], run: [], ...maps, output: 'text', runtime: 'fake', ...more };
}

/** Returns the created object, or the findings and errors that prevent its creation. */
function createdRun(more: Partial<RunOptions>, resources = ''): unknown {
  const runOptions = options(more, resources);
  const [path = ''] = runOptions.paths;
  try {
    const { runs, findings } = prepare(runOptions);
    return (
      runs[0]?.manifest.object ??
      withoutQuotes(`${findings.map((each) => describeFinding(each)).join('\n')}\n`).replaceAll(`${path}/`, '')
    );
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    return `${cause.message}\n${cause.hint}`.replaceAll(path, 'DIR');
  }
}

describe('a Pipeline without a run', () => {
  const param = new Map([
    ['revision', 'main'],
    ['platforms', 'linux,darwin'],
  ]);

  test('gets a PipelineRun with the params, the resources of the same name and type, and an emptyDir for each workspace', () => {
    expect(createdRun({ pipeline: 'release', param }, RESOURCE('source', 'ci'))).toEqual({
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'PipelineRun',
      metadata: { generateName: 'release-run-', namespace: 'ci' },
      spec: {
        pipelineRef: { name: 'release' },
        resources: [{ name: 'source', resourceRef: { name: 'source' } }],
        workspaces: [{ name: 'cache', emptyDir: {} }],
        params: [
          { name: 'revision', value: 'main' },
          { name: 'platforms', value: ['linux', 'darwin'] },
        ],
      },
    });
  });

  test('accepts resources, claims and an account as options', () => {
    const resource = new Map([['source', 'web-app']]);
    const account = `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: robot, namespace: ci }\n`;
    const claim = `---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: disk, namespace: ci }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n`;
    const workspace = new Map([['cache', 'claim:disk']]);
    const startOptions = { pipeline: 'release', param, resource, workspace, serviceAccount: 'robot' };
    expect(createdRun(startOptions, RESOURCE('web-app', 'ci') + account + claim)).toMatchObject({
      spec: {
        resources: [{ name: 'source', resourceRef: { name: 'web-app' } }],
        workspaces: [{ name: 'cache', persistentVolumeClaim: { claimName: 'disk' } }],
        serviceAccountName: 'robot',
      },
    });
  });

  test('accepts a directory as a workspace, which is a claim in the cluster', () => {
    const startOptions = options({ pipeline: 'release', param }, RESOURCE('source', 'ci'));
    const [path = ''] = startOptions.paths;
    const prepared = prepare({ ...startOptions, workspace: new Map([['cache', path]]) });
    const claim = { persistentVolumeClaim: { claimName: 'workspace-directory-1' } };
    expect(prepared.runs[0]?.manifest.object).toMatchObject({ spec: { workspaces: [{ name: 'cache', ...claim }] } });
    expect(prepared.directories).toEqual([{ path, namespace: 'ci', claim: 'workspace-directory-1' }]);
    expect(prepared.manifests.map(({ object }) => object)).toContainEqual(
      expect.objectContaining({
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'workspace-directory-1', namespace: 'ci' },
      }),
    );
  });

  test('refuses a workspace whose source is neither a directory nor a claim', () => {
    const workspace = new Map([['cache', 'disk']]);
    expect(createdRun({ pipeline: 'release', param, workspace }, RESOURCE('source', 'ci'))).toBe(
      "'disk', the source of a workspace, is not a directory\nwrite -w NAME=DIR, NAME=emptyDir, or NAME=claim:CLAIM for a PersistentVolumeClaim",
    );
  });

  test('reports all missing and unknown values at once', () => {
    const startOptions = {
      pipeline: 'release',
      param: new Map([['revison', 'x']]),
      resource: new Map([['sourc', 'web-app']]),
      workspace: new Map([['caché', 'c']]),
    };
    expect(createdRun(startOptions, RESOURCE('web-app', 'ci') + RESOURCE('source', 'default')))
      .toBe(`--resource sourc=web-app  error  BINDING_EXTRA  Pipeline release has no resource 'sourc'
  hint: did you mean 'source'?
--workspace caché=c  error  WORKSPACE_EXTRA  Pipeline release has no workspace 'caché'
  hint: did you mean 'cache'?
-p revison=x  error  PARAM_EXTRA  Pipeline release has no param 'revison'
  hint: did you mean 'revision'?
p.yaml:16:20  error  PARAM_MISSING  Pipeline release needs the param 'revision', which has no default
  hint: set it: -p revision=VALUE
p.yaml:16:54  error  PARAM_MISSING  Pipeline release needs the param 'platforms', which has no default
  hint: set it: -p platforms=ITEM,ITEM
p.yaml:17:23  error  BINDING_MISSING  Pipeline release needs the resource 'source' of type git, but no PipelineResource has that name and type
  hint: name one: --resource source=web-app
`);
  });

  test.each<readonly [string, Partial<RunOptions>, string]>([
    [
      'with a similar name',
      { pipeline: 'relaese' },
      "no Pipeline called 'relaese' in DIR\ndid you mean 'release'? the Pipelines are: release",
    ],
    ['with an unknown name', { task: 'other' }, "no Task called 'other' in DIR\nthe Tasks are: greet"],
    [
      'with options but no name',
      { resource: new Map([['a', 'b']]) },
      '--resource requires --pipeline or --task\nor set it in the manifest of the run',
    ],
    [
      'that no option selects',
      {},
      'no PipelineRun or TaskRun in DIR\nto run the Pipeline release without a run object: pipewright run DIR --pipeline release -p revision=VALUE -p platforms=ITEM,ITEM --resource source=PIPELINERESOURCE',
    ],
  ])('%s is rejected', (_, startOptions, expected) => {
    expect(createdRun(startOptions)).toBe(expected);
  });

  test('suggests a similar name for an unknown resource', () => {
    expect(
      createdRun({ pipeline: 'release', param, resource: new Map([['source', 'web-ap']]) }, RESOURCE('web-app', 'ci')),
    ).toBe(
      "--resource source=web-ap  error  RESOURCE_UNKNOWN  unknown PipelineResource 'web-ap'\n  hint: did you mean 'web-app'?\n",
    );
  });
});

test('the images of the Task of a run are among those that it uses', () => {
  const param = new Map([
    ['who', 'you'],
    ['others', 'a,b'],
  ]);
  expect(prepare(options({ task: 'greet', param }, RESOURCE('source', 'default'))).images).toEqual(['busybox:1']);
});

test('the resources that a run binds are listed by name', () => {
  const param = new Map([
    ['who', 'you'],
    ['others', 'a,b'],
  ]);
  const { boundResources } = prepare(options({ task: 'greet', param }, RESOURCE('source', 'default')));
  expect([...boundResources]).toEqual(['source']);
});

test('a Task without a run gets a TaskRun with the usual events', async () => {
  const param = new Map([
    ['who', 'you'],
    ['others', 'a,b'],
  ]);
  const output = recorded();
  const runOptions = options({ task: 'greet', param, output: 'json' }, RESOURCE('source', 'default'));
  const runtime = fake({ script: ({ argv }) => ({ output: `${argv.slice(-3).join(' ')}\n` }) });
  expect(await run(runOptions, output, { runtime, signals: new EventEmitter() })).toBe(0);
  const events = output
    .out()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; line?: string; kind?: string; run?: string });
  expect(events.find(({ type }) => type === 'run-start')).toMatchObject({
    kind: 'TaskRun',
    run: expect.stringMatching(/^greet-run-\w{5}$/),
  });
  expect(events.flatMap(({ line }) => line ?? [])).toContain('you a b');
});
