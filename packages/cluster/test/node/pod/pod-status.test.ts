import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../../src/node/pod/pod.js';
import {
  phaseOf,
  podStatus,
  qosClass,
  type ContainerRecord,
  type ContainerState,
} from '../../../src/node/pod/pod-status.js';

const timestamp = '2026-01-01T12:00:00Z';
const terminated = (exitCode: number): ContainerState => ({
  kind: 'terminated',
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: timestamp, finishedAt: timestamp },
});
const running: ContainerState = { kind: 'running', startedAt: timestamp };
const waiting: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };

const record = (state: ContainerState, fields: Partial<ContainerRecord> = {}): ContainerRecord => ({
  name: 'c',
  image: 'i',
  state,
  restarts: 0,
  ready: state.kind === 'running',
  started: state.kind === 'running',
  ...fields,
});
const pod = (restartPolicy: string): Pod => ({
  metadata: { name: 'p', namespace: 'ns', uid: 'u' },
  spec: { restartPolicy, containers: [] },
});

describe('the phase of a pod', () => {
  test.each<[string, string, ContainerState[], ContainerState[], string]>([
    ['whose containers are waiting', 'Never', [], [waiting], 'Pending'],
    ['with one waiting container', 'Never', [], [running, waiting], 'Pending'],
    ['whose containers are running', 'Never', [], [running, terminated(0)], 'Running'],
    ['whose init containers are running', 'Never', [running], [waiting], 'Pending'],
    ['whose init container has failed finally', 'Never', [terminated(1)], [waiting], 'Failed'],
    ['whose init container will be restarted', 'OnFailure', [terminated(1)], [waiting], 'Pending'],
    ['whose containers have all succeeded', 'Never', [terminated(0)], [terminated(0), terminated(0)], 'Succeeded'],
    ['with one failed container', 'Never', [], [terminated(0), terminated(3)], 'Failed'],
    ['with one failed container that will be restarted', 'OnFailure', [], [terminated(0), terminated(3)], 'Running'],
    ['whose containers are always restarted', 'Always', [], [terminated(0)], 'Running'],
  ])('%s (restartPolicy %s)', (_, policy, init, main, expected) => {
    const state = {
      pod: pod(policy),
      init: init.map((state) => record(state)),
      main: main.map((state) => record(state)),
    };
    expect(phaseOf({ ...state, startTime: timestamp, now: timestamp, previous: [] })).toBe(expected);
  });

  test('a pod whose container will be restarted is running', () => {
    const restarting = record(
      { kind: 'waiting', reason: 'CrashLoopBackOff' },
      { last: { exitCode: 1, reason: 'Error', startedAt: timestamp, finishedAt: timestamp } },
    );
    expect(
      phaseOf({ pod: pod('Always'), init: [], main: [restarting], startTime: timestamp, now: timestamp, previous: [] }),
    ).toBe('Running');
  });
});

test('a pod whose logs are incomplete reports which, how many bytes are missing, and the cause', () => {
  const logFailure = { bytes: 12, cause: 'ENOSPC: no space left on device' };
  const main = [record(terminated(0)), record(terminated(0), { name: 'd', missing: logFailure })];
  const state = { pod: pod('Never'), init: [record(terminated(0), { name: 'i', missing: logFailure })], main };
  const { conditions } = podStatus({ ...state, ip: '127.0.0.1', startTime: timestamp, now: timestamp, previous: [] });
  expect(conditions).toContainEqual({
    type: 'pipewright.dev/LogsIncomplete',
    status: 'True',
    reason: 'LogNotWritten',
    message:
      'the log of container "i" lacks 12 bytes: ENOSPC: no space left on device; the log of container "d" lacks 12 bytes: ENOSPC: no space left on device',
    lastProbeTime: null,
    lastTransitionTime: timestamp,
  });
});

test('a condition keeps its last transition time while its status is unchanged', () => {
  const state = { pod: pod('Never'), init: [], main: [record(running)], ip: '127.0.0.1', startTime: timestamp };
  const first = podStatus({ ...state, now: timestamp, previous: [] });
  const laterTimestamp = '2026-01-01T12:00:30Z';
  const conditions = first['conditions'] as Parameters<typeof podStatus>[0]['previous'];

  const second = podStatus({ ...state, main: [record(terminated(0))], now: laterTimestamp, previous: conditions });

  expect(second['conditions']).toEqual([
    { type: 'Initialized', status: 'True', reason: 'PodCompleted', lastProbeTime: null, lastTransitionTime: timestamp },
    { type: 'Ready', status: 'False', reason: 'PodCompleted', lastProbeTime: null, lastTransitionTime: laterTimestamp },
    {
      type: 'ContainersReady',
      status: 'False',
      reason: 'PodCompleted',
      lastProbeTime: null,
      lastTransitionTime: laterTimestamp,
    },
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timestamp },
  ]);
});

test('an unready pod lists the unready containers', () => {
  const main = [record(running, { name: 'web', ready: false }), record(running, { name: 'db' })];
  const status = podStatus({
    pod: pod('Always'),
    init: [],
    main,
    ip: '127.0.0.1',
    startTime: timestamp,
    now: timestamp,
    previous: [],
  });
  expect(status['conditions']).toContainEqual({
    type: 'Ready',
    status: 'False',
    reason: 'ContainersNotReady',
    message: 'containers with unready status: [web]',
    lastProbeTime: null,
    lastTransitionTime: timestamp,
  });
});

describe('quality of service', () => {
  test.each<[string, object, string]>([
    ['no requests', {}, 'BestEffort'],
    ['requests of zero', { requests: { cpu: '0', memory: '0' } }, 'BestEffort'],
    ['a request', { requests: { cpu: '1' } }, 'Burstable'],
    ['only limits', { limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [
      'limits above requests',
      { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
      'Burstable',
    ],
  ])('%s: %s', (_, resources, expected) => {
    expect(qosClass({ ...pod('Never'), spec: { containers: [{ name: 'c', resources }] } })).toBe(expected);
  });
});
