/** Pipelines, Conditions and PipelineResources from YAML or outside the app; Tasks are in `task-manifest.test.ts`. */

import { describe, expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import {
  ClusterTask,
  Condition,
  GitCredentials,
  GitResource,
  Pipeline,
  PipelineResource,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  warningsOf,
} from '../lib/index.js';

const RELEASE = `apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata: { name: release, labels: { team: web } }
spec:
  params:
    - { name: level, type: string, default: "1" }
    - { name: flags, type: array }
  resources:
    - { name: source, type: git }
  tasks:
    - name: lint
      taskRef: { name: lint, kind: ClusterTask }
    - name: build
      taskRef: { name: build }
      runAfter: [lint]
      resources: { inputs: [{ name: source, resource: source }] }
      conditions: [{ conditionRef: on-main }]
`;

const ON_MAIN = {
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'Condition',
  metadata: { name: 'on-main' },
  spec: { params: [{ name: 'branch' }], resources: [{ name: 'source', type: 'git' }], check: { image: 'alpine:3.19' } },
};

const SOURCE = {
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'PipelineResource',
  metadata: { name: 'web' },
  spec: { type: 'git', params: [{ name: 'url', value: 'https://git.example.com/web.git' }] },
};

const SIGNATURE = {
  params: { level: { default: '1' }, flags: { type: 'array' } },
  resources: { source: 'git' },
} as const;
const chartIn = (): Chart => new Chart(new App(), 'ci', { namespace: 'team' });
const kinds = (chart: Chart): string[] => (Testing.synth(chart) as { kind: string }[]).map(({ kind }) => kind);

describe('a pipeline from a manifest', () => {
  const uses = [
    ClusterTask.fromName('lint'),
    Task.fromName('build', { inputs: { source: 'git' } }),
    Condition.fromName('on-main'),
  ];

  test('is part of the app unchanged, and its runs are typed', () => {
    const chart = chartIn();
    const pipeline = Pipeline.fromManifest(chart, 'release', RELEASE, { ...SIGNATURE, uses });
    const source = PipelineResource.fromManifest(chart, 'web', SOURCE, 'git');
    new PipelineRun(chart, 'run', { pipeline, params: { flags: ['-v'] }, resources: { source }, generateName: 'r-' });
    // @ts-expect-error -- the param `flags` is missing
    const wrong = (): unknown => new PipelineRun(chart, 'wrong', { pipeline, params: {}, resources: { source } });
    const [made, resource, run] = Testing.synth(chart) as { metadata: object; spec: object }[];

    expect(wrong).toBeInstanceOf(Function);
    expect(made?.metadata).toEqual({ name: 'release', namespace: 'team', labels: { team: 'web' } });
    expect(made?.spec).toMatchObject({ tasks: [{ name: 'lint' }, { name: 'build', runAfter: ['lint'] }] });
    expect(resource?.spec).toEqual(SOURCE.spec);
    expect(run?.spec).toEqual({
      pipelineRef: { name: 'release' },
      resources: [{ name: 'source', resourceRef: { name: 'web' } }],
      params: [{ name: 'flags', value: ['-v'] }],
    });
    expect(warningsOf(chart)).toEqual([]);
  });

  test('requires that its tasks are part of the app or declared', () => {
    const chart = chartIn();
    Pipeline.fromManifest(chart, 'release', RELEASE, SIGNATURE);

    expect(() => Testing.synth(chart)).toThrow(
      /\[ci\/release\] spec\.tasks\[1\]\.taskRef\.name: Task 'build' not found/,
    );
  });

  test('is rejected with all differences of its signature', () => {
    const wrong = { params: { levl: {}, flags: { default: '' } }, resources: { source: 'image' } } as const;

    expect(() => Pipeline.fromManifest(chartIn(), 'release', RELEASE, wrong)).toThrow(
      'ci/release: the signature does not fit the manifest: "levl" is not in spec.params (did you mean "level"?); ' +
        'spec.params[1].type is array, not string; spec.params[1] ("flags") cannot be omitted; ' +
        'spec.resources[0].type is git, not image — declare the params, resources and results of the manifest [SIGNATURE_WRONG]',
    );
  });

  test('gives a run another name if one of its tasks changes', () => {
    const nameWith = (image: string): string | undefined => {
      const chart = chartIn();
      const build = new Task(chart, 'build', {
        metadata: { name: 'build' },
        inputs: { source: 'git' },
        steps: () => [{ image }],
      });
      const pipeline = Pipeline.fromManifest(chart, 'release', RELEASE, { ...SIGNATURE, uses: [build] });
      const resources = { source: PipelineResource.fromName('web', 'git') };
      return new PipelineRun(chart, 'run', { pipeline, params: { flags: [] }, resources, mode: 'content-hash' }).name;
    };

    expect(nameWith('golang:1.22')).toBe(nameWith('golang:1.22'));
    expect(nameWith('golang:1.22')).not.toBe(nameWith('golang:1.23'));
  });
});

describe('a condition from a manifest', () => {
  test('is used like any other', () => {
    const chart = chartIn();
    const onMain = Condition.fromManifest(chart, 'on-main', ON_MAIN, {
      params: { branch: {} },
      resources: { source: 'git' },
    });
    new Pipeline(chart, 'pipeline', {
      resources: { app: 'git' },
      tasks: ({ task, check, resources: { app } }) => {
        const inputs = { source: app };
        const conditions = [check(onMain, { params: { branch: 'main' }, resources: { source: app } })];
        task('build', Task.fromName('build', { inputs: { source: 'git' } }), { inputs, conditions });
        // @ts-expect-error -- the param `branch` is missing
        const wrong = (): unknown => check(onMain, { resources: { source: app } });
        expect(wrong).toBeInstanceOf(Function);
      },
    });

    expect((Testing.synth(chart) as { spec: object }[])[1]?.spec).toMatchObject({
      tasks: [{ conditions: [{ conditionRef: 'on-main', params: [{ name: 'branch', value: 'main' }] }] }],
    });
  });

  test('is rejected if its signature lacks a declaration', () => {
    expect(() => Condition.fromManifest(chartIn(), 'on-main', ON_MAIN)).toThrow(
      'spec.params[0] declares "branch", which is required; spec.resources[0] declares "source", which is required',
    );
  });
});

test('a resource from a manifest must have the given type', () => {
  expect(() => PipelineResource.fromManifest(chartIn(), 'web', SOURCE, 'image')).toThrow(
    'ci/web: the signature does not fit the manifest: spec.type is git, not image',
  );
  expect(() => GitResource.fromManifest(chartIn(), 'web', ON_MAIN, 'git')).toThrow(
    'this must be exactly one PipelineResource of tekton.dev/v1alpha1 with a spec, and is Condition of tekton.dev/v1alpha1',
  );
});

test('external objects are not emitted and not required', () => {
  const chart = chartIn();
  const pipeline = Pipeline.fromName('release', { resources: { source: 'git' } });
  new PipelineServiceAccount(chart, 'bot', { credentials: [GitCredentials.fromSecret('git')] });
  new PipelineRun(chart, 'run', {
    pipeline,
    resources: { source: PipelineResource.fromName('source', 'git') },
    serviceAccount: PipelineServiceAccount.fromName('robot'),
    generateName: 'run-',
  });

  expect(kinds(chart)).toEqual(['ServiceAccount', 'PipelineRun']);
  expect(warningsOf(chart)).toEqual([]);
});
