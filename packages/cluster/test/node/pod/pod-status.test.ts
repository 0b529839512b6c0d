import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../../src/node/pod/pod.js';
import {
  phaseOf,
  podStatus,
  qosClass,
  type ContainerRecord,
  type ContainerState,
} from '../../../src/node/pod/pod-status.js';

const at = '2026-01-01T12:00:00Z';
const ended = (exitCode: number): ContainerState => ({
  kind: 'terminated',
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: at, finishedAt: at },
});
const running: ContainerState = { kind: 'running', startedAt: at };
const waiting: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };

const record = (state: ContainerState, more: Partial<ContainerRecord> = {}): ContainerRecord => ({
  name: 'c',
  image: 'i',
  state,
  restarts: 0,
  ready: state.kind === 'running',
  started: state.kind === 'running',
  ...more,
});
const pod = (restartPolicy: string): Pod => ({
  metadata: { name: 'p', namespace: 'ns', uid: 'u' },
  spec: { restartPolicy, containers: [] },
});

describe('the phase of a pod', () => {
  test.each<[string, string, ContainerState[], ContainerState[], string]>([
    ['that waits for its containers', 'Never', [], [waiting], 'Pending'],
    ['one of whose containers still waits', 'Never', [], [running, waiting], 'Pending'],
    ['that runs', 'Never', [], [running, ended(0)], 'Running'],
    ['that is initialising', 'Never', [running], [waiting], 'Pending'],
    ['whose init container failed for good', 'Never', [ended(1)], [waiting], 'Failed'],
    ['whose init container will be tried again', 'OnFailure', [ended(1)], [waiting], 'Pending'],
    ['all of whose containers succeeded', 'Never', [ended(0)], [ended(0), ended(0)], 'Succeeded'],
    ['one of whose containers failed', 'Never', [], [ended(0), ended(3)], 'Failed'],
    ['one of whose containers failed and will run again', 'OnFailure', [], [ended(0), ended(3)], 'Running'],
    ['that never ends', 'Always', [], [ended(0)], 'Running'],
  ])('%s (restartPolicy %s)', (_, policy, init, main, want) => {
    const facts = { pod: pod(policy), init: init.map((it) => record(it)), main: main.map((it) => record(it)) };
    expect(phaseOf({ ...facts, startTime: at, now: at, previous: [] })).toBe(want);
  });

  test('a pod that waits to be started again is running', () => {
    const again = record(
      { kind: 'waiting', reason: 'CrashLoopBackOff' },
      { last: { exitCode: 1, reason: 'Error', startedAt: at, finishedAt: at } },
    );
    expect(phaseOf({ pod: pod('Always'), init: [], main: [again], startTime: at, now: at, previous: [] })).toBe(
      'Running',
    );
  });
});

test('a pod whose logs are incomplete says which, how much is missing and why', () => {
  const full = { bytes: 12, cause: 'ENOSPC: no space left on device' };
  const main = [record(ended(0)), record(ended(0), { name: 'd', missing: full })];
  const facts = { pod: pod('Never'), init: [record(ended(0), { name: 'i', missing: full })], main };
  const { conditions } = podStatus({ ...facts, ip: '127.0.0.1', startTime: at, now: at, previous: [] });
  expect(conditions).toContainEqual({
    type: 'pipewright.dev/LogsIncomplete',
    status: 'True',
    reason: 'LogNotWritten',
    message:
      'the log of container "i" lacks 12 bytes: ENOSPC: no space left on device; the log of container "d" lacks 12 bytes: ENOSPC: no space left on device',
    lastProbeTime: null,
    lastTransitionTime: at,
  });
});

test('a condition keeps the moment it last changed', () => {
  const facts = { pod: pod('Never'), init: [], main: [record(running)], ip: '127.0.0.1', startTime: at };
  const first = podStatus({ ...facts, now: at, previous: [] });
  const later = '2026-01-01T12:00:30Z';
  const conditions = first['conditions'] as Parameters<typeof podStatus>[0]['previous'];

  const second = podStatus({ ...facts, main: [record(ended(0))], now: later, previous: conditions });

  expect(second['conditions']).toEqual([
    { type: 'Initialized', status: 'True', reason: 'PodCompleted', lastProbeTime: null, lastTransitionTime: at },
    { type: 'Ready', status: 'False', reason: 'PodCompleted', lastProbeTime: null, lastTransitionTime: later },
    {
      type: 'ContainersReady',
      status: 'False',
      reason: 'PodCompleted',
      lastProbeTime: null,
      lastTransitionTime: later,
    },
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: at },
  ]);
});

test('an unready pod names the containers it waits for', () => {
  const main = [record(running, { name: 'web', ready: false }), record(running, { name: 'db' })];
  const status = podStatus({
    pod: pod('Always'),
    init: [],
    main,
    ip: '127.0.0.1',
    startTime: at,
    now: at,
    previous: [],
  });
  expect(status['conditions']).toContainEqual({
    type: 'Ready',
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [web]',
    lastProbeTime: null,
    lastTransitionTime: at,
  });
});

describe('quality of service', () => {
  test.each<[string, object, string]>([
    ['nothing asked', {}, 'BestEffort'],
    ['zeroes asked', { requests: { cpu: '0', memory: '0' } }, 'BestEffort'],
    ['something asked', { requests: { cpu: '1' } }, 'Burstable'],
    ['limits alone', { limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [
      'limits above requests',
      { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
      'Burstable',
    ],
  ])('%s: %s', (_, resources, want) => {
    expect(qosClass({ ...pod('Never'), spec: { containers: [{ name: 'c', resources }] } })).toBe(want);
  });
});
