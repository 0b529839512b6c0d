/** Problems of objects of tekton.dev/v1beta1, at the fields that the user wrote. */

import { expect, test } from '@jest/globals';
import { checkObjects, tryReadObject } from '@pipewright/tekton';

const object = (kind: string, spec: object, name = 'x') => ({
  apiVersion: 'tekton.dev/v1beta1',
  kind,
  metadata: { name },
  spec,
});

const problems = (...objects: object[]): string[] =>
  checkObjects(objects, { externals: 'none' }).map(
    ({ code, path, message, hint }) => `${code} ${path.join('.')}: ${message} (${hint})`,
  );

const step = { name: 's', image: 'busybox:1', command: ['true'] };

test('valid objects with the fields of v1beta1 have no problems', () => {
  const task = { params: [{ name: 'a', default: 'x' }], steps: [{ ...step, resources: { requests: { cpu: '5m' } } }] };
  const pipelineSpec = { tasks: [{ name: 'a', taskRef: { name: 't' } }] };
  expect(
    problems(
      object('Task', task, 't'),
      object('TaskRun', { taskRef: { name: 't' }, stepOverrides: [{ name: 's', resources: {} }] }, 'r'),
      object(
        'PipelineRun',
        { timeout: '1h', pipelineSpec, taskRunSpecs: [{ pipelineTaskName: 'a', taskPodTemplate: {} }] },
        'p',
      ),
    ),
  ).toEqual([]);
});

test.each<[what: string, kind: string, spec: object, problem: string]>([
  [
    'a quantity in a step',
    'Task',
    { steps: [{ ...step, resources: { requests: { cpu: 'much' } } }] },
    'TYPE_WRONG spec.steps.0.resources.requests.cpu',
  ],
  [
    'an override of an unknown step',
    'TaskRun',
    { taskSpec: { steps: [step] }, stepOverrides: [{ name: 'z', resources: {} }] },
    'SETTINGS_UNKNOWN spec.stepOverrides.0.name',
  ],
  [
    'the timeout of a run',
    'PipelineRun',
    { pipelineRef: { resolver: 'git' }, timeout: '-1h' },
    'TIMEOUT_NEGATIVE spec.timeout',
  ],
  [
    'an unknown ServiceAccount',
    'PipelineRun',
    { pipelineSpec: { tasks: [{ name: 'a', taskSpec: { steps: [step] } }] }, serviceAccountName: 'nobody' },
    'SERVICE_ACCOUNT_MISSING spec.serviceAccountName',
  ],
])('%s is reported at its field of v1beta1', (_what, kind, spec, problem) => {
  expect(problems(object(kind, spec)).map((text) => text.split(':', 1)[0])).toEqual([problem]);
});

test.each<[what: string, kind: string, spec: object, problem: string]>([
  [
    'a field of v1',
    'Task',
    { steps: [{ ...step, computeResources: {} }] },
    "FIELD_UNKNOWN spec.steps.0.computeResources: unknown field 'computeResources' (rename it to `resources`)",
  ],
  [
    'a template of v1',
    'PipelineRun',
    { pipelineRef: { resolver: 'git' }, taskRunTemplate: {} },
    "FIELD_UNKNOWN spec.taskRunTemplate: unknown field 'taskRunTemplate' (move its fields to the spec)",
  ],
  [
    'PipelineResources',
    'Task',
    { resources: {}, steps: [step] },
    "FIELD_UNKNOWN spec.resources: unknown field 'resources' (remove it: tekton.dev/v1beta1 has no PipelineResources; use `params`, `workspaces` and `results`)",
  ],
  [
    'a ClusterTask',
    'ClusterTask',
    { steps: [step] },
    'KIND_REMOVED kind: tekton.dev/v1beta1 has no ClusterTask any more (write it as a Task, and refer to it with the resolver `cluster`)',
  ],
])('%s is reported with its replacement', (_what, kind, spec, problem) => {
  expect(problems(object(kind, spec))).toEqual([problem]);
});

test('a run is read into the model of v1', () => {
  const run = tryReadObject(
    object('PipelineRun', { pipelineRef: { name: 'p' }, serviceAccountName: 'me', timeout: '2h' }),
  );
  expect(run?.model).toMatchObject({ kind: 'PipelineRun', run: { serviceAccount: 'me', timeoutMs: 7_200_000 } });
});
