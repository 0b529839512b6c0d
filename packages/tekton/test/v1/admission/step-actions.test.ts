/** Answers of Tekton v1.15's webhooks about StepActions and the steps that use them. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  ['missing field(s): spec.Image', 'StepAction', {}],
  [
    'param substitution in scripts is not allowed.: spec.script',
    'StepAction',
    { image: 'busybox', script: 'echo $(params.x)', params: [{ name: 'x' }] },
  ],
  [
    'script cannot be used with command: spec.script',
    'StepAction',
    { image: 'busybox', script: 'true', command: ['true'] },
  ],
  [
    'invalid value: v: spec.volumeMounts[0].name\nexpect the Name to be a single param reference',
    'StepAction',
    { image: 'busybox', script: 'true', volumeMounts: [{ name: 'v', mountPath: '/v' }] },
  ],
  [
    'non-existent variable in "$(params.x)": spec.volumeMounts[0]',
    'StepAction',
    { image: 'busybox', script: 'true', volumeMounts: [{ name: '$(params.x)', mountPath: '/v' }] },
  ],
  [
    'non-existent variable in "$(params.zz)": spec.env[E]',
    'StepAction',
    { image: 'busybox', env: [{ name: 'E', value: '$(params.zz)' }], script: 'true' },
  ],
  [
    'invalid value: foo: spec.results[0].type\ninvalid type foo',
    'StepAction',
    { image: 'busybox', script: 'true', results: [{ name: 'r', type: 'foo' }] },
  ],
  [
    'variable is not properly isolated in "x$(params.arr[*])": spec.args[1]',
    'StepAction',
    { image: 'busybox', args: ['$(params.arr[*])', 'x$(params.arr[*])'], params: [{ name: 'arr', type: 'array' }] },
  ],
  [
    'parameter appears more than once: spec.params[x]',
    'StepAction',
    { image: 'busybox', script: 'true', params: [{ name: 'x' }, { name: 'x' }] },
  ],
  [
    'image cannot be used with Ref: spec.steps[0].image',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, image: 'busybox' }] },
  ],
  [
    'script cannot be used with Ref: spec.steps[0].script',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, script: 'true' }] },
  ],
  [
    'command cannot be used with Ref: spec.steps[0].command',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, command: ['x'] }] },
  ],
  [
    'args cannot be used with Ref: spec.steps[0].args',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, args: ['x'] }] },
  ],
  [
    'env cannot be used with Ref: spec.steps[0].env',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, env: [{ name: 'A', value: 'b' }] }] },
  ],
  [
    'working dir cannot be used with Ref: spec.steps[0].workingDir',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, workingDir: '/x' }] },
  ],
  [
    'volumeMounts cannot be used with Ref: spec.steps[0].volumeMounts',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] },
  ],
  [
    'results cannot be used with Ref: spec.steps[0].results',
    'Task',
    { steps: [{ name: 's', ref: { name: 'x' }, results: [{ name: 'r' }] }] },
  ],
  ['missing field(s): spec.steps[0].name', 'Task', { steps: [{ name: 's', ref: {} }] }],
  [
    'invalid value: invalid URI for request: spec.steps[0].name',
    'Task',
    { steps: [{ name: 's', ref: { name: 'a', resolver: 'git' } }] },
  ],
  [
    'params cannot be used without Ref: spec.steps[0].params',
    'Task',
    { steps: [{ name: 's', image: 'busybox', command: ['true'], params: [{ name: 'a', value: 'b' }] }] },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  [
    'StepAction',
    {
      image: 'busybox',
      script: 'true',
      volumeMounts: [{ name: '$(params.x)', mountPath: '/v' }],
      params: [{ name: 'x' }],
    },
  ],
  [
    'Task',
    {
      steps: [
        {
          name: 's',
          ref: { name: 'x' },
          params: [
            { name: 'a', value: '1' },
            { name: 'a', value: '2' },
          ],
        },
      ],
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
