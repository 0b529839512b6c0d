/** Answers of Tekton v1.15's webhooks about the tasks of pipelines: order, finally, onError, pipelines in pipelines. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'invalid value: no runAfter allowed under spec.finally, final task f has runAfter specified: spec.finally[0]',
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' }, runAfter: ['a'] }],
    },
  ],
  [
    'invalid value: spec.tasks is empty but spec.finally has 1 tasks: spec.finally',
    'Pipeline',
    { tasks: [], finally: [{ name: 'f', taskRef: { name: 'ok' } }] },
  ],
  [
    'invalid value: spec.tasks is empty but spec.finally has 1 tasks: spec.finally',
    'Pipeline',
    { finally: [{ name: 'f', taskRef: { name: 'ok' } }] },
  ],
  [
    'invalid value: invalid task result reference, final task has task result reference from a final task f: spec.finally[1].params[x].value',
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [
        { name: 'f', taskRef: { name: 'ok' } },
        { name: 'g', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(finally.f.results.r)' }] },
      ],
    },
  ],
  [
    'invalid value: invalid task result reference, final task has task result reference from a final task f: spec.finally[1].params[x].value',
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [
        { name: 'f', taskRef: { name: 'ok' } },
        { name: 'g', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(tasks.f.results.r)' }] },
      ],
    },
  ],
  [
    'invalid value: pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks: spec.tasks[0].params[x].value',
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(tasks.b.status)' }] },
        { name: 'b', taskRef: { name: 'ok' } },
      ],
    },
  ],
  [
    'invalid value: pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks: spec.tasks[0].params[x].value',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(tasks.status)' }] }] },
  ],
  [
    'invalid value: pipeline task zz is not defined in the pipeline: spec.finally[0].params[x].value',
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(tasks.zz.status)' }] }],
    },
  ],
  [
    'invalid value: invalid task result reference, final task has task result reference from a task zz which is not defined in the pipeline: spec.finally[0].when[0]',
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [
        {
          name: 'f',
          taskRef: { name: 'ok' },
          when: [{ input: '$(tasks.zz.results.r)', operator: 'in', values: ['x'] }],
        },
      ],
    },
  ],
  [
    'invalid value: pipeline tasks can not refer to execution status of any other pipeline task or aggregate status of tasks: spec.tasks[0].when[0]',
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskRef: { name: 'ok' }, when: [{ input: '$(tasks.a.status)', operator: 'in', values: ['x'] }] },
      ],
    },
  ],
  [
    'invalid value: cycle detected; task "a" depends on "c": spec.tasks',
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskRef: { name: 'ok' }, runAfter: ['c'] },
        { name: 'b', taskRef: { name: 'ok' }, runAfter: ['a'] },
        { name: 'c', taskRef: { name: 'ok' }, runAfter: ['b'] },
      ],
    },
  ],
  [
    'invalid value: cycle detected; task "a" depends on "a": spec.tasks',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, runAfter: ['a'] }] },
  ],
  [
    "invalid value: couldn't add link between a and zz: task a depends on zz but zz wasn't present in Pipeline: spec.tasks",
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, runAfter: ['zz'] }] },
  ],
  [
    'invalid value: cycle detected; task "a" depends on "b": spec.tasks',
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(tasks.b.results.r)' }] },
        { name: 'b', taskRef: { name: 'ok' }, runAfter: ['a'] },
      ],
    },
  ],
  [
    "invalid value: couldn't add link between a and zz: task a depends on zz but zz wasn't present in Pipeline: spec.tasks",
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, params: [{ name: 'x', value: '$(tasks.zz.results.r)' }] }] },
  ],
  [
    "invalid value: couldn't add link between a and f: task a depends on f but f wasn't present in Pipeline: spec.tasks",
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' }, runAfter: ['f'] }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: cycle detected; task "a" depends on "a": spec.tasks',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          when: [{ input: '$(tasks.a.results.x)', operator: 'in', values: ['y'] }],
        },
      ],
    },
  ],
  [
    'invalid value: cycle detected; task "a" depends on "b": spec.pipelineSpec.tasks',
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [
          { name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, runAfter: ['b'] },
          { name: 'b', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, runAfter: ['a'] },
        ],
      },
    },
  ],
  [
    'PipelineTask OnError cannot be set to "continue" when Retries is greater than 0: ',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
          onError: 'continue',
          retries: 1,
        },
      ],
    },
  ],
  [
    'invalid value: maybe: spec.tasks[0].OnError\nPipelineTask OnError must be either "continue" or "stopAndFail"',
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, onError: 'maybe' },
      ],
    },
  ],
  [
    'invalid value: -1 should be >= 0: spec.retries',
    'TaskRun',
    { taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, retries: -1 },
  ],
  [
    'invalid value: result reference to pipelineTask "a" is not supported: referenced task uses pipelineRef or pipelineSpec and result propagation from child Pipelines is not yet implemented: spec.tasks[1]',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          pipelineSpec: {
            results: [{ name: 'o', value: '$(tasks.x.results.r)' }],
            tasks: [{ name: 'x', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
          },
        },
        {
          name: 'b',
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
          params: [{ name: 'z', value: '$(tasks.a.results.o)' }],
        },
      ],
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
    'expected exactly one, got multiple: spec.tasks[0].pipelineRef, spec.tasks[0].taskRef',
    'Pipeline',
    { tasks: [{ name: 'a', pipelineRef: { name: 'x' }, taskRef: { name: 'y' } }] },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
    },
  ],
  [
    'expected exactly one, got multiple: spec.tasks[0].pipelineRef, spec.tasks[0].pipelineSpec',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          pipelineRef: { name: 'x' },
          pipelineSpec: {
            tasks: [{ name: 'x', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
          },
        },
      ],
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
    'expected at least one, got none: spec.tasks[0].pipelineSpec.description, spec.tasks[0].pipelineSpec.params, spec.tasks[0].pipelineSpec.resources, spec.tasks[0].pipelineSpec.tasks, spec.tasks[0].pipelineSpec.workspaces',
    'Pipeline',
    { tasks: [{ name: 'a', pipelineSpec: { tasks: [] } }] },
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
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [
        {
          name: 'f',
          taskRef: { name: 'ok' },
          params: [{ name: 'x', value: '$(tasks.a.status) $(tasks.status) $(tasks.a.reason)' }],
        },
      ],
    },
  ],
  ['Pipeline', { tasks: [{ name: 'a', taskRef: { name: 'ok' } }], finally: [] }],
  [
    'Pipeline',
    { tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, retries: -1 }] },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'x', default: 'continue' }],
      tasks: [
        {
          name: 'a',
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
          onError: '$(params.x)',
        },
      ],
    },
  ],
  [
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
          onError: 'stopAndFail',
          retries: 1,
        },
      ],
    },
  ],
  [
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
          onError: '$(params.zz)',
        },
      ],
    },
  ],
  [
    'Pipeline',
    {
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      finally: [
        { name: 'f', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, onError: 'continue' },
      ],
    },
  ],
  [
    'Pipeline',
    {
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      finally: [{ name: 'f', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, retries: -2 }],
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
