import { describe, expect, test } from '@jest/globals';
import type { TaskRunSpec } from '@pipewright/tekton';
import { DEFAULT_IMAGES } from '../../src/run/options.js';
import {
  planAttempt,
  type AttemptStage,
  type AttemptStep,
  type ObservedAttempt,
  type PodCreation,
} from '../../src/taskrun/attempt.js';
import type { Start, StartInputs } from '../../src/taskrun/start.js';
import { at, NOON, pod, run } from '../support/observed-task-run.js';
import { scripts } from '../support/scripts.js';

const SPEC: TaskRunSpec = { taskSpec: { steps: [{ name: 's', image: 'ubuntu', command: ['true'] }] } };
const QUOTA = 'pods "run-pod-1" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1';

const inputs = (differences: Partial<StartInputs> = {}): StartInputs => ({
  run: run(undefined, SPEC),
  attempt: 0,
  replacement: false,
  shellLess: new Set(),
  task: undefined,
  resources: new Map(),
  hasServiceAccount: true,
  secrets: [],
  missingSecrets: [],
  images: DEFAULT_IMAGES,
  scripts,
  commands: new Map(),
  ...differences,
});

const plan = (stage: AttemptStage, differences: Partial<ObservedAttempt> = {}): AttemptStep =>
  planAttempt({ run: run(undefined, SPEC), status: {}, now: at('12:00:05'), stage, ...differences });

const created: Start = { kind: 'pod', pod: pod('Pending', {}), inherits: { labels: { team: 'a' }, annotations: {} } };

const withCreation = (creation: PodCreation, differences: Partial<ObservedAttempt> = {}): AttemptStep =>
  plan({ kind: 'answered', start: created, creation }, differences);

const rejected = (status: number, message: string): PodCreation => ({ kind: 'rejected', status, message });

const conditionOf = (step: AttemptStep): string => {
  if (step.kind !== 'decided') return step.kind;
  const [condition] = step.status.conditions ?? [];
  return `${condition?.status ?? ''} ${condition?.reason ?? ''}: ${condition?.message ?? ''}`;
};

describe('an attempt of a TaskRun', () => {
  test('reads its inputs first', () => {
    expect(plan({ kind: 'waiting', quotaDelayMs: 0 })).toEqual({ kind: 'gather-inputs' });
  });

  test('reads nothing while it waits for a quota, and keeps its status', () => {
    const waitingRun = run({ podName: '' }, SPEC);
    expect(plan({ kind: 'waiting', quotaDelayMs: 700 }, { run: waitingRun })).toEqual({
      kind: 'decided',
      status: { podName: '' },
      events: [],
      quotaWait: { delayMs: 700, isNew: false },
    });
  });

  test('creates its pod when all inputs are known', () => {
    const step = plan({ kind: 'gathered', inputs: inputs(), hasCommands: false });
    expect(step).toMatchObject({ kind: 'create-pod', pod: { kind: 'Pod', metadata: { namespace: 'ns' } } });
  });

  test('looks up the command of an image once', () => {
    const tool = inputs({ run: run(undefined, { taskSpec: { steps: [{ name: 's', image: 'tool', args: ['x'] }] } }) });
    expect(plan({ kind: 'gathered', inputs: tool, hasCommands: false })).toEqual({
      kind: 'find-commands',
      images: ['tool'],
      inputs: tool,
    });
    expect(plan({ kind: 'gathered', inputs: tool, hasCommands: true })).toEqual({
      kind: 'retry',
      message: 'cannot determine the entrypoint of these images: tool',
      canRecover: true,
    });
  });

  test('ends with the failure and its event if its inputs are invalid', () => {
    const withoutServiceAccount = inputs({ hasServiceAccount: false });
    const step = plan({ kind: 'gathered', inputs: withoutServiceAccount, hasCommands: false });
    expect(conditionOf(step)).toBe(
      'False CouldntGetTask: Invalid TaskSpec: translating Build to Pod: serviceaccounts "default" not found',
    );
    expect(step).toMatchObject({
      events: [
        {
          type: 'Warning',
          reason: 'BuildCreationFailed',
          message: 'Failed to create build pod "run": translating Build to Pod: serviceaccounts "default" not found',
        },
      ],
    });
  });

  test.each([
    ['that was created ten seconds ago', '11:59:56', 'retry'],
    ['that was created before the clock was set back', '12:00:14', 'retry'],
    ['that is older', '11:59:54', 'decided'],
  ])('waits for the default ServiceAccount of a run %s', (_, created, kind) => {
    const startedRun = run(undefined, SPEC);
    const metadata = { ...startedRun.metadata, creationTimestamp: `2026-01-01T${created}Z` };
    const stage = { kind: 'gathered', inputs: inputs({ hasServiceAccount: false }), hasCommands: false } as const;
    expect(plan(stage, { run: { ...startedRun, metadata } }).kind).toBe(kind);
  });

  test('records the targets of its CloudEvents before it creates its pod, and only once', () => {
    const spec = {
      taskSpec: { ...SPEC.taskSpec, outputs: { resources: [{ name: 'sink', type: 'cloudEvent' }] } },
      outputs: {
        resources: [
          {
            name: 'sink',
            resourceSpec: { type: 'cloudEvent', params: [{ name: 'targetURI', value: 'http://sink' }] },
          },
        ],
      },
    } as TaskRunSpec; // as in a manifest
    const stage = { kind: 'gathered', inputs: inputs({ run: run(undefined, spec) }), hasCommands: false } as const;
    const step = plan(stage);
    const cloudEvents = [{ target: 'http://sink', status: { condition: 'Unknown', message: '', retryCount: 0 } }];
    expect(step).toMatchObject({ kind: 'record-targets', status: { cloudEvents } });
    if (step.kind !== 'record-targets') return;
    expect(plan({ kind: 'recorded', start: step.start }, { status: step.status }).kind).toBe('create-pod');
    expect(plan(stage, { status: step.status }).kind).toBe('create-pod');
  });
});

describe('the answer to the creation of a pod', () => {
  test('names the pod in the status, with the labels of the Task, if it was created', () => {
    expect(withCreation({ kind: 'created', pod: created.pod })).toMatchObject({
      kind: 'decided',
      status: { podName: 'run-pod-1' },
      inherits: { labels: { team: 'a' } },
    });
  });

  test.each<[string, PodCreation, string]>([
    [
      'the name belongs to another pod',
      { kind: 'name-taken', isGoing: false },
      'False CouldntGetTask: Invalid TaskSpec: pod "run-pod-1" exists already and belongs to something else; delete it',
    ],
    ['the pod is invalid', rejected(422, 'bad image'), 'False CouldntGetTask: Invalid TaskSpec: bad image'],
    ['the request is invalid', rejected(400, 'bad field'), 'False CouldntGetTask: Invalid TaskSpec: bad field'],
    ['a policy forbids the pod', rejected(403, 'no root'), 'False CouldntGetTask: Invalid TaskSpec: no root'],
    ['the controller lacks permission', rejected(403, 'cannot create resource "pods"'), 'retry'],
    ['the server fails', rejected(500, 'internal error'), 'retry'],
    ['a conflict occurs', rejected(409, 'conflict'), 'retry'],
  ])('decides the run when %s', (_, creation, expected) => {
    expect(conditionOf(withCreation(creation))).toBe(expected);
  });

  test('is not retried when the namespace is being deleted', () => {
    const message = 'unable to create new content in namespace ns because it is being terminated';
    expect(withCreation(rejected(403, message))).toEqual({ kind: 'retry', message, canRecover: false });
  });

  test.each([
    ['the first time', 0, 1, 2000],
    ['the fourth time', 3, 4, 16_000],
    ['often', 20, 21, 120_000],
  ])('makes the run wait when a quota is exceeded %s', (_, attemptsBefore, attempts, delayMs) => {
    const message = `TaskRun Pod exceeded available resources, reattempted ${String(attemptsBefore)} times: ${QUOTA}`;
    const conditions = [
      { type: 'Succeeded', status: 'Unknown', reason: 'ExceededResourceQuota', message, lastTransitionTime: NOON },
    ] as const;
    const step = withCreation(rejected(403, QUOTA), { run: run({ conditions }, SPEC) });
    expect(conditionOf(step)).toBe(
      `Unknown ExceededResourceQuota: TaskRun Pod exceeded available resources, reattempted ${String(attempts)} times: ${QUOTA}`,
    );
    expect(step).toMatchObject({
      quotaWait: { delayMs, isNew: true },
      events: [{ reason: 'BuildCreationFailed', message: `Failed to create build pod "run": ${QUOTA}` }],
    });
  });
});
