/** Answers of Tekton v1.15's webhooks about declared params. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    '"array" type does not match default value\'s type: "string": spec.params.a.default.type, spec.params.a.type',
    'Task',
    { params: [{ name: 'a', type: 'array', default: 'x' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    '"string" type does not match default value\'s type: "array": spec.params.a.default.type, spec.params.a.type',
    'Task',
    {
      params: [{ name: 'a', default: ['x'], type: 'string' }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'invalid value: int: spec.params.a.type',
    'Task',
    { params: [{ name: 'a', type: 'int' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'missing field(s): spec.a.properties',
    'Task',
    { params: [{ name: 'a', type: 'object' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'The value type specified for these keys [k] is invalid: spec.params.a.properties',
    'Task',
    {
      params: [{ name: 'a', type: 'object', properties: { k: { type: 'array' } } }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    '"object" type does not match default value\'s type: "string": spec.params.a.default.type, spec.params.a.type',
    'Task',
    {
      params: [{ name: 'a', type: 'object', properties: { k: { type: 'string' } }, default: 'x' }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'missing field(s): spec.a.properties',
    'Task',
    { params: [{ name: 'a', default: { k: 'v' } }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    '"array" type does not match default value\'s type: "string": spec.finally.params.a.default.type, spec.finally.params.a.type, spec.tasks.params.a.default.type, spec.tasks.params.a.type',
    'Pipeline',
    {
      params: [{ name: 'a', type: 'array', default: 'x' }],
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
    },
  ],
  [
    'missing field(s): spec.tasks[0].a.properties',
    'Pipeline',
    {
      params: [{ name: 'a', type: 'object' }],
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
    },
  ],
  [
    'feature flag `enable-param-enum` should be set to true to use Enum: spec.params[a]',
    'Task',
    {
      params: [{ name: 'a', enum: ['x', 'y'] }],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.a)' }],
    },
  ],
  [
    'feature flag `enable-param-enum` should be set to true to use Enum: spec.finally.params[a], spec.tasks.params[a]',
    'Pipeline',
    {
      params: [{ name: 'a', enum: ['x', 'y'] }],
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
    },
  ],
  [
    'feature flag `enable-param-enum` should be set to true to use Enum: spec.taskSpec.params[a]',
    'TaskRun',
    {
      taskSpec: {
        params: [{ name: 'a', enum: ['x', 'y'] }],
        steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.a)' }],
      },
      params: [{ name: 'a', value: 'x' }],
    },
  ],
  [
    'param default value z not in the enum list: spec.params[a]',
    'Task',
    {
      params: [{ name: 'a', enum: ['x', 'y'], default: 'z' }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
    },
  ],
  [
    'parameter enum value x appears more than once: spec.params[a]',
    'Task',
    { params: [{ name: 'a', enum: ['x', 'x'] }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
    },
  ],
  [
    'enum can only be set with string type param: spec.params[a]',
    'Task',
    { params: [{ name: 'a', type: 'array', enum: ['x'] }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
    },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  [
    'Task',
    {
      params: [{ name: 'a', type: 'object', properties: { k: {} } }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'Task',
    {
      params: [{ name: 'a', type: 'string', properties: { k: { type: 'string' } } }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'Task',
    {
      params: [
        {
          name: 'a',
          type: 'object',
          properties: { k: { type: 'string' }, l: { type: 'string' } },
          default: { k: '1' },
        },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'Task',
    {
      params: [{ name: 'a', properties: { k: { type: 'string' } } }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  ['Task', { params: [{ name: 'a', default: 5 }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] }],
  [
    'Task',
    {
      params: [{ name: 'a', enum: ['x', 'y'] }],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.a)' }],
    },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
    },
  ],
  [
    'Task',
    { params: [{ name: 'a', enum: [] }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'e', enum: ['x', 'y', 'z'] }],
      tasks: [{ name: 'a', taskRef: { name: 't' }, params: [{ name: 'a', value: '$(params.e)' }] }],
    },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
