import { describe, expect, test } from '@jest/globals';
import type {
  ConditionSpec,
  PipelineRunStatus,
  PipelineSpec,
  TaskRun,
  TaskRunStatus,
  TaskSpec,
} from '@pipewright/tekton';
import { planPipelineRun } from '../../src/pipelinerun/plan.js';
import {
  singleTask,
  check,
  actionsOf,
  allTaskRuns,
  NOON,
  ok,
  release,
  conditionOf,
  observedRun,
  taskRunsIn,
  states,
  pipelineTask,
  type Differences,
} from '../support/fixtures.js';

describe('the status of a run', () => {
  const name = (taskName: string): string => allTaskRuns(release).get(taskName)?.metadata.name ?? '';
  const plannedCheck = { conditionName: 'sunny' };

  test('lists a task with conditions from the start, with its future checks', () => {
    const { status } = planPipelineRun(observedRun());
    expect(status.taskRuns).toEqual({
      [name('test')]: { pipelineTaskName: 'test' },
      [name('lint')]: { pipelineTaskName: 'lint' },
      [name('deploy')]: {
        pipelineTaskName: 'deploy',
        conditionChecks: { [name('deploy?sunny')]: plannedCheck, [name('deploy?dry')]: { conditionName: 'dry' } },
      },
    });
  });

  test('has the state of a check from its TaskRun, with its first step', () => {
    const cloneStep = { name: 'git-source-a-b', container: 'step-git-source-a-b', terminated: { exitCode: 0 } };
    const step = {
      name: 'condition-check-sunny',
      container: 'step-condition-check-sunny',
      imageID: 'busybox@sha256:1',
      terminated: { exitCode: 1, reason: 'Error' },
    };
    const endedStatus = {
      ...states.failed,
      podName: 'pod',
      startTime: NOON,
      completionTime: NOON,
      steps: [cloneStep, step],
    };
    const taskRuns = taskRunsIn({ 'deploy?sunny': endedStatus, 'deploy?dry': {} }, singleTask);
    const status: PipelineRunStatus = planPipelineRun(observedRun({ pipeline: singleTask, taskRuns })).status;
    expect(status.taskRuns?.[name('deploy')]).toEqual({
      pipelineTaskName: 'deploy',
      conditionChecks: {
        [name('deploy?sunny')]: {
          conditionName: 'sunny',
          status: {
            check: { terminated: { exitCode: 1, reason: 'Error' } },
            conditions: states.failed.conditions,
            podName: 'pod',
            startTime: NOON,
            completionTime: NOON,
          },
        },
        [name('deploy?dry')]: { conditionName: 'dry', status: { check: {}, podName: '' } },
      },
    });
  });

  test('has the reason of a skipped task, and no entry for its dependents', () => {
    const taskRuns = taskRunsIn({
      test: states.passed,
      lint: states.passed,
      'deploy?sunny': states.failed,
      'deploy?dry': states.passed,
    });
    const { taskRuns: recorded = {} }: PipelineRunStatus = planPipelineRun(observedRun({ taskRuns })).status;
    expect(
      Object.values(recorded)
        .map(({ pipelineTaskName }) => pipelineTaskName)
        .toSorted(),
    ).toEqual(['deploy', 'lint', 'test']);
    expect(recorded[name('deploy')]?.status).toEqual({
      podName: '',
      conditions: [
        {
          type: 'Succeeded',
          status: 'False',
          reason: 'ConditionCheckFailed',
          message: `ConditionChecks failed for Task ${name('deploy')} in PipelineRun run`,
          lastTransitionTime: NOON,
        },
      ],
    });
  });

  test('records the end of a check even after the run has ended', () => {
    const cancelled = observedRun({
      pipeline: singleTask,
      spec: { status: 'PipelineRunCancelled' },
      status: planPipelineRun(observedRun({ pipeline: singleTask })).status,
      taskRuns: taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.running }, singleTask),
    });
    const { status } = planPipelineRun(cancelled);
    const taskRuns = taskRunsIn({ 'deploy?sunny': states.passed, 'deploy?dry': states.cancelled }, singleTask);
    const decision = planPipelineRun(observedRun({ pipeline: singleTask, status, taskRuns }));
    const { taskRuns: recorded }: PipelineRunStatus = decision.status;
    const entry = recorded?.[name('deploy')];
    const reasons = Object.values(entry?.conditionChecks ?? {}).map((one) => one.status?.conditions?.[0]?.reason);
    expect([decision.actions, entry?.status, reasons]).toEqual([[], undefined, ['Succeeded', 'TaskRunCancelled']]);
  });
});

describe('the TaskRun of a check', () => {
  const spec: ConditionSpec = {
    params: [{ name: 'path' }, { name: 'more', type: 'array', default: [] }],
    resources: [{ name: 'workspace', type: 'git' }],
    check: {
      image: 'alpine',
      script: '#!/bin/sh\ntest -f $(resources.workspace.path)/$(params.path) $(params.other)',
      args: ['$(params.more)', '$(resources.workspace.nothing)'],
    },
  };
  const producer: TaskSpec = { ...ok, outputs: { resources: [{ name: 'src', type: 'git' }] } };
  const pipeline: PipelineSpec = {
    params: [{ name: 'file', default: 'README' }],
    resources: [{ name: 'repo', type: 'git' }],
    tasks: [
      {
        name: 'deploy',
        taskRef: { name: 'ok' },
        conditions: [
          {
            conditionRef: 'file-exists',
            params: [{ name: 'path', value: '$(params.file).md' }],
            resources: [{ name: 'workspace', resource: 'repo' }],
          },
        ],
      },
    ],
  };
  const differences: Differences = {
    pipeline,
    spec: {
      resources: [{ name: 'repo', resourceRef: { name: 'skaffold' } }],
      serviceAccountName: 'bot',
      serviceAccountNames: [{ taskName: 'deploy', serviceAccountName: 'deployer' }],
      timeout: '10m',
      podTemplate: { nodeSelector: { disk: 'ssd' } },
    },
    conditions: new Map([
      ['file-exists', { spec, labels: { team: 'a', 'tekton.dev/pipeline': 'x' }, annotations: { note: 'b' } }],
    ]),
    resources: new Map([
      [
        'skaffold',
        { apiVersion: 'tekton.dev/v1alpha1', kind: 'PipelineResource', metadata: {}, spec: { type: 'git' } } as const,
      ],
    ]),
  };
  const createdTaskRun = (differences: Differences): TaskRun | undefined =>
    planPipelineRun(observedRun(differences)).actions.flatMap(
      (action) => (action.kind === 'create' ? [action.taskRun as TaskRun] : []), // of the version of its PipelineRun
    )[0];

  test('is that of a Task with the check as its only step', () => {
    const taskRun = createdTaskRun(differences);
    expect(taskRun?.metadata).toMatchObject({
      name: expect.stringMatching(/^run-deploy-[a-z0-9]{5}-file-exists-[a-z0-9]{5}$/),
      labels: {
        team: 'a',
        'tekton.dev/conditionCheck': taskRun?.metadata.name,
        'tekton.dev/pipeline': 'p',
        'tekton.dev/pipelineRun': 'run',
        'tekton.dev/pipelineTask': 'deploy',
      },
      annotations: { why: 'push', note: 'b' },
      ownerReferences: [{ kind: 'PipelineRun', name: 'run', uid: 'u', controller: true }],
    });
    expect(taskRun?.metadata.labels).not.toHaveProperty(['tekton.dev/task']);
    expect(taskRun?.spec).toEqual({
      taskSpec: {
        inputs: { params: spec.params, resources: spec.resources },
        steps: [
          {
            name: 'condition-check-file-exists',
            image: 'alpine',
            script: '#!/bin/sh\ntest -f $(inputs.resources.workspace.path)/$(inputs.params.path) $(params.other)',
            args: ['$(inputs.params.more)', '$(resources.workspace.nothing)'],
          },
        ],
      },
      inputs: {
        params: [{ name: 'path', value: 'README.md' }],
        resources: [{ name: 'workspace', resourceRef: { name: 'skaffold' } }],
      },
      serviceAccountName: 'deployer',
      timeout: '10m0s',
      podTemplate: { nodeSelector: { disk: 'ssd' } },
    });
  });

  test('is given no optional resource that the run leaves out', () => {
    const resources = (pipeline.resources ?? []).map((one) => ({ ...one, optional: true }));
    const taskRun = createdTaskRun({ ...differences, pipeline: { ...pipeline, resources }, spec: {} });
    expect(taskRun?.spec.inputs).toEqual({ params: [{ name: 'path', value: 'README.md' }] });
  });

  test('takes over what a task made of the resource, and waits for it', () => {
    const [deployTask] = pipeline.tasks ?? [];
    const [condition] = deployTask?.conditions ?? [];
    const withHandover: Differences = {
      ...differences,
      tasks: new Map([
        ['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: ok }],
        ['Task/make', { apiVersion: 'tekton.dev/v1alpha1', spec: producer }],
      ]),
      pipeline: {
        ...pipeline,
        tasks: [
          {
            name: 'make',
            taskRef: { name: 'make' },
            resources: { outputs: [{ name: 'src', resource: 'repo' }] },
          },
          {
            name: 'deploy',
            taskRef: { name: 'ok' },
            conditions: [
              {
                conditionRef: 'file-exists',
                params: condition?.params ?? [],
                resources: [{ name: 'workspace', resource: 'repo', from: ['make'] }],
              },
            ],
          },
        ],
      },
    };
    const decision = planPipelineRun(observedRun(withHandover));
    expect(actionsOf(decision)).toEqual(['make-claim', 'create make']);
    const taskRun = createdTaskRun(withHandover);
    const taskRuns = new Map(taskRun ? [[taskRun.metadata.name ?? '', { ...taskRun, status: states.passed }]] : []);
    expect(createdTaskRun({ ...withHandover, taskRuns })?.spec.inputs?.resources).toEqual([
      { name: 'workspace', resourceRef: { name: 'skaffold' }, paths: ['/pvc/make/src'] },
    ]);
  });

  test('gets results of tasks, and the run fails with the one that was not written', () => {
    const taskWithResult: TaskSpec = { ...ok, results: [{ name: 'env' }] };
    const tasks = new Map([
      ['Task/ok', { apiVersion: 'tekton.dev/v1alpha1', spec: ok }],
      ['Task/make', { apiVersion: 'tekton.dev/v1alpha1', spec: taskWithResult }],
    ]);
    const conditions = new Map([['sunny', { spec: { ...check, params: [{ name: 'env' }] } }]]);
    const pipelineWithResult: PipelineSpec = {
      tasks: [
        { name: 'make', taskRef: { name: 'make' } },
        {
          ...pipelineTask('deploy'),
          conditions: [{ conditionRef: 'sunny', params: [{ name: 'env', value: 'on $(tasks.make.results.env)' }] }],
        },
      ],
    };
    const base = { pipeline: pipelineWithResult, tasks, conditions };
    const makeTaskRun = createdTaskRun(base);
    const withProducerStatus = (status: TaskRunStatus): Differences => ({
      ...base,
      taskRuns: new Map(makeTaskRun ? [[makeTaskRun.metadata.name ?? '', { ...makeTaskRun, status }]] : []),
    });
    const status = { ...states.passed, taskResults: [{ name: 'env', value: 'live' }] };
    expect(actionsOf(planPipelineRun(observedRun(base)))).toEqual(['create make']);
    expect(createdTaskRun(withProducerStatus(status))?.spec.inputs?.params).toEqual([
      { name: 'env', value: 'on live' },
    ]);
    expect(conditionOf(planPipelineRun(observedRun(withProducerStatus(states.passed))))).toBe(
      'InvalidTaskResultReference: the condition "sunny" of task "deploy" needs the result "env" of task "make", which has ended without it: none of its steps wrote /tekton/results/env, or its Task does not declare it',
    );
  });
});
