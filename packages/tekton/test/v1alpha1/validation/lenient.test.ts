/** Objects that Tekton v0.9.2 and the API server accept, so that lint must not report errors. */

import { describe, expect, test } from '@jest/globals';
import { checkObject, checkObjects, inputPath, outputPath, readTask } from '@pipewright/tekton';
import { apiVersion, build, changed, everything, pipeline, repo, run } from '../../support/objects.js';

const problemLines = (objects: readonly unknown[], options: Parameters<typeof checkObjects>[1] = {}): string[] =>
  checkObjects(objects, options).map(
    ({ severity, code, path, message }) => `${severity} ${code} ${path.join('.')}: ${message}`,
  );

const binding = (kind: string): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  metadata: { name: 'bot' },
  subjects: [{ kind: 'ServiceAccount', name: 'bot' }],
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
});

test('the subject of a RoleBinding needs no namespace, since the namespace of the binding applies', () => {
  expect(problemLines([binding('RoleBinding')])).toEqual([]);
  expect(problemLines([binding('ClusterRoleBinding')])).toEqual([
    "error SUBJECT_NAMESPACE_MISSING subjects.0.namespace: the ServiceAccount 'bot' has no namespace",
  ]);
});

describe('a targetPath', () => {
  test.each([
    ['/', '/workspace'],
    ['/src', '/workspace/src'],
    ['src', '/workspace/src'],
    ['./', '/workspace'],
    ['/workspace/../src', '/workspace/src'],
  ])('%s is below /workspace: %s', (targetPath, path) => {
    const inputs = { resources: [{ name: 'source', type: 'git' as const, targetPath }] };
    const task = readTask({ ...build.spec, inputs: { ...build.spec.inputs, ...inputs } });
    expect(problemLines([changed(build, 'spec.inputs.resources.0.targetPath', targetPath)])).toEqual([]);
    expect(inputPath(task.inputs[0]!)).toBe(path);
    expect(outputPath({ name: 'x', targetPath })).toBe(path);
  });
});

describe('a resource', () => {
  const empty = (type: string, params: object[]): object => ({
    apiVersion,
    kind: 'PipelineResource',
    metadata: { name: 'r' },
    spec: { type, params },
  });

  test('can have params without a value, which is then empty', () => {
    const url = { name: 'url', value: 'https://git.corp/a' };
    expect(problemLines([empty('git', [url, { name: 'revision', value: null }])])).toEqual([]);
    expect(problemLines([empty('git', [url, { name: 'revision' }])])).toEqual([]);
    expect(problemLines([empty('git', [url, { name: 'revision', value: '' }])])).toEqual([]);
  });

  test('of type image needs no url; its variable is then empty', () => {
    expect(problemLines([empty('image', [{ name: 'url', value: null }])])).toEqual([
      "warning RESOURCE_PARAM_MISSING spec.params: a resource of type image needs the param 'url'",
    ]);
    expect(problemLines([empty('git', [{ name: 'url', value: null }])])).toEqual([
      "error RESOURCE_PARAM_MISSING spec.params: a resource of type git needs the param 'url'",
    ]);
  });
});

test('a pipeline can declare a resource of any type, since its tasks declare what they need', () => {
  const odd = changed(pipeline, 'spec.resources.0.type', 'repo');
  expect(problemLines(everything.map((one) => (one === pipeline ? odd : one)))).toEqual([
    "warning RESOURCE_TYPE_UNKNOWN spec.resources.0.type: unknown resource type 'repo'",
  ]);
});

test('a field of metadata that the API server drops is a warning', () => {
  const described = { ...build, metadata: { name: 'build', description: 'Builds.' } };
  expect(checkObject(described)).toEqual([
    expect.objectContaining({
      severity: 'warning',
      code: 'FIELD_UNKNOWN',
      path: ['metadata', 'description'],
      hint: 'remove it, or write it as an annotation: the API server drops it, and refuses it when it validates strictly',
    }),
  ]);
  expect(checkObject(described)[0]).not.toHaveProperty('tektonMessage');
});

describe('objects that are part of a larger set', () => {
  const alone = { externals: 'any' } as const;
  const missing = /^(\w+) ((?:TASK|PIPELINE|RESOURCE|CONDITION)_UNKNOWN|SERVICE_ACCOUNT_MISSING) /;
  const codes = (objects: readonly unknown[], options = {}): (string | undefined)[] =>
    problemLines(objects, options).map((line) => missing.exec(line)?.slice(1, 3).join(' '));

  test('can refer to others, so a missing object is a warning', () => {
    const checked = changed(pipeline, 'spec.tasks.0.conditions', [{ conditionRef: 'sunny' }]);
    expect(codes([checked, run], alone)).toEqual([
      'warning CONDITION_UNKNOWN',
      'warning TASK_UNKNOWN',
      'warning RESOURCE_UNKNOWN',
      'warning RESOURCE_UNKNOWN',
      'warning SERVICE_ACCOUNT_MISSING',
    ]);
    expect(codes([run], alone)).toContain('warning PIPELINE_UNKNOWN');
  });

  test('have an error for a missing name that is similar to an existing one, since it is a typing mistake', () => {
    const misspelt = changed(run, 'spec.pipelineRef.name', `${pipeline.metadata.name}s`);
    expect(codes([pipeline, misspelt], alone)).toContain('error PIPELINE_UNKNOWN');
  });

  test('have an error for a missing object if the set must be complete', () => {
    expect(codes([run])).toContain('error PIPELINE_UNKNOWN');
    expect(codes([run])).toContain('warning SERVICE_ACCOUNT_MISSING');
    expect(codes([run], { externals: 'none' })).toContain('error SERVICE_ACCOUNT_MISSING');
  });

  test('are checked against each other', () => {
    expect(problemLines(everything, alone)).toEqual([]);
    const wrong = everything.map((one) => (one === repo ? { ...repo, spec: { ...repo.spec, type: 'image' } } : one));
    expect(problemLines(wrong, alone).map((line) => line.split(':')[0])).toContain(
      'error RESOURCE_TYPE_WRONG spec.resources.0.resourceRef',
    );
  });
});

test.each(['TriggerTemplate', 'TriggerBinding', 'EventListener', 'ClusterTriggerBinding'])(
  'a %s of tekton.dev/v1alpha1 belongs to Tekton Triggers and is ignored with a warning',
  (kind) => {
    expect(problemLines([{ apiVersion, kind, metadata: { name: 'x' }, spec: { anything: [{}] } }])).toEqual([
      `warning KIND_OF_TRIGGERS kind: the kind '${kind}' belongs to Tekton Triggers, which is not run here`,
    ]);
  },
);
