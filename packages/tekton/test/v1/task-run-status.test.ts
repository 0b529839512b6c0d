import { describe, expect, test } from '@jest/globals';
import { taskModel, type ContainerReport, type StepOutput } from '@pipewright/tekton';
import type { TaskRunStatus } from '../../src/v1/status.js';
import { taskRunFormat } from '../../src/v1/task-run-status.js';

const spec = {
  description: 'greets',
  results: [
    { name: 's', description: 'plain' },
    { name: 'list', type: 'array' },
    { name: 'from', type: 'object', properties: { k: {} }, value: '$(steps.em.results.o)' },
  ],
  steps: [
    {
      name: 'em',
      displayName: 'Emit',
      image: 'busybox',
      script: 'echo $(params.x)',
      results: [{ name: 'o', properties: { k: {} } }],
      computeResources: { requests: { cpu: '1' } },
    },
    { image: 'busybox', script: 'true', timeout: '5s' },
  ],
};
const task = taskModel({ apiVersion: 'tekton.dev/v1', spec });
const started = taskRunFormat.withTask({}, { written: spec, task, featureFlags: { coschedule: 'workspaces' } });

const ended = (name: string, exitCode: number, message?: string): ContainerReport => ({
  name,
  container: `step-${name}`,
  state: { terminated: { exitCode, ...(message !== undefined && { message }) } },
  terminationReason: exitCode === 0 ? 'Completed' : 'Error',
});
const withPod = (steps: readonly ContainerReport[], outputs: readonly StepOutput[] = []): TaskRunStatus =>
  taskRunFormat.withPod(started, { podName: 'r-pod', steps, sidecars: [], outputs, hasSucceeded: true });

test('the status of a TaskRun that starts has its Task, the names of its steps and the settings of the cluster', () => {
  expect(started).toEqual({
    podName: '',
    taskSpec: {
      ...spec,
      steps: [
        { ...spec.steps[0], results: [{ name: 'o', type: 'object', properties: { k: { type: 'string' } } }] },
        spec.steps[1],
      ],
    },
    provenance: { featureFlags: { coschedule: 'workspaces' } },
    steps: [{ name: 'em' }, { name: 'unnamed-1' }],
  });
});

test('results have the types that the Task declares, those of steps too', () => {
  const { results, steps } = withPod(
    [ended('em', 0)],
    [
      { kind: 'step-result', step: 'em', name: 'o', value: '{"k":"v"}' },
      { kind: 'result', name: 's', value: '["text"]' },
      { kind: 'result', name: 'list', value: '["a","b"]' },
      { kind: 'result', name: 'undeclared', value: 'x' },
      { kind: 'result', name: 's', value: 'last' },
    ],
  );
  expect(results).toEqual([
    { name: 'from', type: 'object', value: { k: 'v' } },
    { name: 's', type: 'string', value: 'last' },
    { name: 'list', type: 'array', value: ['a', 'b'] },
  ]);
  expect(steps?.[0]?.results).toEqual([{ name: 'o', type: 'object', value: { k: 'v' } }]);
});

test('the message of a step repeats what it has reported, and not what the entrypoint says about it', () => {
  const entries = [
    { key: 's', value: 'x', type: 1 },
    { key: 'ExitCode', value: '3', type: 3 },
  ];
  const { steps } = withPod([
    ended('em', 0, JSON.stringify(entries)),
    ended('unnamed-1', 0, JSON.stringify(entries.slice(1))),
  ]);
  expect(steps?.map(({ terminated }) => terminated?.message)).toEqual([
    '[{"key":"s","value":"x","type":1}]',
    undefined,
  ]);
});

describe('the results of a TaskRun are invalid', () => {
  const failure = (output: StepOutput): string | undefined =>
    taskRunFormat.resultsFailure(withPod([], [output]))?.message;
  test.each<[string, StepOutput, string]>([
    [
      'if one is of another type',
      { kind: 'result', name: 'list', value: 'text' },
      'Provided results don\'t match declared results; may be invalid JSON or missing result declaration:  "list": task result is expected to be "array" type but was initialized to a different type "string"',
    ],
    [
      'if an object lacks a key',
      { kind: 'step-result', step: 'em', name: 'o', value: '{"j":"v"}' },
      "missing keys for these results which are required in TaskResult's properties map[from:[k]]",
    ],
  ])('%s', (_case, output, message) => {
    expect(failure(output)).toBe(`[User error] ${message}`);
  });
});

test('the next attempt waits to be started, and the status of the last one is kept', () => {
  const last = {
    ...withPod([ended('em', 1)]),
    conditions: [{ type: 'Succeeded', status: 'False', message: 'why' }],
  } as TaskRunStatus;
  const next = taskRunFormat.nextAttempt(last, new Date('2026-01-01T12:00:00Z'));
  expect(next).toEqual({
    conditions: [
      {
        type: 'Succeeded',
        status: 'Unknown',
        reason: 'ToBeRetried',
        message: 'why',
        lastTransitionTime: '2026-01-01T12:00:00Z',
      },
    ],
    podName: '',
    taskSpec: started.taskSpec,
    provenance: started.provenance,
    retriesStatus: [last],
  });
  expect(taskRunFormat.attempt(next)).toBe(1);
});
