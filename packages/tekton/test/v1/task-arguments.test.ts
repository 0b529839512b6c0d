import { describe, expect, test } from '@jest/globals';
import { taskModel, taskRunModel, taskRunRulesOf } from '@pipewright/tekton';

const apiVersion = 'tekton.dev/v1';
const none = { inputs: new Map(), outputs: new Map() };

/** Returns reason and message of the failure of a TaskRun, or undefined. */
function failure(task: object, spec: object, allowsSeveralClaims = false): string | undefined {
  const run = taskRunModel({ apiVersion, spec: { taskRef: { name: 't' }, ...spec } });
  const found = taskRunRulesOf({ apiVersion }).argumentsFailure({
    run,
    task: taskModel({ apiVersion, spec: { steps: [{ name: 's', image: 'busybox', script: 'true' }], ...task } }),
    names: { name: 'run', namespace: 'ns', ...(run.source?.kind === 'reference' && { task: 't' }) },
    bound: none,
    allowsSeveralClaims,
  });
  return found && `${found.reason}: ${found.message}`;
}

const object = { name: 'o', type: 'object', properties: { k: {}, l: {} } };
const script = (text: string): object => ({ steps: [{ name: 's', image: 'busybox', script: text }] });
const param = (value: unknown): object => ({ params: [{ name: 'a', value }] });
const array = { name: 'a', type: 'array' };

describe('a TaskRun fails before it starts', () => {
  test.each([
    [
      'without a value for a param',
      { params: [{ name: 'a' }, { name: 'b' }] },
      {},
      'invalid input params for task t: missing values for these params which have no default values: [a b]',
    ],
    [
      'with a value of another type',
      { params: [{ name: 'a' }] },
      param(['x']),
      "invalid input params for task t: param types don't match the user-specified type: [a]",
    ],
    [
      'without a key of an object',
      { params: [object] },
      { params: [{ name: 'o', value: { k: 'v' } }] },
      "invalid input params for task t: missing keys for these params which are required in ParamSpec's properties map[o:[l]]",
    ],
    [
      'with an index beyond an array',
      { params: [array], ...script('$(params.a[0]) $(params.a[2]) $(params["a"][1])') },
      param(['x']),
      'non-existent param references:[$(params.a[2]) $(params["a"][1])]',
    ],
    [
      'with resources for an unknown step',
      {},
      { stepSpecs: [{ name: 'zz', computeResources: {} }] },
      'invalid StepOverride: No Step named zz',
    ],
    [
      'with resources for an unknown sidecar',
      {},
      { sidecarSpecs: [{ name: 'zz', computeResources: {} }] },
      'invalid SidecarOverride: No Sidecar named zz',
    ],
    [
      'without a workspace',
      { workspaces: [{ name: 'w' }] },
      {},
      'declared workspace "w" is required but has not been bound',
    ],
    [
      'with an undeclared workspace',
      {},
      { workspaces: [{ name: 'z', emptyDir: {} }] },
      'workspace binding "z" does not match any declared workspace',
    ],
    [
      'with workspaces on two claims',
      { workspaces: [{ name: 'a' }, { name: 'b' }] },
      { workspaces: ['a', 'b'].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })) },
      'more than one PersistentVolumeClaim is bound',
    ],
  ])('%s', (_case, task, spec, message) => {
    expect(failure(task, spec)).toBe(`TaskRunValidationFailed: [User error] ${message}`);
  });

  test('with a value that an enum does not list', () => {
    expect(failure({ params: [{ name: 'a', enum: ['x', 'y'] }] }, param('z'))).toBe(
      'InvalidParamValue: [User error] param `a` value: z is not in the enum list',
    );
  });
});

describe('a TaskRun starts', () => {
  const claims = ['a', 'b'].map((name) => ({ name, persistentVolumeClaim: { claimName: 'same' } }));
  test.each([
    ['with a param that its Task does not declare', {}, param('x')],
    [
      'with an object whose other keys have defaults',
      { params: [{ ...object, default: { l: 'L' } }] },
      { params: [{ name: 'o', value: { k: 'v' } }] },
    ],
    ['without an optional workspace', { workspaces: [{ name: 'w', optional: true }] }, {}],
    ['with two workspaces on one claim', { workspaces: [{ name: 'a' }, { name: 'b' }] }, { workspaces: claims }],
    [
      'with a workspace that its embedded Task does not declare',
      {},
      { taskRef: undefined, taskSpec: {}, workspaces: [{ name: 'z', emptyDir: {} }] },
    ],
  ])('%s', (_case, task, spec) => {
    expect(failure(task, spec)).toBeUndefined();
  });
});
