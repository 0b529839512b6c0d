/** What Tekton v0.9.2's webhook answered to these objects on a real cluster, after "mutation failed: ". */

import { describe, expect, test } from '@jest/globals';
import { checkObject } from '@pipewright/tekton';
import { apiVersion } from './objects.js';

const object = (kind: string, spec: unknown, name = 'x') => ({ apiVersion, kind, metadata: { name }, spec });
const task = (...steps: object[]) => object('Task', { steps });
const step = { name: 's', image: 'ubuntu', command: ['true'] };
const pipeline = (...tasks: object[]) => object('Pipeline', { tasks });
const ok = { name: 'ok' };

const rows: [what: string, object: unknown, words: string][] = [
  ['an empty Task', object('Task', {}), 'missing field(s): '],
  ['a Task with an empty list of steps', object('Task', { steps: [] }), 'missing field(s): '],
  ['a Task without spec', { apiVersion, kind: 'Task', metadata: { name: 't' } }, 'missing field(s): '],
  ['an empty Pipeline', object('Pipeline', {}), 'missing field(s): '],
  ['an empty TaskRun', object('TaskRun', {}), 'missing field(s): spec.taskref.name, spec.taskspec'],
  ['an empty PipelineRun', object('PipelineRun', {}), 'missing field(s): spec.pipelineref.name, spec.pipelinespec'],
  ['an empty PipelineResource', object('PipelineResource', {}), 'missing field(s): '],
  ['an empty Condition', object('Condition', {}), 'missing field(s): Spec.Check.Image'],
  [
    'a TaskRun with both',
    object('TaskRun', { taskRef: ok, taskSpec: { steps: [step] } }),
    'must not set the field(s): spec.taskref, spec.taskspec',
  ],
  [
    'a PipelineRun with both',
    object('PipelineRun', { pipelineRef: ok, pipelineSpec: { tasks: [{ name: 'a', taskRef: ok }] } }),
    'must not set the field(s): spec.pipelineref, spec.pipelinespec',
  ],
  ['a step without image', task({ name: 'a' }), 'missing field(s): steps.Image'],
  [
    'a script with a command',
    task({ ...step, script: 'echo' }),
    'script cannot be used with args or command: steps.script',
  ],
  ['two steps of one name', task(step, step), 'invalid value: s: steps.name'],
  [
    'a step name in capitals',
    task({ ...step, name: 'Upper' }),
    'invalid value "Upper": taskspec.steps.name\nTask step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names',
  ],
  [
    'an unknown field',
    object('Task', { foo: 1, steps: [step] }),
    'cannot decode incoming new object: json: unknown field "foo"',
  ],
  [
    'a name with a dot',
    object('Task', { steps: [step] }, 'a.b'),
    'Invalid resource name: special character . must not be present: metadata.name',
  ],
  [
    'a name that is too long',
    object('Task', { steps: [step] }, 'x'.repeat(64)),
    'Invalid resource name: length must be no more than 63 characters: metadata.name',
  ],
  [
    'an undeclared variable',
    task({ ...step, args: ['echo $(inputs.params.zz)'] }),
    'non-existent variable in "echo $(inputs.params.zz)" for step arg[0]: taskspec.steps.arg[0]',
  ],
  [
    'an undeclared variable in a pipeline',
    pipeline({ name: 'a', taskRef: ok, params: [{ name: 'a', value: '$(params.zz)' }] }),
    'non-existent variable in "$(params.zz)" for task parameter param[a]: pipelinespec.params.param[a]',
  ],
  [
    'a default of another type',
    object('Task', { inputs: { params: [{ name: 'a', type: 'array', default: 'x' }] }, steps: [step] }),
    '"array" type does not match default value\'s type: "string": taskspec.inputs.params.a.default.type, taskspec.inputs.params.a.type',
  ],
  [
    'an unknown type of param',
    object('Task', { inputs: { params: [{ name: 'a', type: 'int' }] }, steps: [step] }),
    'invalid value: int: taskspec.inputs.params.a.type',
  ],
  [
    'an unknown type of input',
    object('Task', { inputs: { resources: [{ name: 'a', type: 'gti' }] }, steps: [step] }),
    'invalid value: gti: taskspec.Inputs.Resources.a.Type',
  ],
  ['an unknown type of resource', object('PipelineResource', { type: 'foo' }), 'invalid value: spec.type: foo'],
  [
    'two inputs of one name',
    object('Task', {
      inputs: {
        resources: [
          { name: 'a', type: 'git' },
          { name: 'a', type: 'git' },
        ],
      },
      steps: [step],
    }),
    'expected exactly one, got both: taskspec.Inputs.Resources.Name',
  ],
  [
    'a cycle',
    pipeline(
      { name: 'a', taskRef: ok, runAfter: ['c'] },
      { name: 'b', taskRef: ok, runAfter: ['a'] },
      { name: 'c', taskRef: ok, runAfter: ['b'] },
    ),
    "invalid value: couldn't add link between a and c: Couldn't create link from c to a: cycle detected: a -> b -> c -> a: spec.tasks",
  ],
  [
    'an unknown task to run after',
    pipeline({ name: 'a', taskRef: ok, runAfter: ['zz'] }),
    "invalid value: couldn't add link between a and zz: Task a depends on zz but zz wasn't present in Pipeline: spec.tasks",
  ],
  [
    'an undeclared resource',
    pipeline({ name: 'a', taskRef: ok, resources: { inputs: [{ name: 'src', resource: 's' }] } }),
    "invalid value: Pipeline declared resources didn't match usage in Tasks: Didn't provide required values: [s]: spec.resources",
  ],
  [
    'an unused resource',
    object('Pipeline', { resources: [{ name: 's', type: 'git' }], tasks: [{ name: 'a', taskRef: ok }] }),
    "invalid value: Pipeline declared resources didn't match usage in Tasks: Provided extra values: [s]: spec.resources",
  ],
  [
    'a negative timeout',
    object('TaskRun', { taskRef: ok, timeout: '-1s' }),
    'invalid value: -1s should be >= 0: spec.timeout',
  ],
  [
    'a timeout without unit',
    object('TaskRun', { taskRef: ok, timeout: '1' }),
    'cannot decode incoming new object: time: missing unit in duration "1"',
  ],
];

describe("Tekton's answer to", () => {
  test.each(rows)('%s', (_, refused, words) => {
    const errors = checkObject(refused).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ tektonMessage }) => tektonMessage)).toContain(words);
  });
});

describe('what Tekton lets pass carries no words of its', () => {
  test.each<[string, unknown]>([
    ['a task of a pipeline in capitals', pipeline({ name: 'Upper', taskRef: ok })],
    ['a mount over the tools', task({ ...step, volumeMounts: [{ name: 'v', mountPath: '/tekton/tools' }] })],
    ['an image name that is none', task({ ...step, image: 'No Such' })],
    ['a Git resource without URL', object('PipelineResource', { type: 'git', params: [] })],
  ])('%s', (_, refused) => {
    const errors = checkObject(refused).filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).not.toHaveProperty('tektonMessage');
  });
});
