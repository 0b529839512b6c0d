/** Answers of Tekton v1.15's webhooks about params and their variables. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'non-existent variable in "echo $(params.zz)": spec.steps[0].script',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.zz)' }],
    },
  ],
  [
    'variable type invalid in "echo $(params.arr)": spec.steps[0].script',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.arr)' }],
    },
  ],
  [
    'variable type invalid in "echo $(params.arr[*])": spec.steps[0].script',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.arr[*])' }],
    },
  ],
  [
    'variable is not properly isolated in "x$(params.arr[*])": spec.steps[0].command[1]',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: 'busybox', command: ['echo', 'x$(params.arr[*])'] }],
    },
  ],
  [
    'variable type invalid in "$(params.o)": spec.steps[0].command[1]',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: 'busybox', command: ['echo', '$(params.o)'] }],
    },
  ],
  [
    'variable type invalid in "$(params.o[*])": spec.steps[0].command[1]',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: 'busybox', command: ['echo', '$(params.o[*])'] }],
    },
  ],
  [
    'non-existent variable in "echo $(params.o.zz)": spec.steps[0].script',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.o.zz)' }],
    },
  ],
  [
    'variable type invalid in "$(params.arr[*])": spec.steps[0].image',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: '$(params.arr[*])', script: 'true' }],
    },
  ],
  [
    'variable type invalid in "$(params.arr[*])": spec.steps[0].env[E]',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: 'busybox', script: 'true', env: [{ name: 'E', value: '$(params.arr[*])' }] }],
    },
  ],
  [
    'non-existent variable in "echo $(foo.bar) $(date) $(results.zz.path) $(workspaces.zz.path) $(context.taskRun.zz)": spec.steps[0].script',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [
        {
          name: 's1',
          image: 'busybox',
          script: 'echo $(foo.bar) $(date) $(results.zz.path) $(workspaces.zz.path) $(context.taskRun.zz)',
        },
      ],
    },
  ],
  [
    'non-existent variable in "echo $(params[\'s\']) $(params[\\"s\\"]) $(params[\'zz\'])": spec.steps[0].script',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's1', image: 'busybox', script: "echo $(params['s']) $(params[\"s\"]) $(params['zz'])" }],
    },
  ],
  [
    'non-existent variable in "$(params.zz)": spec.steps[0].workingDir',
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: 'busybox', script: 'true', workingDir: '$(params.zz)' }],
    },
  ],
  [
    'non-existent variable in "echo $(params.a[-1])": spec.steps[0].script',
    'Task',
    {
      params: [{ name: 'a', type: 'array' }],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.a[-1])' }],
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
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: 'busybox', command: ['echo', '$(params.arr[*])'] }],
    },
  ],
  [
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's', image: 'busybox', command: ['echo', '$(params.arr)'] }],
    },
  ],
  [
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.s.zz)' }],
    },
  ],
  [
    'Task',
    {
      params: [
        { name: 's' },
        { name: 'arr', type: 'array' },
        { name: 'o', type: 'object', properties: { k: { type: 'string' } } },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'echo $(inputs.params.s) $(inputs.params.zz)' }],
    },
  ],
  [
    'Task',
    {
      params: [{ name: 'a', type: 'array' }],
      steps: [{ name: 's', image: 'busybox', command: ['echo'], args: ['$(params.a[*])'] }],
    },
  ],
  [
    'TaskRun',
    {
      taskSpec: {
        params: [{ name: 'a', type: 'array' }],
        steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.a[2])' }],
      },
      params: [{ name: 'a', value: ['x', 'y'] }],
    },
  ],
  [
    'TaskRun',
    {
      taskSpec: {
        params: [{ name: 'a', type: 'array', default: [] }],
        steps: [{ name: 's1', image: 'busybox', script: 'echo $(params.a[0])' }],
      },
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'l', type: 'array', default: ['x'] }],
      tasks: [
        {
          name: 'a',
          taskSpec: {
            params: [{ name: 'a' }],
            steps: [{ name: 's1', image: 'busybox', script: 'echo "a=$(params.a)"' }],
          },
          params: [{ name: 'a', value: '$(params.l[3])' }],
        },
      ],
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
