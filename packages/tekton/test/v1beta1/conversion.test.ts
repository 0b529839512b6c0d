/** Conversion between tekton.dev/v1beta1 and tekton.dev/v1. */

import { expect, test } from '@jest/globals';
import { applyDefaults, convertFromV1, convertToV1 } from '@pipewright/tekton';

const beta = (kind: string, spec: object, more: object = {}) => ({
  apiVersion: 'tekton.dev/v1beta1',
  kind,
  metadata: { name: 'x' },
  spec,
  ...more,
});

const v1 = (kind: string, spec: object, more: object = {}) => ({
  ...beta(kind, spec, more),
  apiVersion: 'tekton.dev/v1',
});

const cpu = { requests: { cpu: '5m' } };
const betaTask = {
  stepTemplate: { resources: cpu },
  steps: [{ name: 's', image: 'busybox', resources: cpu }],
  sidecars: [{ name: 'c', image: 'busybox', resources: cpu }],
};
const v1Task = {
  stepTemplate: { computeResources: cpu },
  steps: [{ name: 's', image: 'busybox', computeResources: cpu }],
  sidecars: [{ name: 'c', image: 'busybox', computeResources: cpu }],
};
const overrides = { stepOverrides: [{ name: 's', resources: cpu }], sidecarOverrides: [{ name: 'c', resources: cpu }] };
const specs = {
  stepSpecs: [{ name: 's', computeResources: cpu }],
  sidecarSpecs: [{ name: 'c', computeResources: cpu }],
};
const ref = { name: 'r' };

const rows: [kind: string, beta: object, v1: object][] = [
  ['Task', betaTask, v1Task],
  [
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec: betaTask }], finally: [{ name: 'b', taskSpec: betaTask }] },
    { tasks: [{ name: 'a', taskSpec: v1Task }], finally: [{ name: 'b', taskSpec: v1Task }] },
  ],
  [
    'TaskRun',
    { taskSpec: betaTask, ...overrides, computeResources: cpu },
    { taskSpec: v1Task, ...specs, computeResources: cpu },
  ],
  [
    'PipelineRun',
    {
      pipelineRef: ref,
      serviceAccountName: 'me',
      podTemplate: { nodeSelector: { disk: 'ssd' } },
      timeouts: { pipeline: '1h' },
      taskRunSpecs: [{ pipelineTaskName: 'a', taskServiceAccountName: 'you', taskPodTemplate: {}, ...overrides }],
    },
    {
      pipelineRef: ref,
      taskRunTemplate: { serviceAccountName: 'me', podTemplate: { nodeSelector: { disk: 'ssd' } } },
      timeouts: { pipeline: '1h' },
      taskRunSpecs: [{ pipelineTaskName: 'a', serviceAccountName: 'you', podTemplate: {}, ...specs }],
    },
  ],
  ['StepAction', { image: 'busybox' }, { image: 'busybox' }],
];

test.each(rows.filter(([kind]) => kind !== 'StepAction'))('a %s is converted to v1 and back', (kind, before, after) => {
  expect(convertToV1(beta(kind, before))).toEqual(v1(kind, after));
  expect(convertFromV1(v1(kind, after))).toEqual(beta(kind, before));
});

test('kinds that v1 does not have keep their version', () => {
  expect(convertToV1(beta('StepAction', { image: 'busybox' }))).toEqual(beta('StepAction', { image: 'busybox' }));
});

test('the timeout of a PipelineRun becomes timeouts.pipeline', () => {
  expect(convertToV1(beta('PipelineRun', { timeout: '1h' })).spec).toEqual({ timeouts: { pipeline: '1h' } });
});

test('a bundle becomes the resolver that fetches it', () => {
  const spec = { taskRef: { name: 'build', kind: 'Task', bundle: 'registry/catalog:1' } };
  expect(convertToV1(beta('TaskRun', spec)).spec).toEqual({
    taskRef: {
      resolver: 'bundles',
      params: [
        { name: 'bundle', value: 'registry/catalog:1' },
        { name: 'name', value: 'build' },
        { name: 'kind', value: 'task' },
      ],
    },
  });
});

test('fields of containers that steps ignore are dropped', () => {
  const spec = { steps: [{ name: 's', image: 'busybox', ports: [{ containerPort: 80 }], tty: true }] };
  expect(convertToV1(beta('Task', spec)).spec).toEqual({ steps: [{ name: 's', image: 'busybox' }] });
});

test('a status is converted: results, the definition, and the attempts before', () => {
  const attempt = { taskResults: [{ name: 'r', value: '1' }] };
  const status = { ...attempt, taskSpec: betaTask, retriesStatus: [attempt] };
  const converted = {
    results: attempt.taskResults,
    taskSpec: v1Task,
    retriesStatus: [{ results: attempt.taskResults }],
  };
  expect(convertToV1(beta('TaskRun', {}, { status }))).toEqual(v1('TaskRun', {}, { status: converted }));
  expect(convertFromV1(v1('TaskRun', {}, { status: converted }))).toEqual(beta('TaskRun', {}, { status }));
});

test('the maps of children in the status of a PipelineRun are removed', () => {
  const status = { pipelineResults: [{ name: 'r', value: '1' }], taskRuns: { a: {} }, runs: {} };
  expect(convertToV1(beta('PipelineRun', {}, { status }))).toEqual(
    v1('PipelineRun', {}, { status: { results: [{ name: 'r', value: '1' }] } }),
  );
});

test('the defaults are those of the webhook of v1beta1', () => {
  const task = { params: [{ name: 'a', default: 'x' }], ...betaTask };
  expect(applyDefaults(beta('Task', task)).spec).toEqual({
    ...task,
    params: [{ name: 'a', type: 'string', default: 'x' }],
  });
  const run = {
    serviceAccountName: 'default',
    timeout: '1h',
    pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 't' } }] },
  };
  expect(applyDefaults(beta('PipelineRun', run)).spec).toEqual({
    pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 't', kind: 'Task' } }] },
    serviceAccountName: 'default',
    timeouts: { pipeline: '1h0m0s' },
  });
});
