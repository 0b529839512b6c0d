/** Responses of the Tekton v0.9.2 webhook to these objects on a real cluster, after "mutation failed: ". */

import { describe, expect, test } from '@jest/globals';
import { checkObject, admissionMessage } from '@pipewright/tekton';
import { apiVersion } from '../support/objects.js';

const object = (kind: string, spec: unknown, name = 'x') => ({ apiVersion, kind, metadata: { name }, spec });
const task = (...steps: object[]) => object('Task', { steps });
const step = { name: 's', image: 'ubuntu', command: ['true'] };
const pipeline = (...tasks: object[]) => object('Pipeline', { tasks });
const ok = { name: 'ok' };

const rows: [mistake: string, object: unknown, message: string][] = [
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
  [
    'an invalid quantity',
    task({ ...step, resources: { requests: { cpu: 'lots' } } }),
    "cannot decode incoming new object: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'a quantity with an unknown suffix',
    task({ ...step, resources: { limits: { memory: '5mm' } } }),
    "cannot decode incoming new object: unable to parse quantity's suffix",
  ],
  ['two steps of one name', task(step, step), 'invalid value: s: steps.name'],
  [
    'a step name in upper case',
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
  ['a resource with nothing but an empty list', object('PipelineResource', { params: [] }), 'missing field(s): '],
  [
    'a resource without a type',
    object('PipelineResource', { params: [{ name: 'url', value: 'https://a/b' }] }),
    'invalid value: spec.type: ',
  ],
  [
    'an input without a type',
    object('Task', { inputs: { resources: [{ name: 'a' }] }, steps: [step] }),
    'invalid value: : taskspec.Inputs.Resources.a.Type',
  ],
  [
    'a task of a pipeline without a name',
    pipeline({ taskRef: ok }),
    "invalid value: name part must be non-empty,name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'): spec.tasks[0].name",
  ],
  [
    'an undeclared variable in the name of a volume to mount',
    task({ ...step, volumeMounts: [{ name: '$(inputs.params.v)', mountPath: '/v' }] }),
    'non-existent variable in "$(inputs.params.v)" for step volumeMount[0].Name: taskspec.steps.volumeMount[0].Name',
  ],
  [
    'a cluster with an invalid URL',
    object('PipelineResource', {
      type: 'cluster',
      params: [
        { name: 'name', value: 'without any login' },
        { name: 'url', value: 'foo' },
      ],
    }),
    'invalid value: foo: URL',
  ],
  [
    'a cluster with an invalid value of insecure',
    object('PipelineResource', {
      type: 'cluster',
      params: [
        { name: 'token', value: 't' },
        { name: 'insecure', value: 'yes' },
      ],
    }),
    'missing field(s): CAData param',
  ],
  [
    'a resource without a type in a TaskRun',
    object('TaskRun', { taskRef: ok, inputs: { resources: [{ name: 'a', resourceSpec: {} }] } }),
    'missing field(s): ',
  ],
  [
    'two inputs with the same name',
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
  [
    'a task with an invalid name',
    pipeline({ name: 'a', taskRef: { name: 'a b' } }),
    "invalid value: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'): spec.tasks[0].taskRef.name",
  ],
  [
    'a mistake in an embedded task, with the message for a Task',
    object('TaskRun', { taskSpec: { steps: [{ name: 'a' }] } }),
    'missing field(s): steps.Image',
  ],
  [
    'a mistake in an embedded pipeline, with the message for a Pipeline',
    object('PipelineRun', {
      pipelineSpec: {
        tasks: [
          { name: 'a', taskRef: ok },
          { name: 'a', taskRef: ok },
        ],
      },
    }),
    'expected exactly one, got both: spec.tasks[1].name',
  ],
  [
    'an input bound to nothing',
    object('TaskRun', { taskRef: ok, inputs: { resources: [{ name: 'a' }] } }),
    'missing field(s): spec.Inputs.Resources.Name.ResourceRef, spec.Inputs.Resources.Name.ResourceSpec',
  ],
  [
    'an output with two bindings',
    object('TaskRun', {
      taskRef: ok,
      outputs: { resources: [{ name: 'a', resourceRef: ok, resourceSpec: { type: 'image', params: [] } }] },
    }),
    'must not set the field(s): spec.Outputs.Resources.Name.ResourceRef, spec.Outputs.Resources.Name.ResourceSpec',
  ],
  [
    'a resource of an unknown type in a TaskRun',
    object('TaskRun', { taskRef: ok, inputs: { resources: [{ name: 'a', resourceSpec: { type: 'foo' } }] } }),
    'invalid value: spec.type: foo',
  ],
  [
    'a storage resource without a type',
    object('PipelineResource', { type: 'storage', params: [{ name: 'location', value: 'gs://b' }] }),
    'missing field(s): spec.params.type',
  ],
  [
    'a storage resource without a location',
    object('PipelineResource', { type: 'storage', params: [{ name: 'type', value: 'gcs' }] }),
    'missing field(s): spec.params.location',
  ],
  [
    'a storage resource of another type',
    object('PipelineResource', {
      type: 'storage',
      params: [
        { name: 'type', value: 's3' },
        { name: 'location', value: 's3://b' },
      ],
    }),
    'invalid value: s3: spec.params.type',
  ],
  [
    'a cluster resource without credentials',
    object('PipelineResource', { type: 'cluster', params: [{ name: 'url', value: 'https://10.0.0.1' }] }),
    'missing field(s): username or CAData  or token param',
  ],
  [
    'a cluster resource without a certificate authority',
    object('PipelineResource', {
      type: 'cluster',
      params: [
        { name: 'url', value: 'https://10.0.0.1' },
        { name: 'token', value: 't' },
      ],
    }),
    'missing field(s): CAData param',
  ],
  [
    'an array inside a string',
    object('Task', {
      inputs: { params: [{ name: 'a', type: 'array' }] },
      steps: [{ ...step, args: ['x-$(inputs.params.a)'] }],
    }),
    'variable is not properly isolated in "x-$(inputs.params.a)" for step arg[0]: taskspec.steps.arg[0]',
  ],
  [
    'an array in a field for one string',
    object('Task', {
      inputs: { params: [{ name: 'a', type: 'array' }] },
      steps: [{ ...step, workingDir: '$(inputs.params.a)' }],
    }),
    'variable type invalid in "$(inputs.params.a)" for step workingDir: taskspec.steps.workingDir',
  ],
  [
    'a number in a field for strings',
    object('Task', { inputs: { params: [{ name: 'a', default: 1 }] }, steps: [step] }),
    'cannot decode incoming new object: json: cannot unmarshal number into Go value of type string',
  ],
];

const errorsOf = (invalid: unknown) => checkObject(invalid).filter(({ severity }) => severity === 'error');

describe("Tekton's message for", () => {
  test.each(rows)('%s', (_, invalid, message) => {
    expect(admissionMessage(errorsOf(invalid))).toBe(message);
  });
});

describe('of several mistakes Tekton reports', () => {
  const unknown = (name: string) => ({ ...step, name, args: [`$(inputs.params.${name})`] });
  test.each<[string, unknown, string]>([
    [
      'a decoding error before an invalid name',
      object('Task', { foo: 1, steps: [step] }, 'a.b'),
      'cannot decode incoming new object: json: unknown field "foo"',
    ],
    [
      'an invalid name before a missing step',
      object('Task', {}, 'a.b'),
      'Invalid resource name: special character . must not be present: metadata.name',
    ],
    [
      'a volume before a step, a step before an input',
      object('Task', {
        inputs: { resources: [{ name: 'a', type: 'gti' }] },
        steps: [{ name: 's' }],
        volumes: [{ name: 'v' }, { name: 'v' }],
      }),
      'multiple volumes with same name "v": volumes.name',
    ],
    [
      "a step's image before an input's type",
      object('Task', { inputs: { resources: [{ name: 'a', type: 'gti' }] }, steps: [{ name: 's' }] }),
      'missing field(s): steps.Image',
    ],
    [
      'an input before an output, both before a variable',
      object('Task', {
        inputs: { params: [{ name: 'p', type: 'int' }] },
        outputs: { resources: [{ name: 'a', type: 'gti' }] },
        steps: [unknown('zz')],
      }),
      'invalid value: int: taskspec.inputs.params.p.type',
    ],
    [
      'the first step with an unknown param, not the first unknown resource',
      task({ ...step, name: 'a', args: ['$(inputs.resources.r.url)'] }, unknown('b')),
      'non-existent variable in "$(inputs.params.b)" for step arg[0]: taskspec.steps.arg[0]',
    ],
    [
      'an image before arguments',
      task({ ...unknown('a'), image: '$(inputs.params.image)' }),
      'non-existent variable in "$(inputs.params.image)" for step image: taskspec.steps.image',
    ],
    [
      'the first task with an invalid name before undeclared resources',
      pipeline(
        { name: 'a', taskRef: ok, resources: { inputs: [{ name: 'src', resource: 's' }] } },
        { name: '', taskRef: ok },
      ),
      "invalid value: name part must be non-empty,name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'): spec.tasks[1].name",
    ],
    [
      'the graph before a variable',
      pipeline({ name: 'a', taskRef: ok, runAfter: ['a'], params: [{ name: 'x', value: '$(params.zz)' }] }),
      'invalid value: couldn\'t add link between a and a: Couldn\'t create link from a to a: cycle detected; task "a" depends on itself: spec.tasks',
    ],
    [
      'the embedded task before the timeout',
      object('TaskRun', { taskSpec: { steps: [{ name: 's' }] }, timeout: '-1s' }),
      'missing field(s): steps.Image',
    ],
  ])('%s', (_, invalid, message) => {
    expect(admissionMessage(errorsOf(invalid))).toBe(message);
  });
});

describe('a mistake that Tekton admits has no message of Tekton', () => {
  test.each<[string, unknown]>([
    ['a task of a pipeline in upper case', pipeline({ name: 'Upper', taskRef: ok })],
    ['a mount over the tools', task({ ...step, volumeMounts: [{ name: 'v', mountPath: '/tekton/tools' }] })],
    ['an invalid image name', task({ ...step, image: 'No Such' })],
    ['a Git resource without URL', object('PipelineResource', { type: 'git', params: [] })],
    ['a name that only the API server rejects', object('Task', { steps: [step] }, 'Upper')],
    [
      'a resource in a PipelineRun without a binding',
      object('PipelineRun', { pipelineRef: ok, resources: [{ name: 'a' }] }),
    ],
  ])('%s', (_, invalid) => {
    const errors = errorsOf(invalid);
    expect(errors).toHaveLength(1);
    expect(errors[0]).not.toHaveProperty('tektonMessage');
    expect(admissionMessage(errors)).toBeUndefined();
  });
});
