/** Answers of Tekton v1.15's webhooks about references and resolvers. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'expected exactly one, got both: spec.taskRef, spec.taskSpec',
    'TaskRun',
    { taskRef: { name: 'ok' }, taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } },
  ],
  ['expected exactly one, got neither: spec.taskRef, spec.taskSpec', 'TaskRun', {}],
  ['missing field(s): spec.taskRef.name', 'TaskRun', { taskRef: {} }],
  ['missing field(s): spec.taskSpec.steps', 'TaskRun', { taskSpec: {} }],
  [
    'expected exactly one, got both: spec.pipelineRef, spec.pipelineSpec',
    'PipelineRun',
    {
      pipelineRef: { name: 'p' },
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
    },
  ],
  ['expected exactly one, got neither: spec.pipelineRef, spec.pipelineSpec', 'PipelineRun', {}],
  ['missing field(s): spec.pipelineRef.name', 'PipelineRun', { pipelineRef: {} }],
  [
    'expected exactly one, got multiple: spec.tasks[0].taskRef, spec.tasks[0].taskSpec',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
        },
      ],
    },
  ],
  [
    'expected exactly one, got neither: spec.tasks[0].taskRef, spec.tasks[0].taskSpec',
    'Pipeline',
    { tasks: [{ name: 'a' }] },
  ],
  ['missing field(s): spec.tasks[0].taskRef.name', 'Pipeline', { tasks: [{ name: 'a', taskRef: {} }] }],
  ['invalid value: invalid URI for request: spec.taskRef.name', 'TaskRun', { taskRef: { resolver: 'git', name: 'x' } }],
  ['missing field(s): spec.taskRef.resolver', 'TaskRun', { taskRef: { params: [{ name: 'a', value: 'b' }] } }],
  [
    'expected exactly one, got both: spec.taskRef.name, spec.taskRef.params\nmissing field(s): spec.taskRef.resolver',
    'TaskRun',
    { taskRef: { name: 'x', params: [{ name: 'a', value: 'b' }] } },
  ],
  ['missing field(s): spec.taskRef.name', 'TaskRun', { taskRef: { resolver: '' } }],
  [
    'feature flag enable-concise-resolver-syntax should be set to true to use concise resolver syntax: spec.taskRef\nmissing field(s): spec.taskRef.resolver',
    'TaskRun',
    { taskRef: { name: 'git://x/y' } },
  ],
  [
    'expected exactly one, got both: spec.taskRef[url].name',
    'TaskRun',
    {
      taskRef: {
        resolver: 'git',
        params: [
          { name: 'url', value: 'x' },
          { name: 'url', value: 'y' },
        ],
      },
    },
  ],
  [
    'invalid value: invalid URI for request: spec.pipelineRef.name',
    'PipelineRun',
    { pipelineRef: { resolver: 'git', name: 'x' } },
  ],
  [
    'expected exactly one, got both: spec.pipelineRef.name, spec.pipelineRef.params\nmissing field(s): spec.pipelineRef.resolver',
    'PipelineRun',
    { pipelineRef: { name: 'x', params: [{ name: 'a', value: 'b' }] } },
  ],
  [
    'missing field(s): spec.pipelineRef.resolver',
    'PipelineRun',
    { pipelineRef: { params: [{ name: 'a', value: 'b' }] } },
  ],
  [
    'invalid value: invalid URI for request: spec.tasks[0].taskRef.name',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { resolver: 'git', name: 'x' } }] },
  ],
  [
    'expected exactly one, got both: spec.tasks[0].taskRef.name, spec.tasks[0].taskRef.params\nmissing field(s): spec.tasks[0].taskRef.resolver',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'x', params: [{ name: 'a', value: 'b' }] } }] },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [['TaskRun', { taskRef: { resolver: 'git', kind: 'Task' } }]];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
