/** Answers of Tekton v1.15's webhooks about settings of the cluster. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: RefusedRow[] = [
  [
    'matrix requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, matrix: { params: [{ name: 'x', value: ['1'] }] } }] },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'OnError requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, onError: 'continue' }] },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'resolver params requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": \nresolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": \ntaskref.params requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": \ntaskref.resolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskRef: {
            resolver: 'cluster',
            params: [
              { name: 'kind', value: 'task' },
              { name: 'name', value: 'ok' },
              { name: 'namespace', value: 'c-v-stable-gates' },
            ],
          },
        },
      ],
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'step workspaces requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'Task',
    {
      workspaces: [{ name: 'w' }],
      steps: [{ name: 's', image: 'busybox', script: 'true', workspaces: [{ name: 'w' }] }],
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'computeResources requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'TaskRun',
    {
      taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
      computeResources: { requests: { cpu: '10m' } },
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'stepSpecs requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'TaskRun',
    {
      taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
      stepSpecs: [{ name: 's1', computeResources: { requests: { cpu: '10m' } } }],
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'resolver params requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": \nresolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'TaskRun',
    {
      taskRef: {
        resolver: 'cluster',
        params: [
          { name: 'kind', value: 'task' },
          { name: 'name', value: 'ok' },
          { name: 'namespace', value: 'c-v-stable-gates' },
        ],
      },
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'resolver params requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": \nresolver requires "enable-api-fields" feature gate to be "alpha" or "beta" but it is "stable": ',
    'PipelineRun',
    {
      pipelineRef: {
        resolver: 'cluster',
        params: [
          { name: 'kind', value: 'pipeline' },
          { name: 'name', value: 'x' },
          { name: 'namespace', value: 'c-v-stable-gates' },
        ],
      },
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'expected 0 <= 5 <= 4: spec.tasks[0].matrix',
    'Pipeline',
    {
      tasks: [
        { name: 'm', taskRef: { name: 'm' }, matrix: { params: [{ name: 'x', value: ['1', '2', '3', '4', '5'] }] } },
      ],
    },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
  [
    'must not set the field(s): spec.tasks[0].taskSpec',
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
  [
    'invalid value: PodTemplate cannot update a forbidden env: FORBIDDEN: spec.PodTemplate.Env',
    'TaskRun',
    { taskRef: { name: 'ok' }, podTemplate: { env: [{ name: 'FORBIDDEN', value: 'x' }] } },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
  [
    'invalid value: PodTemplate cannot update a forbidden env: FORBIDDEN: spec.taskRunTemplate.PodTemplate.Env',
    'PipelineRun',
    {
      pipelineRef: { name: 'q' },
      params: [{ name: 'l', value: ['1'] }],
      taskRunTemplate: { podTemplate: { env: [{ name: 'FORBIDDEN', value: 'x' }] } },
    },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
];

const DISABLED = 'feature flag enable-artifacts should be set to true to use artifacts feature.';

refused.push(
  [
    `${DISABLED}: spec.steps[0]`,
    'Task',
    { steps: [{ name: 's', image: 'busybox', script: 'cat $(step.artifacts.path)', onError: 'never' }] },
  ],
  [
    `${DISABLED}: spec.steps[1]`,
    'Task',
    {
      steps: [
        { name: 'a', image: 'busybox', script: 'true' },
        { name: 'b', image: 'busybox', command: ['echo'], args: ['$(steps.a.outputs.image)'] },
      ],
    },
  ],
  [
    `${DISABLED}: spec.tasks[1].params`,
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskRef: { name: 'ok' } },
        { name: 'b', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(tasks.a.outputs.image)' }] },
      ],
    },
  ],
  [
    "invalid cel expression: $(params.b) == 'x' with err: ERROR: <input>: Unexpected character: $: spec.tasks[0].when[0]",
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ cel: "$(params.b) == 'x'" }] }] },
    { 'enable-cel-in-whenexpression': 'true' },
  ],
);

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  [
    'Task',
    { steps: [{ name: 's', image: 'busybox', script: 'cat $(step.artifacts.path)' }] },
    { 'enable-artifacts': 'true' },
  ],
  [
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ cel: "'$(params.b)' == 'x'" }] }] },
    { 'enable-cel-in-whenexpression': 'true' },
  ],
  ['StepAction', { image: 'busybox', script: 'echo act' }, { 'enable-api-fields': 'stable' }],
  ['TaskRun', { taskSpec: { steps: [{ name: 's', ref: { name: 'act' } }] } }, { 'enable-api-fields': 'stable' }],
  [
    'Pipeline',
    {
      params: [{ name: 'o', type: 'object', properties: { k: { type: 'string' } } }],
      results: [{ name: 'x', type: 'array', value: '$(tasks.a.results.r[*])' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'TaskRun',
    {
      taskSpec: {
        params: [{ name: 'l', type: 'array' }],
        steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.l[0])' }],
      },
      params: [{ name: 'l', value: ['in'] }],
    },
    { 'enable-api-fields': 'stable' },
  ],
  [
    'Task',
    { params: [{ name: 'x' }], steps: [{ name: 's1', image: 'busybox', script: 'echo "$(params.x)"' }] },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'l', type: 'array' }],
      tasks: [{ name: 'm', taskRef: { name: 'm' }, matrix: { params: [{ name: 'x', value: '$(params.l[*])' }] } }],
    },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
  [
    'PipelineRun',
    { pipelineRef: { name: 'q' }, params: [{ name: 'l', value: ['1', '2', '3', '4', '5'] }] },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
  [
    'PipelineRun',
    { pipelineSpec: { tasks: [{ name: 'a', taskRef: { name: 'ok' } }] } },
    {
      'disable-inline-spec': 'pipeline',
      'default-max-matrix-combinations-count': '4',
      'default-forbidden-env': 'FORBIDDEN',
      'default-timeout-minutes': '5',
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
