import { describe, expect, test } from '@jest/globals';
import type {
  PipelineRun,
  PipelineRunSpec,
  PipelineRunStatus,
  PipelineSpec,
  TaskRunObject,
  TaskRunStatus,
  TaskSpec,
} from '@pipewright/tekton';
import type { ObservedPipelineRun } from '../../src/pipelinerun/observed.js';
import type { PipelineRunDecision } from '../../src/pipelinerun/decision.js';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import { at, conditionOf, NOON, ok, pipelineTask } from '../support/fixtures.js';

/** fetch, then lint and unit in parallel, then ship. */
const release: PipelineSpec = {
  tasks: [
    pipelineTask('fetch'),
    pipelineTask('lint', 'fetch'),
    pipelineTask('unit', 'fetch'),
    pipelineTask('ship', 'lint', 'unit'),
  ],
};

type Differences = Partial<Omit<ObservedPipelineRun, 'run' | 'pipeline'>> & {
  readonly spec?: PipelineRunSpec;
  readonly pipeline?: PipelineSpec;
  readonly status?: PipelineRunStatus;
};

/** Returns the release pipeline at noon, with these differences. */
function observedRun({ spec = {}, status, pipeline = release, ...rest }: Differences = {}): ObservedPipelineRun {
  const run: PipelineRun = {
    apiVersion: 'tekton.dev/v1alpha1',
    kind: 'PipelineRun',
    metadata: { name: 'run', namespace: 'ns', uid: 'u', labels: { team: 'a' } },
    spec: { pipelineRef: { name: 'p' }, ...spec },
    ...(status && { status }),
  };
  return {
    run,
    pipeline: { apiVersion: 'tekton.dev/v1alpha1', spec: pipeline },
    tasks: new Map([['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: ok }]]),
    resources: new Map(),
    conditions: new Map(),
    taskRuns: new Map(),
    now: at('12:00:00'),
    ...rest,
  };
}

const statusWith = (status: 'True' | 'False' | 'Unknown', reason: string): TaskRunStatus => ({
  conditions: [{ type: 'Succeeded', status, reason, message: '' }],
});
const states = {
  running: statusWith('Unknown', 'Running'),
  succeeded: statusWith('True', 'Succeeded'),
  failed: statusWith('False', 'Failed'),
  cancelled: statusWith('False', 'TaskRunCancelled'),
} as const;

/** Returns the TaskRuns that the planner would create, in these states. */
function tasksIn(
  tasks: Readonly<Record<string, TaskRunStatus>>,
  pipeline: PipelineSpec = release,
): ReadonlyMap<string, TaskRunObject> {
  const taskRuns = new Map<string, TaskRunObject>();
  for (const [task, status] of Object.entries(tasks)) {
    const singleTask: PipelineSpec = {
      ...pipeline,
      tasks: (pipeline.tasks ?? []).filter(({ name }) => name === task).map(({ runAfter: _, ...rest }) => rest),
    };
    for (const action of planPipelineRun(observedRun({ pipeline: singleTask })).actions)
      if (action.kind === 'create') taskRuns.set(action.taskRun.metadata.name ?? '', { ...action.taskRun, status });
  }
  return taskRuns;
}

/** Formats the actions without hashes: `create lint`. */
function actionsOf({ actions }: PipelineRunDecision): readonly string[] {
  return actions.map((action) => {
    if (action.kind === 'create') return `create ${action.task}`;
    return 'taskRun' in action
      ? `${action.kind} ${action.taskRun.metadata.labels?.['tekton.dev/pipelineTask'] ?? ''}`
      : action.kind;
  });
}

const RUNNING = 'Running: Not all Tasks in the Pipeline have finished executing';
const progress: readonly [string, Differences, string, readonly string[]][] = [
  ['starts the tasks without dependencies', {}, RUNNING, ['create fetch']],
  [
    'starts all tasks that are ready after a success, in declared order',
    { taskRuns: tasksIn({ fetch: states.succeeded }) },
    RUNNING,
    ['create lint', 'create unit'],
  ],
  [
    'waits while tasks run',
    { taskRuns: tasksIn({ fetch: states.succeeded, lint: states.succeeded, unit: states.running }) },
    RUNNING,
    [],
  ],
  [
    'has succeeded if all tasks have',
    {
      taskRuns: tasksIn({
        fetch: states.succeeded,
        lint: states.succeeded,
        unit: states.succeeded,
        ship: states.succeeded,
      }),
    },
    'Succeeded: All Tasks have completed executing',
    [],
  ],
  [
    'fails with its first failed task, lets the others continue and starts no more',
    { taskRuns: tasksIn({ fetch: states.succeeded, lint: states.running, unit: states.failed }) },
    'Failed: TaskRun run-unit-? has failed',
    [],
  ],
  [
    'fails with a cancelled task',
    { taskRuns: tasksIn({ fetch: states.cancelled }) },
    'Failed: TaskRun run-fetch-? has failed',
    [],
  ],
  [
    'is cancelled with its running tasks, and keeps those that have ended',
    {
      spec: { status: 'PipelineRunCancelled' },
      taskRuns: tasksIn({ fetch: states.succeeded, lint: states.running, unit: states.failed }),
    },
    'PipelineRunCancelled: PipelineRun "run" was cancelled',
    ['cancel lint', 'delete-claim'],
  ],
  [
    'times out with its running tasks',
    {
      status: { startTime: NOON },
      spec: { timeout: '5m' },
      now: at('12:05:01'),
      taskRuns: tasksIn({ fetch: states.running }),
    },
    'PipelineRunTimeout: PipelineRun "run" failed to finish within "5m0s"',
    ['cancel fetch', 'delete-claim'],
  ],
  [
    'has not timed out a moment before',
    {
      status: { startTime: NOON },
      spec: { timeout: '5m' },
      now: at('12:05:00'),
      taskRuns: tasksIn({ fetch: states.running }),
    },
    RUNNING,
    [],
  ],
  [
    'never times out with a timeout of 0',
    {
      status: { startTime: NOON },
      spec: { timeout: '0s' },
      now: at('23:00:00'),
      taskRuns: tasksIn({ fetch: states.running }),
    },
    RUNNING,
    [],
  ],
];

describe('a run', () => {
  test.each(progress)('%s', (_what, differences, expected, actions) => {
    const decision = planPipelineRun(observedRun(differences));
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([expected, actions]);
  });

  test('is reconciled again at its timeout', () => {
    expect(planPipelineRun(observedRun({ spec: { timeout: '5m' } })).requeueAt).toEqual(at('12:05:00.999'));
  });

  test('has equal decisions for equal observations', () => {
    expect(planPipelineRun(observedRun())).toEqual(planPipelineRun(observedRun()));
  });

  test('treats a recorded TaskRun that no longer exists as failed', () => {
    const [name = ''] = tasksIn({ fetch: states.running }).keys();
    const decision = planPipelineRun(
      observedRun({ status: { startTime: NOON, taskRuns: { [name]: { pipelineTaskName: 'fetch' } } } }),
    );
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([
      'Failed: TaskRun run-fetch-? was deleted before it had finished',
      [],
    ]);
  });

  test('records its TaskRuns and their states in its status', () => {
    const taskRuns = tasksIn({ fetch: states.succeeded });
    const { status } = planPipelineRun(observedRun({ taskRuns }));
    const entries = Object.values(status.taskRuns ?? {});
    expect(entries).toEqual([
      { pipelineTaskName: 'lint' },
      { pipelineTaskName: 'unit' },
      { pipelineTaskName: 'fetch', status: states.succeeded },
    ]);
  });

  test('that has ended records the end of its last tasks, and does not change otherwise', () => {
    const [name = ''] = tasksIn({ lint: states.running }).keys();
    const ended: PipelineRunStatus = {
      ...states.failed,
      completionTime: NOON,
      taskRuns: { [name]: { pipelineTaskName: 'lint', status: states.running } },
    };
    const decision = planPipelineRun(observedRun({ status: ended, taskRuns: tasksIn({ lint: states.succeeded }) }));
    expect(decision).toEqual({
      status: { ...ended, taskRuns: { [name]: { pipelineTaskName: 'lint', status: states.succeeded } } },
      actions: [],
    });
  });
});

describe('retries', () => {
  const retried: PipelineSpec = { tasks: [{ ...pipelineTask('a'), retries: 2 }] };
  const failedAfter = (attempts: number): TaskRunStatus => ({
    ...states.failed,
    podName: 'x',
    startTime: NOON,
    retriesStatus: Array.from({ length: attempts }, () => states.failed),
  });

  test('record the earlier attempt and start a new one', () => {
    const taskRuns = tasksIn({ a: failedAfter(1) }, retried);
    const decision = planPipelineRun(observedRun({ pipeline: retried, taskRuns }));
    expect([conditionOf(decision), actionsOf(decision)]).toEqual([RUNNING, ['retry a']]);
    const [action] = decision.actions;
    expect(action).toMatchObject({
      status: {
        conditions: [{ status: 'Unknown', reason: 'Pending', lastTransitionTime: NOON }],
        retriesStatus: [states.failed, { ...states.failed, podName: 'x', startTime: NOON }],
      },
    });
    expect(action && 'status' in action && Object.keys(action.status)).toEqual(['conditions', 'retriesStatus']);
  });

  test.each([
    ['are used up', failedAfter(2)],
    ['do not apply to a cancelled task', { ...states.cancelled, retriesStatus: [] }],
  ])('%s', (_what, status) => {
    const decision = planPipelineRun(observedRun({ pipeline: retried, taskRuns: tasksIn({ a: status }, retried) }));
    expect([conditionOf(decision), actionsOf(decision)]).toEqual(['Failed: TaskRun run-a-? has failed', []]);
  });
});

describe('the TaskRun of a task', () => {
  const createdTaskRun = (differences: Differences): TaskRunObject | undefined =>
    planPipelineRun(observedRun(differences)).actions.flatMap((action) =>
      action.kind === 'create' ? [action.taskRun] : [],
    )[0];

  test('has labels, owner and name from the run', () => {
    expect(
      createdTaskRun({
        spec: {
          serviceAccountName: 'bot',
          timeout: '10m',
          serviceAccountNames: [{ taskName: 'other', serviceAccountName: 'x' }],
        },
      }),
    ).toEqual({
      apiVersion: 'tekton.dev/v1alpha1',
      kind: 'TaskRun',
      metadata: {
        name: expect.stringMatching(/^run-fetch-[a-z0-9]{5}$/),
        namespace: 'ns',
        labels: {
          team: 'a',
          'tekton.dev/pipeline': 'p',
          'tekton.dev/pipelineRun': 'run',
          'tekton.dev/pipelineTask': 'fetch',
          'tekton.dev/task': 'ok',
        },
        annotations: {},
        ownerReferences: [
          {
            apiVersion: 'tekton.dev/v1alpha1',
            kind: 'PipelineRun',
            name: 'run',
            uid: 'u',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: { taskRef: { name: 'ok', kind: 'Task' }, serviceAccountName: 'bot', timeout: '10m0s' },
    });
  });

  test('has params with values of the run, references to resources, and the paths of their hand-over', () => {
    const task: TaskSpec = {
      inputs: { params: [{ name: 'x' }], resources: [{ name: 'src', type: 'git' }] },
      outputs: { resources: [{ name: 'img', type: 'image' }] },
      ...ok,
    };
    const pipeline: PipelineSpec = {
      params: [{ name: 'v', default: '1' }],
      resources: [
        { name: 'repo', type: 'git' },
        { name: 'image', type: 'image' },
      ],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          params: [{ name: 'x', value: 'v$(params.v)' }],
          resources: { inputs: [{ name: 'src', resource: 'repo' }], outputs: [{ name: 'img', resource: 'image' }] },
        },
      ],
    };
    const resource = (type: 'git' | 'image') =>
      ({ apiVersion: 'tekton.dev/v1alpha1', kind: 'PipelineResource', metadata: {}, spec: { type } }) as const;
    const spec: PipelineRunSpec = {
      params: [{ name: 'v', value: '2' }],
      resources: [
        { name: 'repo', resourceRef: { name: 'r' } },
        { name: 'image', resourceSpec: { type: 'image', params: [{ name: 'url', value: 'u' }] } },
      ],
    };
    const differences = {
      pipeline,
      spec,
      tasks: new Map([['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: task }]]),
      resources: new Map([['r', resource('git')]]),
    };
    expect(createdTaskRun(differences)?.spec).toEqual({
      taskRef: { name: 'ok', kind: 'Task' },
      inputs: { params: [{ name: 'x', value: 'v2' }], resources: [{ name: 'src', resourceRef: { name: 'r' } }] },
      outputs: {
        resources: [
          { name: 'img', resourceSpec: { type: 'image', params: [{ name: 'url', value: 'u' }] }, paths: ['a/img'] },
        ],
      },
      timeout: '1h0m0s',
    });
  });
});

const failures: readonly [string, Differences, string][] = [
  [
    'its Pipeline does not exist',
    { spec: { pipelineRef: { name: 'nope' } } },
    'CouldntGetPipeline: Error retrieving pipeline for pipelinerun ns/run: error when listing pipelines for pipelineRun run: pipeline.tekton.dev "nope" not found',
  ],
  [
    'its tasks have a cycle',
    { pipeline: { tasks: [pipelineTask('a', 'b'), pipelineTask('b', 'a')] } },
    `PipelineInvalidGraph: PipelineRun ns/run's Pipeline DAG is invalid: cycle detected: a -> b -> a`,
  ],
  [
    'a task depends on one that does not exist',
    { pipeline: { tasks: [pipelineTask('a', 'x')] } },
    `PipelineInvalidGraph: PipelineRun ns/run's Pipeline DAG is invalid: task a depends on x but x wasn't present in Pipeline`,
  ],
  [
    'a Task does not exist',
    { tasks: new Map() },
    `CouldntGetTask: Pipeline ns/p can't be Run; it contains Tasks that don't exist: Couldn't retrieve Task "ok": task.tekton.dev "ok" not found`,
  ],
  [
    'a param of it is missing',
    { pipeline: { ...release, params: [{ name: 'v' }] } },
    `ParameterMissing: PipelineRun ns/run parameters are missing some parameters required by Pipeline ns/p's parameters: missing values for these params which have no default values: [v]`,
  ],
  [
    'a param has the wrong type',
    {
      pipeline: { ...release, params: [{ name: 'v', type: 'string' }] },
      spec: { params: [{ name: 'v', value: ['a'] }] },
    },
    `ParameterTypeMismatch: PipelineRun ns/run parameters have mismatching types with Pipeline ns/p's parameters: parameters have inconsistent types : [v]`,
  ],
  [
    'a param of a task is missing',
    {
      tasks: new Map([
        ['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: { ...ok, inputs: { params: [{ name: 'x' }] } } }],
      ]),
    },
    'PipelineValidationFailed: invalid input params: missing values for these params which have no default values: [x]',
  ],
];

test.each(failures)('a run fails before it starts if %s', (_when, differences, expected) => {
  const overrides = differences.spec?.pipelineRef === undefined ? {} : { pipeline: undefined };
  const decision = planPipelineRun({ ...observedRun(differences), ...overrides });
  expect([conditionOf(decision), actionsOf(decision), decision.status.completionTime]).toEqual([expected, [], NOON]);
  expect(decision.pipelineName).toBe(expected.startsWith('CouldntGetPipeline') ? undefined : 'p');
});
