/** Objects of tekton.dev/v1 against the schemas: recorded decisions of Tekton v1.15 and its API server. */

import { expect, test } from '@jest/globals';
import { checkConformance, kindDefinition } from '../support/v1.js';
import { recordedObjects, testWithRecordings } from '../support/recordings.js';

const step = { name: 's', image: 'busybox', command: ['true'] };
const task = (more: object): object => ({ steps: [step], ...more });

const unknown: [what: string, kind: string, spec: object, path: string, hint: string][] = [
  ['a field of a Task', 'Task', task({ foo: 1 }), 'spec.foo', 'use one of'],
  ['a field of a step', 'Task', { steps: [{ ...step, foo: 1 }] }, 'spec.steps.0.foo', 'use one of'],
  ['v1alpha1 inputs', 'Task', task({ inputs: {} }), 'spec.inputs', 'move `inputs.params` to `params`'],
  [
    'resources of a step',
    'Task',
    { steps: [{ ...step, resources: {} }] },
    'spec.steps.0.resources',
    '`computeResources`',
  ],
  ['ports of a step', 'Task', { steps: [{ ...step, ports: [] }] }, 'spec.steps.0.ports', 'use one of'],
  [
    'an account',
    'PipelineRun',
    { serviceAccountName: 'x' },
    'spec.serviceAccountName',
    '`taskRunTemplate.serviceAccountName`',
  ],
  ['a timeout', 'PipelineRun', { timeout: '1h' }, 'spec.timeout', 'move it to `timeouts.pipeline`'],
  [
    'conditions',
    'Pipeline',
    { tasks: [{ name: 'a', conditions: [] }] },
    'spec.tasks.0.conditions',
    'write it as `when`',
  ],
  ['resources of a TaskRun', 'TaskRun', { resources: {} }, 'spec.resources', 'tekton.dev/v1 has no PipelineResources'],
  ['a misspelt field', 'Task', task({ param: [] }), 'spec.param', "did you mean 'params'?"],
];

test.each(unknown)('%s is an unknown field, with its replacement', (_what, kind, spec, path, hint) => {
  expect(checkConformance(kind, spec)).toEqual([
    expect.objectContaining({ code: 'FIELD_UNKNOWN', at: path, hint: expect.stringContaining(hint) }),
  ]);
});

const wrong: [what: string, kind: string, spec: object, path: string, message: string][] = [
  [
    'a list as the input of a when expression',
    'Pipeline',
    { tasks: [{ name: 'a', when: [{ input: ['x'], operator: 'in', values: ['x'] }] }] },
    'spec.tasks.0.when.0.input',
    'json: cannot unmarshal array into Go struct field WhenExpression.spec.tasks.when.input of type string',
  ],
  [
    'a string as steps',
    'Task',
    { steps: 'x' },
    'spec.steps',
    'json: cannot unmarshal string into Go struct field TaskSpec.spec.steps of type []v1.Step',
  ],
  [
    'a number as a command',
    'Task',
    { steps: [{ ...step, command: [1] }] },
    'spec.steps.0.command.0',
    'json: cannot unmarshal number into Go struct field Step.spec.steps.command of type string',
  ],
  [
    'a number as a timeout',
    'TaskRun',
    { timeout: 5 },
    'spec.timeout',
    'json: cannot unmarshal number into Go value of type string',
  ],
  [
    'an object as params',
    'TaskRun',
    { params: {} },
    'spec.params',
    'json: cannot unmarshal object into Go struct field TaskRunSpec.spec.params of type v1.Params',
  ],
  [
    'a string as a reference',
    'TaskRun',
    { taskRef: 'build' },
    'spec.taskRef',
    'json: cannot unmarshal string into Go struct field TaskRunSpec.spec.taskRef of type v1.TaskRef',
  ],
];

test.each(wrong)('%s is of the wrong type, with the message of the webhook', (_what, kind, spec, path, message) => {
  expect(checkConformance(kind, spec)).toEqual([
    expect.objectContaining({
      code: 'TYPE_WRONG',
      at: path,
      tektonMessage: `cannot decode incoming new object: ${message}`,
    }),
  ]);
});

test.each([
  ['a number', 5, '"5"'],
  ['a boolean', true, '"true"'],
])('%s as the value of a param is read as text, with a warning', (_what, value, text) => {
  expect(checkConformance('Task', task({ params: [{ name: 'a', default: value }] }))).toEqual([
    expect.objectContaining({ code: 'TYPE_WRONG', severity: 'warning', hint: `put it in quotes: ${text}` }),
  ]);
});

test.each<[string, object]>([
  [
    'an object param',
    task({ params: [{ name: 'o', type: 'object', properties: { k: { type: 'string' } }, default: { k: 'v' } }] }),
  ],
  ['an enum', task({ params: [{ name: 'o', enum: ['a'] }] })],
  [
    'a step with a StepAction',
    { steps: [{ name: 's', ref: { resolver: 'git', params: [{ name: 'url', value: 'x' }] } }] },
  ],
  [
    'a sidecar with a probe',
    task({ sidecars: [{ name: 'x', image: 'y', readinessProbe: { exec: { command: ['true'] } } }] }),
  ],
])('%s conforms', (_what, spec) => {
  expect(checkConformance('Task', spec)).toEqual([]);
});

test('a pipeline in a pipeline is checked at every depth', () => {
  const inner = { tasks: [{ name: 'x', foo: 1 }] };
  const spec = { tasks: [{ name: 'a', pipelineSpec: { tasks: [{ name: 'b', pipelineSpec: inner }] } }] };
  expect(checkConformance('Pipeline', spec)).toEqual([
    expect.objectContaining({ at: 'spec.tasks.0.pipelineSpec.tasks.0.pipelineSpec.tasks.0.foo' }),
  ]);
});

/** Objects that Tekton admits although they lack a name, and that fail once a run uses them. */
const NAMELESS = [
  'v-task-parts 3 FIELD_MISSING spec.volumes.0.name',
  'v-workspaces-bind 9 FIELD_MISSING spec.workspaces.0.name',
];

testWithRecordings(
  'each object that Tekton v1.15 admitted conforms, apart from fields that its API server dropped',
  () => {
    const problems = recordedObjects().flatMap(({ id, object, isAdmitted }) => {
      if (!isAdmitted || !kindDefinition(object)) return [];
      const errors = checkConformance(object.kind, object.spec).filter(({ severity }) => severity === 'error');
      return errors.map(({ code, at }) => `${id} ${code} ${at}`);
    });
    const dropped = problems.filter((problem) => problem.includes(' FIELD_UNKNOWN '));
    expect(problems.filter((problem) => !dropped.includes(problem))).toEqual(NAMELESS);
    expect(dropped.filter((problem) => !/^v-(?:unknown-fields|steps|task-parts) /.test(problem))).toEqual([]);
    expect(dropped.length).toBeGreaterThan(0);
  },
);

testWithRecordings('each object that Tekton v1.15 could not decode is of a wrong type, with its message', () => {
  const prefix = 'mutation failed: ';
  const rows = recordedObjects().filter(({ message }) => message.includes('Go struct field'));
  const answers = rows.map(({ object, message }) => ({
    expected: message.slice(message.indexOf(prefix) + prefix.length),
    messages: checkConformance(object.kind, object.spec).map(({ tektonMessage }) => tektonMessage),
  }));
  expect(answers.length).toBeGreaterThan(0);
  for (const { expected, messages } of answers) expect(messages).toEqual([expected]);
});
