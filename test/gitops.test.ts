/** Output for GitOps tools: the files, the names of runs, sync waves of Argo CD, names that kustomize changes. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ApiObject, App, Chart, Testing, YamlOutputType } from 'cdk8s';
import { parse, parseAllDocuments } from 'yaml';
import { isListName } from '../lib/app/generated-files.js';
import {
  Condition,
  ConstructError,
  GitResource,
  ImageResource,
  kustomizeConfiguration,
  Pipeline,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  TaskRun,
  TektonApp,
  type RunOptions,
  type TektonAppProps,
} from '../lib/index.js';
import { testWithKubectl } from './kubectl-tests.js';
import { thoroughTest } from './thorough.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: Record<string, unknown>;
}

const root = resolve(import.meta.dirname, '..');
let work = '';
let outdir = '';
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'pipewright-gitops-'));
  outdir = join(work, 'dist');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const quiet = (props: TektonAppProps = {}): TektonApp => new TektonApp({ outdir, showWarnings: false, ...props });
const files = (folder = outdir): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.') && !isListName(basename(name)))
    .sort();
const objects = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(join(outdir, file), 'utf8')).map((it) => it.toJS() as Manifest);
const steps = (image = 'busybox:1.31') => ({ steps: () => [{ image }] });

/** Creates a pipeline with one task, and a run of it. */
function pipelineIn(chart: Chart, options: RunOptions = {}, image?: string): PipelineRun {
  const show = new Task(chart, 'show', { metadata: { name: 'show' }, inputs: { source: 'git' }, ...steps(image) });
  const pipeline = new Pipeline(chart, 'pipeline', {
    metadata: { name: 'pipeline' },
    resources: { source: 'git' },
    tasks: ({ task, resources: { source } }) => void task('show', show, { inputs: { source } }),
  });
  const source = new GitResource(chart, 'source', { metadata: { name: 'source' }, url: 'https://example.com/a.git' });
  return new PipelineRun(chart, 'run', { pipeline, resources: { source }, ...options });
}

describe('a run', () => {
  const metadataOf = (options: RunOptions): object => {
    const chart = new Chart(new App(), 'ci');
    pipelineIn(chart, options);
    return (Testing.synth(chart) as Manifest[]).find(({ kind }) => kind === 'PipelineRun')?.metadata ?? {};
  };

  test.each<[string, RunOptions, object]>([
    ['has the given name', { metadata: { name: 'build' } }, { name: 'build' }],
    ['with generateName is named by the server', { generateName: 'build-' }, { generateName: 'build-' }],
    [
      'in manual mode is named by the server',
      { mode: 'manual', metadata: { name: 'build' } },
      { generateName: 'build-' },
    ],
    ['in manual mode needs no name', { mode: 'manual' }, { generateName: 'ci-run-c8a18736-' }],
    [
      'that is a hook is created at each sync and deleted when it has succeeded',
      { mode: 'argocd-hook', metadata: { name: 'build', annotations: { team: 'web' } } },
      {
        generateName: 'build-',
        annotations: {
          team: 'web',
          'argocd.argoproj.io/hook': 'PostSync',
          'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded',
        },
      },
    ],
    [
      'that is a hook has a phase',
      { mode: 'argocd-hook', generateName: 'b-', argocdHook: { phase: 'PreSync', deletePolicy: 'HookFailed' } },
      {
        generateName: 'b-',
        annotations: {
          'argocd.argoproj.io/hook': 'PreSync',
          'argocd.argoproj.io/hook-delete-policy': 'HookFailed',
        },
      },
    ],
  ])('%s', (_, options, expected) => {
    expect(metadataOf(options)).toEqual(expected);
  });

  test.each<[string, RunOptions, string]>([
    ['a name and a generateName', { metadata: { name: 'a' }, generateName: 'a-' }, 'NAME_OR_GENERATE_NAME'],
    ['a generateName that is not used', { mode: 'content-hash', generateName: 'a-' }, 'NAME_OR_GENERATE_NAME'],
    ['hook options without the hook mode', { mode: 'manual', argocdHook: {} }, 'HOOK_WITHOUT_MODE'],
  ])('is rejected with %s', (_, options, code) => {
    expect(() => metadataOf(options)).toThrow(`[${code}]`);
  });

  test('of a single task has the same modes', () => {
    const chart = new Chart(new App(), 'ci');
    const task = new Task(chart, 'task', { metadata: { name: 'task' }, ...steps() });
    const run = new TaskRun(chart, 'run', { task, mode: 'manual', metadata: { name: 'try' } });

    expect(run.name).toBeUndefined();
    expect((Testing.synth(chart) as Manifest[])[1]?.metadata).toEqual({ generateName: 'try-' });
  });
});

describe('a run that is named after its content', () => {
  interface Variant {
    readonly image?: string;
    readonly url?: string;
    readonly timeoutOf?: number;
    readonly inline?: boolean;
    readonly condition?: string;
  }

  const nameWith = ({ image, url, timeoutOf, inline = false, condition = 'one' }: Variant = {}): string => {
    const chart = new Chart(new App(), 'ci');
    const show = new Task(chart, 'show', { inputs: { web: 'image' }, ...steps(image) });
    const check = new Condition(chart, 'check', { check: () => ({ image: 'busybox:1.31', args: [condition] }) });
    const definition = {
      resources: { web: 'image' },
      tasks: ({ task, resources: { web }, check: use }) =>
        void task('show', show, { inputs: { web }, conditions: [use(check)] }),
    } satisfies Parameters<typeof Pipeline.inline<{}, { readonly web: 'image' }>>[0];
    const pipeline = inline
      ? Pipeline.inline<{}, { readonly web: 'image' }>(definition)
      : new Pipeline<{}, { readonly web: 'image' }>(chart, 'pipeline', definition);
    const web = new ImageResource(chart, 'web', { url: url ?? 'example.com/web' });
    const run = new PipelineRun(chart, 'run', {
      pipeline,
      resources: { web },
      mode: 'content-hash',
      metadata: { name: 'build' },
      ...(timeoutOf !== undefined && { taskAccounts: { show: { name: `bot-${String(timeoutOf)}` } } }),
    });
    return run.name ?? '';
  };

  test('keeps its name while its content does not change', () => {
    expect(nameWith()).toMatch(/^build-[0-9a-f]{10}$/);
    expect(nameWith()).toBe(nameWith());
    expect(nameWith({ inline: true })).toBe(nameWith({ inline: true }));
  });

  test.each<[string, Variant]>([
    ['a task', { image: 'busybox:1.32' }],
    ['a resource', { url: 'example.com/other' }],
    ['the run', { timeoutOf: 1 }],
    ['a condition', { condition: 'two' }],
    ['the location of the definition', { inline: true }],
  ])('gets another one if %s changes', (_, variant) => {
    expect(nameWith(variant)).toMatch(/^build-[0-9a-f]{10}$/);
    expect(nameWith(variant)).not.toBe(nameWith());
  });

  test('gets another one if a task of its embedded pipeline changes', () => {
    expect(nameWith({ inline: true, image: 'busybox:1.32' })).not.toBe(nameWith({ inline: true }));
  });
});

describe('files', () => {
  test('with runs that can only be created are separate from applied files', () => {
    const app = quiet();
    const chart = new Chart(app, 'ci');
    pipelineIn(chart, { mode: 'manual', metadata: { name: 'build' } });
    pipelineIn(new Chart(app, 'hooks', { namespace: 'b' }), { mode: 'argocd-hook', metadata: { name: 'build' } });
    app.synth();

    expect(files()).toEqual(['ci.k8s.yaml', 'hooks.k8s.yaml', 'runs/ci.k8s.yaml']);
    expect(objects('runs/ci.k8s.yaml').map(({ kind }) => kind)).toEqual(['PipelineRun']);
    expect(objects('ci.k8s.yaml').map(({ kind }) => kind)).toEqual(['Task', 'Pipeline', 'PipelineResource']);
    expect(objects('hooks.k8s.yaml').at(-1)?.kind).toBe('PipelineRun');
  });

  test('of runs are in the given directory', () => {
    const app = quiet({ runsOutdir: join(work, 'runs') });
    pipelineIn(new Chart(app, 'ci'), { mode: 'manual' });
    app.synth();

    expect(files(work)).toEqual(['dist/ci.k8s.yaml', 'runs/ci.k8s.yaml']);
  });

  test('of single objects contain the namespace', () => {
    const app = quiet({ filePerResource: true });
    for (const namespace of ['a', 'b']) {
      new Task(new Chart(app, namespace, { namespace }), 'task', { metadata: { name: 'task' }, ...steps() });
    }
    new Task(new Chart(app, 'c'), 'task', { metadata: { name: 'other' }, ...steps() });
    app.synth();

    expect(files()).toEqual(['Task.other.k8s.yaml', 'a.Task.task.k8s.yaml', 'b.Task.task.k8s.yaml']);
  });

  test('that two charts would write are rejected', () => {
    const app = quiet({ filePerResource: true });
    const chart = new Chart(app, 'ci');
    for (const group of ['one', 'two']) {
      new ApiObject(chart, group, { apiVersion: `${group}.example.com/v1`, kind: 'Thing', metadata: { name: 'same' } });
    }

    expect(() => app.synth()).toThrow(/^ci: .*Thing\.same\.k8s\.yaml would be written twice — .* \[FILE_TWICE\]$/);
    expect(() => files()).toThrow();
  });

  test.each([
    ['a file per object', YamlOutputType.FILE_PER_RESOURCE, ['ci/b']],
    ['a folder per chart', YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE, ['ci/b']],
  ])('that the App of cdk8s would overwrite with %s are rejected', (_, yamlOutputType, paths) => {
    const app = new App({ outdir, yamlOutputType });
    const chart = new Chart(app, 'ci');
    for (const namespace of ['a', 'b'])
      new Task(chart, namespace, { metadata: { name: 'task', namespace }, ...steps() });

    expect(() => app.synth()).toThrow(new RegExp(`\\[${paths[0] ?? ''}\\] metadata\\.name: .* \\[FILE_TWICE\\]`));
  });

  thoroughTest('are the same with node and with the cdk8s CLI after a chart was renamed, without stale files', () => {
    symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'));
    writeFileSync(
      join(work, 'main.ts'),
      `import { Chart } from 'cdk8s';
import { Task, TektonApp } from '${join(root, 'lib/index.js')}';
const app = new TektonApp({ showWarnings: false });
new Task(new Chart(app, process.env['CHART'] ?? ''), 'task', { steps: () => [{ image: 'busybox:1.31' }] });
app.synth();
`,
    );
    writeFileSync(
      join(work, 'policy.js'),
      `exports.Policy = class { async validate(context) {
  if (context.manifests.length !== 1) throw new Error('manifests: ' + context.manifests);
  context.report.submit('success');
} };
`,
    );
    writeFileSync(
      join(work, 'cdk8s.yaml'),
      `language: typescript
app: node --import tsx main.ts
validations: [{ package: ./policy.js, class: Policy, version: 0.0.1 }]
`,
    );
    const run = (CHART: string, command: string, ...args: readonly string[]): string => {
      const { status, stdout, stderr } = spawnSync(command, args, {
        cwd: work,
        encoding: 'utf8',
        env: { ...process.env, CHART },
      });
      expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
      return stdout;
    };
    const contents = (): object =>
      Object.fromEntries(readdirSync(outdir).map((name) => [name, readFileSync(join(outdir, name), 'utf8')]));
    const before = quiet({ appName: 'main' }); // the app's name when it is run with node
    new Task(new Chart(before, 'before'), 'task', steps());
    before.synth();
    expect(files()).toEqual(['before.k8s.yaml']);
    run('after', process.execPath, '--import', 'tsx', 'main.ts');
    const byNode = contents();
    const printed = run('after', join(root, 'node_modules/.bin/cdk8s'), 'synth', '--check-upgrade=false');

    expect(Object.keys(byNode)).toEqual(['_generated-files.main.txt', 'after.k8s.yaml']);
    expect(contents()).toEqual(byNode);
    expect(printed).toContain('Validations finished');
  });
});

test('cluster-scoped objects do not get the namespace of their chart', () => {
  const app = quiet();
  const chart = new Chart(app, 'ci', { namespace: 'team' });
  new ApiObject(chart, 'ns', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  new ApiObject(chart, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' } });
  app.synth();

  expect(objects('ci.k8s.yaml').map(({ metadata }) => metadata)).toEqual([
    { name: 'team' },
    { name: 'map', namespace: 'team' },
  ]);
});

test('Argo CD applies objects after their dependencies', () => {
  const app = quiet({ syncWaves: true });
  const chart = new Chart(app, 'ci', { namespace: 'team' });
  new ApiObject(chart, 'ns', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
  new PipelineServiceAccount(chart, 'bot', { metadata: { name: 'bot' }, clusterAdmin: true });
  new ApiObject(chart, 'own', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'own', annotations: { 'argocd.argoproj.io/sync-wave': '7' } },
  });
  pipelineIn(chart, { metadata: { name: 'build' } });
  app.synth();

  const waves = objects('ci.k8s.yaml').map(({ kind, metadata }) => [
    kind,
    metadata.annotations?.['argocd.argoproj.io/sync-wave'],
  ]);
  expect(waves).toEqual([
    ['Namespace', '-2'],
    ['ServiceAccount', '-1'],
    ['ClusterRoleBinding', '-1'],
    ['ConfigMap', '7'],
    ['Task', undefined],
    ['Pipeline', '1'],
    ['PipelineResource', undefined],
    ['PipelineRun', '2'],
  ]);
});

test('a label that makes Argo CD delete runs is rejected regardless of its origin', () => {
  const app = quiet();
  const chart = new Chart(app, 'ci', { labels: { 'app.kubernetes.io/instance': 'ci' } });
  new PipelineServiceAccount(chart, 'bot');
  new Task(chart, 'task', steps());

  expect(() => app.synth()).toThrow(
    'Validation failed with the following errors:\n' +
      '  [ci/task] metadata.labels.app.kubernetes.io/instance: the label of this Task is copied to every run and pod, ' +
      'which Argo CD then treats as its own and deletes — use another label, and annotation tracking in Argo CD [LABEL_PRUNES]',
  );
});

describe('the configuration of kustomize', () => {
  test('is never written to the directory of manifests', () => {
    expect(() => quiet({ kustomizeConfiguration: join(outdir, 'names.yaml') })).toThrow(ConstructError);
    expect(() => quiet({ kustomizeConfiguration: join(outdir, 'names.yaml') })).toThrow(/\[FILE_AMONG_MANIFESTS\]$/);
  });

  test('lists the fields that refer to a task', () => {
    const { nameReference } = parse(kustomizeConfiguration()) as {
      nameReference: { kind: string; fieldSpecs: object[] }[];
    };

    expect(nameReference.find(({ kind }) => kind === 'Task')?.fieldSpecs).toEqual([
      { kind: 'TaskRun', group: 'tekton.dev', path: 'spec/taskRef/name' },
      { kind: 'Pipeline', group: 'tekton.dev', path: 'spec/tasks/taskRef/name' },
      { kind: 'PipelineRun', group: 'tekton.dev', path: 'spec/pipelineSpec/tasks/taskRef/name' },
    ]);
  });

  const letsAPrefixReachEveryMention = (): void => {
    const app = quiet({ kustomizeConfiguration: join(work, 'names.yaml') });
    const chart = new Chart(app, 'ci');
    const bot = new PipelineServiceAccount(chart, 'bot', { metadata: { name: 'bot' } });
    pipelineIn(chart, { metadata: { name: 'build' }, serviceAccount: bot });
    app.synth();
    writeFileSync(
      join(work, 'kustomization.yaml'),
      'namePrefix: dev-\nresources: [dist/ci.k8s.yaml]\nconfigurations: [names.yaml]\n',
    );
    const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', work], { encoding: 'utf8' });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const made = Object.fromEntries(
      parseAllDocuments(stdout).map((it) => {
        const manifest = it.toJS() as Manifest;
        return [`${manifest.kind} ${manifest.metadata.name ?? ''}`, manifest.spec];
      }),
    );
    expect(Object.keys(made).sort()).toEqual([
      'Pipeline dev-pipeline',
      'PipelineResource dev-source',
      'PipelineRun dev-build',
      'ServiceAccount dev-bot',
      'Task dev-show',
    ]);
    expect(made['Pipeline dev-pipeline']?.['tasks']).toMatchObject([{ taskRef: { name: 'dev-show' } }]);
    expect(made['PipelineRun dev-build']).toEqual({
      pipelineRef: { name: 'dev-pipeline' },
      resources: [{ name: 'source', resourceRef: { name: 'dev-source' } }],
      serviceAccountName: 'dev-bot',
    });
  };

  testWithKubectl('adds a prefix to every reference in the output of kubectl kustomize', letsAPrefixReachEveryMention);
});
