import { describe, expect, test } from '@jest/globals';
import { stepActionModel, taskModel, taskRunModel, taskRunRulesOf, type TaskModel } from '@pipewright/tekton';

const apiVersion = 'tekton.dev/v1';

/** Returns a Task with its values in an attempt of a TaskRun. */
function resolve(task: object, spec: object = {}, actions: Readonly<Record<string, object>> = {}) {
  return taskRunRulesOf({ apiVersion }).resolveTask(taskModel({ apiVersion, spec: task }), {
    run: taskRunModel({ apiVersion, spec: { taskRef: { name: 't' }, ...spec } }),
    names: { name: 'run', namespace: 'ns', task: 't' },
    uid: 'u-1',
    attempt: 2,
    inputs: new Map(),
    outputs: new Map(),
    workspaceVolumes: new Map([['w', 'ws-1']]),
    stepActions: new Map(
      Object.entries(actions).map(([name, action]) => [
        name,
        stepActionModel({ apiVersion: 'tekton.dev/v1beta1', spec: action }),
      ]),
    ),
  });
}

function resolved(...args: Parameters<typeof resolve>): TaskModel {
  const result = resolve(...args);
  if (result.kind === 'refused') throw new Error(result.failure.message);
  return result.task;
}

const step = (more: object): object => ({ steps: [{ name: 's', image: 'busybox', ...more }] });

const params = [
  { name: 's', default: 'S' },
  { name: 'dot.ted', default: 'D' },
  { name: 'arr', type: 'array', default: ['x', 'y z'] },
  { name: 'o', type: 'object', properties: { k: {}, l: {} }, default: { k: 'K', l: 'L' } },
];

describe('a variable has its value in every step', () => {
  test.each([
    ['$(params.s) $(params["s"]) $(params[\'s\']) $(inputs.params.s)', 'S S S S'],
    ['$(params["dot.ted"])', 'D'],
    ['$(params.arr[1]) $(params.o.k) $(params.o.l)', 'y z given L'],
    ['$(context.taskRun.name) $(context.taskRun.namespace) $(context.taskRun.uid)', 'run ns u-1'],
    ['$(context.task.name) $(context.task.retry-count)', 't 2'],
    ['$(results.r.path) $(results["r"].path)', '/tekton/results/r /tekton/results/r'],
    ['$(step.results.sr.path)', '/tekton/steps/step-s/results/sr'],
    ['$(steps.step-s.exitCode.path) $(credentials.path)', '/tekton/steps/step-s/exitCode /tekton/creds'],
    ['$(workspaces.w.path) $(workspaces.w.bound) $(workspaces.w.volume) [$(workspaces.w.claim)]', '/w true ws-1 [c]'],
    ['[$(workspaces.none.path)] $(workspaces.none.bound)', '[] false'],
    ['$(steps.s.results.sr) $(date) $(nothing.here) $$(params.s)', '$(steps.s.results.sr) $(date) $(nothing.here) $S'],
  ])('%s', (script, value) => {
    const task = {
      params,
      results: [{ name: 'r' }],
      workspaces: [
        { name: 'w', mountPath: '/w' },
        { name: 'none', optional: true },
      ],
      ...step({ script, results: [{ name: 'sr' }] }),
    };
    const spec = {
      params: [{ name: 'o', value: { k: 'given' } }],
      workspaces: [{ name: 'w', persistentVolumeClaim: { claimName: 'c' } }],
    };
    expect(resolved(task, spec).steps[0]?.script).toBe(value);
  });

  test('an array becomes as many arguments as it has elements', () => {
    const task = { params, ...step({ command: ['echo', '$(params.arr[*])'], args: ['$(params.arr)', 'last'] }) };
    expect(resolved(task).steps[0]).toMatchObject({ command: ['echo', 'x', 'y z'], args: ['x', 'y z', 'last'] });
  });
});

test('variables have values in every field that Tekton substitutes', () => {
  const v = '$(params.s)';
  const task = {
    params,
    workspaces: [{ name: 'w', mountPath: `/${v}` }],
    stepTemplate: { env: [{ name: 'T', value: v }] },
    volumes: [
      { name: 'p', projected: { sources: [{ configMap: { name: v } }] } },
      { name: 'c', csi: { driver: 'd', volumeAttributes: { a: v } } },
      { name: 'k', secret: { secretName: v, items: [{ key: v, path: 'p' }] } },
    ],
    sidecars: [{ name: 'side', image: v, script: v, imagePullPolicy: v }],
    ...step({
      image: v,
      imagePullPolicy: v,
      onError: v,
      workingDir: `/${v}`,
      stdoutConfig: { path: `/${v}` },
      stderrConfig: { path: `/${v}` },
      when: [{ input: v, operator: 'in', values: ['$(params.arr[*])', v] }],
      env: [{ name: 'E', valueFrom: { secretKeyRef: { name: v, key: v } } }],
      volumeMounts: [{ name: v, mountPath: `/${v}`, subPath: v }],
    }),
  };
  const text = JSON.stringify({ ...resolved(task), params: [] });
  expect([text.includes('$('), resolved(task).steps[0]?.when]).toEqual([
    false,
    [{ kind: 'comparison', input: 'S', operator: 'in', values: ['x', 'y z', 'S'] }],
  ]);
});

test('an isolated workspace has the path of the step that mounts it', () => {
  const task = {
    workspaces: [{ name: 'w' }],
    steps: [
      { name: 'a', image: 'i', script: '$(workspaces.w.path)', workspaces: [{ name: 'w', mountPath: '/else' }] },
      { name: 'b', image: 'i', script: '$(workspaces.w.path)' },
    ],
  };
  const { steps } = resolved(task, { workspaces: [{ name: 'w', emptyDir: {} }] });
  expect(steps.map(({ script }) => script)).toEqual(['/else', '/workspace/w']);
});

test('an embedded Task gets the workspaces that it uses without declaring them', () => {
  const spec = {
    taskRef: undefined,
    taskSpec: {},
    workspaces: [
      { name: 'w', emptyDir: {} },
      { name: 'unused', emptyDir: {} },
    ],
  };
  const { workspaces, steps } = resolved(step({ script: 'ls $(workspaces.w.path)' }), spec);
  expect([workspaces.map(({ name }) => name), steps[0]?.script]).toEqual([['w'], 'ls /workspace/w']);
});

test('the bindings of a TaskRun get the values of its params', () => {
  const result = resolve(
    { params: [{ name: 's' }], workspaces: [{ name: 'w' }], ...step({ script: 'true' }) },
    {
      params: [{ name: 's', value: 'V' }],
      workspaces: [{ name: 'w', subPath: '$(params.s)', configMap: { name: 'c-$(params.s)' } }],
    },
  );
  expect(result.kind === 'task' && result.workspaces).toEqual([
    { name: 'w', subPath: 'V', configMap: { name: 'c-V' } },
  ]);
});

describe('a step with a StepAction', () => {
  const greet = {
    image: 'busybox',
    params: [
      { name: 'who' },
      { name: 'greeting', default: 'hello $(params.who)' },
      { name: 'list', type: 'array', default: ['d'] },
      { name: 'o', type: 'object', properties: { k: {}, l: {} }, default: { k: 'dk', l: 'dl' } },
    ],
    results: [{ name: 'said' }],
    env: [{ name: 'G', value: '$(params.greeting) $(params.o.k) $(params.o.l)' }],
    args: ['$(params.list[*])', '$(step.results.said.path)'],
  };
  const use = (...given: readonly object[]) => ({
    params: [{ name: 'name' }],
    steps: [{ name: 'one', ref: { name: 'greet' }, params: given, onError: 'continue' }],
  });
  const spec = { params: [{ name: 'name', value: 'bob $(params.who)' }] };

  test('has the fields of the action, with the values that it gives to the params of the action', () => {
    const task = use({ name: 'who', value: '$(params.name)' }, { name: 'o', value: { k: 'ok' } });
    expect(resolved(task, spec, { greet }).steps[0]).toEqual({
      name: 'one',
      image: 'busybox',
      onError: 'continue',
      env: [{ name: 'G', value: 'hello bob $(params.who) ok dl' }],
      args: ['d', '/tekton/steps/step-one/results/said'],
      stepResults: [{ name: 'said', type: 'string' }],
    });
  });

  test('gets the keys of an object param that the run leaves to its default', () => {
    const task = {
      params: [{ name: 'p', type: 'object', properties: { k: {}, l: {} }, default: { k: 'task k', l: 'task l' } }],
      steps: [
        {
          name: 'one',
          ref: { name: 'greet' },
          params: [
            { name: 'who', value: 'w' },
            { name: 'o', value: '$(params.p[*])' },
          ],
        },
      ],
    };
    const run = { params: [{ name: 'p', value: { l: 'run l' } }] };
    expect(resolved(task, run, { greet }).steps[0]?.env).toEqual([{ name: 'G', value: 'hello w task k run l' }]);
  });

  test('has the default of an object param whose value is a text', () => {
    const task = use({ name: 'who', value: 'w' }, { name: 'o', value: '$(params.name)' });
    expect(resolved(task, spec, { greet }).steps[0]?.env).toEqual([{ name: 'G', value: 'hello w dk dl' }]);
  });

  test('has variables for whole results of earlier steps that are values of its params', () => {
    const action = {
      image: 'busybox',
      params: [
        { name: 'list', type: 'array' },
        { name: 'o', type: 'object', properties: { k: {} }, default: { k: 'dk' } },
      ],
      env: [{ name: 'E', value: '$(params.list[1]) $(params["list"][0]) $(params.o.k)' }],
      args: ['$(params.list[*])', "$(params['list'])"],
    };
    const given = [
      { name: 'list', value: '$(steps.first.results.r[*])' },
      { name: 'o', value: '$(steps.first.results.obj[*])' },
    ];
    const task = { steps: [{ name: 'one', ref: { name: 'action' }, params: given }] };
    expect(resolved(task, {}, { action }).steps[0]).toMatchObject({
      env: [{ value: '$(steps.first.results.r[1]) $(steps.first.results.r[0]) $(steps.first.results.obj.k)' }],
      args: ['$(steps.first.results.r[*])', '$(steps.first.results.r[*])'],
    });
  });

  test.each([
    [
      'of a name that does not exist',
      { params: [{ name: 'name' }], steps: [{ ref: { name: 'nope' } }] },
      'stepactions.tekton.dev "nope" not found',
    ],
    ['without a value for a param', use(), 'non-existent params in Step: [who]'],
    [
      'with a param that the action lacks',
      use({ name: 'who', value: 'w' }, { name: 'zz', value: 'z' }),
      'extra params passed by Step to StepAction: [zz]',
    ],
  ])('%s is refused', (_case, task, message) => {
    expect(resolve(task, spec, { greet })).toEqual({
      kind: 'refused',
      failure: { reason: 'TaskRunResolutionFailed', message },
    });
  });
});
