/** Responses of the Tekton v0.9.2 webhook, after "mutation failed: ", to invalid bindings between objects. */

import { describe, expect, test } from '@jest/globals';
import { checkObject, admissionMessage } from '@pipewright/tekton';
import { apiVersion } from '../support/objects.js';

const object = (kind: string, spec: unknown) => ({ apiVersion, kind, metadata: { name: 'x' }, spec });
const step = { name: 's', image: 'ubuntu', command: ['true'] };
const ok = { name: 'ok' };
const ref = (name: string) => ({ name, resourceRef: { name: 'r' } });
const input = (...from: string[]) => ({ inputs: [{ name: 'src', resource: 'repo', from }] });
const output = { outputs: [{ name: 'src', resource: 'repo' }] };
const pipeline = (...tasks: object[]) => object('Pipeline', { resources: [{ name: 'repo', type: 'git' }], tasks });
const passing = (value: unknown, kind = 'array') =>
  object('Pipeline', {
    params: [{ name: 'p', type: kind }],
    tasks: [{ name: 'a', taskRef: ok, params: [{ name: 'q', value }] }],
  });
const templated = (stepTemplate: object) =>
  object('Task', { stepTemplate, steps: [{ name: 's', image: 'ubuntu', script: 'true' }] });
const SCRIPT = 'script cannot be used with args or command: steps.script';
const FROM = ': spec.tasks.resources.inputs.from';

describe("Tekton's message for", () => {
  test.each<[string, unknown, string | undefined]>([
    [
      'an input from a task that does not exist',
      pipeline({ name: 'a', taskRef: ok, resources: { ...input('zz'), ...output } }),
      `invalid value: expected resource repo to be from task zz, but task zz doesn't exist${FROM}`,
    ],
    [
      'an input from a task that has it only as an input',
      pipeline({ name: 'a', taskRef: ok, resources: input() }, { name: 'b', taskRef: ok, resources: input('a') }),
      `invalid value: the resource repo from a must be an output but is an input${FROM}`,
    ],
    [
      'an input from the same task',
      pipeline({ name: 'a', taskRef: ok, resources: { ...input('a'), ...output } }),
      'invalid value: couldn\'t add link between a and a: Couldn\'t create link from a to a: cycle detected; task "a" depends on itself: spec.tasks',
    ],
    [
      'inputs of two tasks from each other',
      pipeline(
        { name: 'a', taskRef: ok, resources: { ...input('b'), ...output } },
        { name: 'b', taskRef: ok, resources: { ...input('a'), ...output } },
      ),
      "invalid value: couldn't add link between a and b: Couldn't create link from b to a: cycle detected: a -> b -> a: spec.tasks",
    ],
    [
      'a resource that only a condition uses',
      pipeline({
        name: 'a',
        taskRef: ok,
        conditions: [{ conditionRef: 'c', resources: [{ name: 'src', resource: 'repo' }] }],
      }),
      undefined,
    ],
    [
      'a task without a taskRef',
      object('Pipeline', { tasks: [{ name: 'a' }] }),
      "invalid value: name part must be non-empty,name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'): spec.tasks[0].taskRef.name",
    ],
    [
      'an array that is passed inside a string',
      passing(['x$(params.p)']),
      'variable is not properly isolated in "x$(params.p)" for task parameter param[q]: pipelinespec.params.param[q]',
    ],
    [
      'an array that is passed as a string',
      passing('$(params.p)'),
      'variable type invalid in "$(params.p)" for task parameter param[q]: pipelinespec.params.param[q]',
    ],
    ['an array that is passed on within an array', passing(['$(params.p)', 'b']), undefined],
    ['an invalid type of a param in a pipeline', passing('b', 'int'), 'invalid value: int: spec.params.p.type'],
    [
      'a default of another type in a pipeline',
      object('Pipeline', { params: [{ name: 'p', type: 'array', default: 's' }], tasks: [{ name: 'a', taskRef: ok }] }),
      '"array" type does not match default value\'s type: "string": spec.params.p.default.type, spec.params.p.type',
    ],
    [
      'a task that has inputs and no steps',
      object('Task', { inputs: { params: [{ name: 'p' }] } }),
      'missing field(s): steps',
    ],
    ['a step without image in a ClusterTask', object('ClusterTask', { steps: [{}] }), 'missing field(s): steps.Image'],
    [
      'two outputs with the same name in different case',
      object('Task', {
        outputs: {
          resources: [
            { name: 'a', type: 'git' },
            { name: 'A', type: 'image' },
          ],
        },
        steps: [step],
      }),
      'expected exactly one, got both: taskspec.Outputs.Resources.Name',
    ],
    [
      'a resource that is bound twice in different case',
      object('TaskRun', { taskRef: ok, inputs: { resources: [ref('a'), ref('A')] } }),
      'expected exactly one, got both: spec.Inputs.Resources.Name',
    ],
    [
      'a param that is set twice',
      object('TaskRun', {
        taskRef: ok,
        inputs: {
          params: [
            { name: 'a', value: 'x' },
            { name: 'a', value: 'y' },
          ],
        },
      }),
      'expected exactly one, got both: spec.inputs.params',
    ],
    [
      'a param that is a mapping',
      object('TaskRun', { taskRef: ok, inputs: { params: [{ name: 'a', value: { x: 'y' } }] } }),
      'cannot decode incoming new object: json: cannot unmarshal object into Go value of type string',
    ],
    [
      'a param that a PipelineRun sets twice',
      object('PipelineRun', {
        pipelineRef: ok,
        params: [
          { name: 'a', value: 'x' },
          { name: 'a', value: 'y' },
        ],
      }),
      undefined,
    ],
    [
      'a workspace on a claim without a name',
      object('TaskRun', { taskRef: ok, workspaces: [{ name: 'w', persistentVolumeClaim: {} }] }),
      'missing field(s): workspace.persistentvolumeclaim.claimname',
    ],
    ['a script with a command that the template brings', templated({ command: ['sh'] }), SCRIPT],
    ['a script with arguments', templated({ args: ['x'] }), undefined],
  ])('%s', (_, invalid, message) => {
    const errors = checkObject(invalid).filter(({ severity }) => severity === 'error');
    expect(admissionMessage(errors)).toBe(message);
  });
});
