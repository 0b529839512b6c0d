/** Answers of Tekton v1.15's webhooks about names, duplicates and empty objects. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'invalid value "Upper": spec.steps[0].name\nTask step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Task',
    { steps: [{ name: 'Upper', image: 'busybox', command: ['true'] }] },
  ],
  [
    'invalid value "a.b": spec.steps[0].name\nTask step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Task',
    { steps: [{ name: 'a.b', image: 'busybox', command: ['true'] }] },
  ],
  [
    'invalid value "a_b": spec.steps[0].name\nTask step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Task',
    { steps: [{ name: 'a_b', image: 'busybox', command: ['true'] }] },
  ],
  [
    'invalid value "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": spec.steps[0].name\nTask step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Task',
    {
      steps: [
        {
          name: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
          image: 'busybox',
          command: ['true'],
        },
      ],
    },
  ],
  [
    'invalid value "-a": spec.steps[0].name\nTask step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Task',
    { steps: [{ name: '-a', image: 'busybox', command: ['true'] }] },
  ],
  [
    'invalid value "Upper": spec.tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Pipeline',
    { tasks: [{ name: 'Upper', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] },
  ],
  [
    'invalid value "a.b": spec.tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Pipeline',
    { tasks: [{ name: 'a.b', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] },
  ],
  [
    'invalid value "a_b": spec.tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Pipeline',
    { tasks: [{ name: 'a_b', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] },
  ],
  [
    'invalid value "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": spec.tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Pipeline',
    {
      tasks: [
        {
          name: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
        },
      ],
    },
  ],
  [
    'invalid value "": spec.tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Pipeline',
    { tasks: [{ name: '', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] },
  ],
  [
    'invalid value "-a": spec.tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Pipeline',
    { tasks: [{ name: '-a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] },
  ],
  [
    'invalid value "a b": spec.tasks[0].name\nPipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
    'Pipeline',
    { tasks: [{ name: 'a b', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] },
  ],
  [
    'The format of following array and string variable names is invalid: [1a]: spec.params\nString/Array Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)\nMust begin with a letter or an underscore (_)',
    'Task',
    { params: [{ name: '1a' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'The format of following array and string variable names is invalid: [a b]: spec.params\nString/Array Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)\nMust begin with a letter or an underscore (_)',
    'Task',
    { params: [{ name: 'a b' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'The format of following array and string variable names is invalid: []: spec.params\nString/Array Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_), and dots (.)\nMust begin with a letter or an underscore (_)',
    'Task',
    { params: [{ name: '' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'Object param name and key name format is invalid: map[a.b:[]]: spec.params\nObject Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_) \nMust begin with a letter or an underscore (_)',
    'Task',
    {
      params: [{ name: 'a.b', type: 'object', properties: { k: { type: 'string' } } }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'Object param name and key name format is invalid: map[o:[k.l]]: spec.params\nObject Names: \nMust only contain alphanumeric characters, hyphens (-), underscores (_) \nMust begin with a letter or an underscore (_)',
    'Task',
    {
      params: [{ name: 'o', type: 'object', properties: { 'k.l': { type: 'string' } } }],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    "invalid key name \"a b\": spec.results[0].name\nName must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
    'Task',
    { results: [{ name: 'a b' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    "invalid key name \"_a\": spec.results[0].name\nName must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
    'Task',
    { results: [{ name: '_a' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    "invalid key name \"-a\": spec.results[0].name\nName must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
    'Task',
    { results: [{ name: '-a' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    "invalid key name \"a-\": spec.results[0].name\nName must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
    'Task',
    { results: [{ name: 'a-' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    "invalid key name \"\": spec.results[0].name\nName must consist of alphanumeric characters, '-', '_', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my-name',  or 'my_name', regex used for validation is '^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$')",
    'Task',
    { results: [{ name: '' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'expected exactly one, got both: spec.steps[1].name',
    'Task',
    {
      steps: [
        { name: 'a', image: 'busybox', command: ['true'] },
        { name: 'a', image: 'busybox', command: ['true'] },
      ],
    },
  ],
  [
    "expected exactly one, got both: spec.tasks[1].name\ninvalid value: task a is already present in Graph, can't add it again: duplicate pipeline task: spec.tasks",
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } },
        { name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } },
      ],
    },
  ],
  [
    'expected exactly one, got both: spec.finally[0].name',
    'Pipeline',
    {
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      finally: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
    },
  ],
  [
    'parameter appears more than once: spec.params[a]',
    'Task',
    { params: [{ name: 'a' }, { name: 'a' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'workspace mount path "/workspace/a" must be unique: spec.workspaces[1].mountpath\nworkspace name "a" must be unique: spec.workspaces[1].name',
    'Task',
    { workspaces: [{ name: 'a' }, { name: 'a' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] },
  ],
  [
    'multiple volumes with same name "v": spec.volumes[1].name',
    'Task',
    {
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
      steps: [{ name: 's1', image: 'busybox', script: 'true' }],
    },
  ],
  [
    'parameter appears more than once: spec.finally.params[a], spec.tasks.params[a]',
    'Pipeline',
    {
      params: [{ name: 'a' }, { name: 'a' }],
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
    },
  ],
  [
    'invalid value: workspace with name "a" appears more than once: spec.workspaces[1]',
    'Pipeline',
    {
      workspaces: [{ name: 'a' }, { name: 'a' }],
      tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
    },
  ],
  [
    'parameter names must be unique, the parameter "x" is also defined at: spec.tasks[0].params[1].name',
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
          params: [
            { name: 'x', value: '1' },
            { name: 'x', value: '2' },
          ],
        },
      ],
    },
  ],
  [
    'expected exactly one, got both: spec.params[x].name',
    'TaskRun',
    {
      taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
      params: [
        { name: 'x', value: '1' },
        { name: 'x', value: '2' },
      ],
    },
  ],
  [
    'expected exactly one, got both: spec.params[x].name',
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      params: [
        { name: 'x', value: '1' },
        { name: 'x', value: '2' },
      ],
    },
  ],
  ['missing field(s): spec.steps', 'Task', {}],
  ['missing field(s): spec.steps', 'Task', { steps: [] }],
  [
    'expected at least one, got none: spec.description, spec.params, spec.resources, spec.tasks, spec.workspaces',
    'Pipeline',
    {},
  ],
  [
    'expected at least one, got none: spec.description, spec.params, spec.resources, spec.tasks, spec.workspaces',
    'Pipeline',
    { tasks: [] },
  ],
  ['expected exactly one, got neither: spec.taskRef, spec.taskSpec', 'TaskRun', {}],
  ['expected exactly one, got neither: spec.pipelineRef, spec.pipelineSpec', 'PipelineRun', {}],
  ['missing field(s): spec.Image', 'StepAction', {}],
  ['expected exactly one, got neither: spec.customRef, spec.customSpec', 'CustomRun', {}],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  ['Task', { steps: [{ name: 's1', image: 'busybox', script: 'true' }] }],
  ['Task', { steps: [{ name: '', image: 'busybox', command: ['true'] }] }],
  ['Task', { steps: [{ name: '1a', image: 'busybox', command: ['true'] }] }],
  ['Pipeline', { tasks: [{ name: '1a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }] }],
  ['Task', { params: [{ name: 'a.b' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] }],
  ['Task', { params: [{ name: 'a-b' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] }],
  ['Task', { params: [{ name: '_a' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] }],
  ['Task', { params: [{ name: 'a.1' }], steps: [{ name: 's1', image: 'busybox', script: 'true' }] }],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
