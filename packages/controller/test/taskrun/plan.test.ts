import { describe, expect, test } from '@jest/globals';
import type { TaskRunStatus } from '@pipewright/tekton';
import type { Pod } from '../../src/pod/pod-types.js';
import {
  at,
  startedStatus,
  decideTaskRun,
  deleted,
  logs,
  NOON,
  pod,
  run,
  state,
} from '../support/observed-task-run.js';

const outcomes: readonly [string, Pod, string, readonly string[]][] = [
  [
    'is pending while its containers are created',
    pod('Pending', { 'step-a': state.waits('ContainerCreating') }),
    'Pending: Pending',
    [],
  ],
  [
    'has the message of the kubelet about an image',
    pod('Pending', { 'step-a': state.waits('ImagePullBackOff', 'Back-off pulling image "x"') }),
    'Pending: build step "step-a" is pending with reason "Back-off pulling image "x""',
    [],
  ],
  [
    'reports that no node fits',
    pod(
      'Pending',
      { 'step-a': undefined },
      { conditions: [{ type: 'PodScheduled', status: 'False', message: 'no such node' }] },
    ),
    'Pending: pod status "PodScheduled":"False"; message: "no such node"',
    [],
  ],
  [
    'reports that the nodes are full',
    pod(
      'Pending',
      { 'step-a': undefined },
      { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes: 1 Insufficient cpu.' }] },
    ),
    'ExceededNodeResources: TaskRun Pod exceeded available resources',
    [],
  ],
  [
    'is running while steps run',
    pod('Running', { 'step-a': state.runs }),
    'Running: Not all Steps in the Task have finished executing',
    [],
  ],
  [
    'has succeeded if all steps have',
    pod('Succeeded', { 'step-a': state.ended(0), 'step-b': state.ended(0) }),
    'Succeeded: All Steps have completed executing',
    [],
  ],
  [
    'reports that the logs of its pod are incomplete',
    pod(
      'Succeeded',
      { 'step-a': state.ended(0) },
      {
        conditions: [{ type: 'pipewright.dev/LogsIncomplete', status: 'True', message: 'the log of "step-a" is cut' }],
      },
    ),
    'Succeeded: All Steps have completed executing; the log of "step-a" is cut',
    [],
  ],
  [
    'has succeeded before its sidecar has stopped, and stops it',
    pod('Running', { 'step-a': state.ended(0), 'sidecar-b': state.runs }),
    'Succeeded: All Steps have completed executing',
    ['stop-sidecars'],
  ],
  [
    'has failed if a sidecar failed while the steps were running',
    pod('Failed', { 'step-a': state.ended(0), 'sidecar-b': state.ended(5) }),
    `Failed: "sidecar-b" exited with code 5 (image: "sidecar-b@sha256:1"); ${logs('sidecar-b')}`,
    [],
  ],
  [
    'has succeeded if a sidecar fails when it is stopped',
    pod('Failed', {
      'step-a': state.ended(0),
      'sidecar-b': state.ended(128, { reason: 'StartError', finishedAt: '2026-01-01T12:00:04Z' }),
    }),
    'Succeeded: All Steps have completed executing',
    [],
  ],
  [
    'reports the step that failed, not one that was skipped because of it',
    pod('Failed', { 'step-a': state.ended(0), 'step-b': state.ended(7), 'step-c': state.ended(1) }),
    `Failed: "step-b" exited with code 7 (image: "step-b@sha256:1"); ${logs('step-b')}`,
    [],
  ],
  [
    'reports that a step ran out of memory',
    pod('Failed', { 'step-a': state.ended(137, { reason: 'OOMKilled' }) }),
    `Failed: OOMKilled: "step-a" exited with code 137 (image: "step-a@sha256:1"); ${logs('step-a')}`,
    [],
  ],
  [
    'reports why the pod was evicted',
    pod('Failed', { 'step-a': undefined }, { reason: 'Evicted', message: 'The node was low on memory.' }),
    'Failed: Evicted: The node was low on memory.',
    [],
  ],
  [
    'reports the eviction of the pod instead of the stop of its step',
    pod('Failed', { 'step-a': state.ended(137) }, { reason: 'Evicted', message: 'The node was low on memory.' }),
    `Failed: Evicted: The node was low on memory.: "step-a" exited with code 137 (image: "step-a@sha256:1"); ${logs('step-a')}`,
    [],
  ],
  [
    'reports that the pod was deleted while its step was running',
    deleted(pod('Failed', { 'step-a': state.ended(143) })),
    `Failed: the pod "run-pod-1" was deleted before it had finished: "step-a" exited with code 143 (image: "step-a@sha256:1"); ${logs('step-a')}`,
    [],
  ],
  [
    'reports the step that failed even if its pod is being deleted',
    deleted(pod('Failed', { 'step-a': state.ended(7) })),
    `Failed: "step-a" exited with code 7 (image: "step-a@sha256:1"); ${logs('step-a')}`,
    [],
  ],
  [
    'reports that its pod was deleted before a container had started',
    deleted(pod('Failed', { 'step-a': undefined })),
    'Failed: the pod "run-pod-1" was deleted before it had finished',
    [],
  ],
  [
    "has failed with Tekton's message if the pod has no reason",
    pod('Failed', { 'step-a': undefined }),
    'Failed: build failed for unspecified reasons.',
    [],
  ],
  [
    'does not wait for an invalid image name',
    pod('Pending', { 'step-a': state.waits('InvalidImageName', 'couldn\'t parse "No Such"') }),
    'Failed: "step-a" could not start (image: "ubuntu"): couldn\'t parse "No Such"',
    ['delete'],
  ],
  [
    'does not wait for a missing key of its environment',
    pod('Pending', { 'step-a': state.waits('CreateContainerConfigError', 'secret "x" not found') }),
    'CreateContainerConfigError: Failed to create pod due to config error: "step-a": secret "x" not found',
    ['delete'],
  ],
  [
    'fails if a container cannot be started, even if others are waiting',
    pod('Running', {
      'step-a': state.runs,
      'step-b': state.ended(128, { reason: 'StartError', message: 'no such device' }),
    }),
    'Failed: "step-b" could not start (image: "ubuntu"): no such device',
    ['delete'],
  ],
];

describe('a TaskRun', () => {
  test.each(outcomes)('%s', (_what, pod, condition, actions) => {
    expect(decideTaskRun({ pod })).toMatchObject({ condition, actions });
  });

  test('starts its first pod and sets its start time', () => {
    const { decision } = decideTaskRun({ run: run(), now: at('12:00:00') });
    expect(decision.actions).toEqual([{ kind: 'start', attempt: 0, replacement: false, shellLess: [] }]);
    expect(decision.status).toMatchObject({ startTime: NOON, conditions: [{ status: 'Unknown', reason: 'Pending' }] });
  });

  test('starts the next pod of a retry', () => {
    const { decision } = decideTaskRun({
      run: run({ conditions: startedStatus.conditions ?? [], retriesStatus: [{}, {}] }),
    });
    expect(decision.actions).toMatchObject([{ kind: 'start', attempt: 2 }]);
  });

  test('does not create a deleted pod again', () => {
    expect(decideTaskRun({})).toMatchObject({
      condition: 'Failed: the pod "run-pod-1" was deleted before it had finished',
      actions: [],
    });
  });

  test('replaces a pod whose image has no shell, once', () => {
    const message =
      'failed to create containerd task: exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown';
    const withoutTools = pod('Running', {
      'step-a': state.runs,
      'step-b': state.ended(128, { reason: 'StartError', message }),
    });
    expect(decideTaskRun({ pod: withoutTools }).decision.actions).toEqual([
      { kind: 'start', attempt: 0, replacement: true, shellLess: ['ubuntu'] },
    ]);
    const withLentTools: Pod = {
      ...withoutTools,
      spec: { ...withoutTools.spec, initContainers: [{ name: 'place-tools' }] },
    };
    expect(decideTaskRun({ pod: withoutTools, replacement: withLentTools })).toMatchObject({
      condition: `Failed: "step-b" could not start (image: "ubuntu"): ${message}`,
      actions: ['delete', 'delete'],
    });
  });

  test('lists its steps in running order, with their results', () => {
    const results = [{ name: '', digest: '', key: 'commit', value: 'abc', resourceRef: {} }];
    const observedPod = pod('Succeeded', {
      'step-a': state.ended(0, { message: JSON.stringify(results) }),
      'step-b': state.ended(0, { message: 'free text' }),
      'sidecar-s': state.ended(0),
    });
    const { status } = decideTaskRun({ pod: observedPod }).decision;
    expect(status).toMatchObject({
      podName: 'run-pod-1',
      startTime: NOON,
      completionTime: '2026-01-01T12:00:05Z',
      steps: [
        { name: 'a', container: 'step-a', imageID: 'step-a@sha256:1', terminated: { exitCode: 0 } },
        { name: 'b' },
      ],
      resourcesResult: results,
    });
    expect((status as { readonly sidecars: unknown }).sidecars).toEqual([{ name: 's', imageID: 'sidecar-s@sha256:1' }]);
  });

  test('has no results if it failed', () => {
    const messageOfStep = JSON.stringify([{ key: 'commit', value: 'abc' }]);
    expect(
      decideTaskRun({
        pod: pod('Failed', { 'step-a': state.ended(0, { message: messageOfStep }), 'step-b': state.ended(1) }),
      }).decision.status,
    ).not.toHaveProperty('resourcesResult');
  });

  test('is cancelled in any state of its pod', () => {
    const cancelled = run(startedStatus, { status: 'TaskRunCancelled' });
    expect(decideTaskRun({ run: cancelled, pod: pod('Running', { 'step-a': state.runs }) })).toMatchObject({
      condition: 'TaskRunCancelled: TaskRun "run" was cancelled',
      actions: ['delete'],
      decision: { status: { completionTime: '2026-01-01T12:00:05Z' } },
    });
  });

  test.each([
    ['5s', '12:00:05.900', 'Running'],
    ['5s', '12:00:06', 'TaskRunTimeout: TaskRun "run" failed to finish within "5s"'],
    ['0s', '23:59:59', 'Running'],
    [undefined, '12:59:59', 'Running'],
    [undefined, '13:00:01', 'TaskRunTimeout: TaskRun "run" failed to finish within "1h0m0s"'],
  ])('with a timeout of %s is at %s: %s', (timeout, now, condition) => {
    const spec = timeout === undefined ? {} : { timeout };
    expect(
      decideTaskRun({ run: run(startedStatus, spec), pod: pod('Running', { 'step-a': state.runs }), now: at(now) })
        .condition,
    ).toMatch(new RegExp(`^${condition}`));
  });

  test('is reconciled again at its timeout', () => {
    const { requeueAt } = decideTaskRun({
      run: run(startedStatus, { timeout: '1m' }),
      pod: pod('Running', { 'step-a': state.runs }),
    }).decision;
    expect(requeueAt).toEqual(at('12:01:00.999'));
  });

  test('that ended in time has not timed out, even if its end is observed later', () => {
    expect(
      decideTaskRun({
        run: run(startedStatus, { timeout: '5s' }),
        pod: pod('Succeeded', { 'step-a': state.ended(0) }),
        now: at('12:30:00'),
      }).condition,
    ).toMatch(/^Succeeded/);
  });

  test('waits a limited time for steps that outlive a failed one', () => {
    const runningPod = pod('Running', { 'step-a': state.ended(137), 'step-b': state.runs });
    expect(decideTaskRun({ pod: runningPod, now: at('12:00:10') })).toMatchObject({
      actions: [],
      decision: { requeueAt: at('12:00:15') },
    });
    expect(decideTaskRun({ pod: runningPod, now: at('12:00:15') })).toMatchObject({
      actions: ['delete'],
      condition: expect.stringMatching(/^Failed: "step-a" exited with code 137/),
    });
  });

  test('announces to the first step that the sidecars are ready', () => {
    const sidecar = (ready: boolean): Pod => {
      const observedPod = pod('Running', { 'step-a': state.runs, 'sidecar-s': state.runs });
      const containerStatuses = observedPod.status?.containerStatuses?.map((one) => ({
        ...one,
        ready: ready || !one.name.startsWith('sidecar'),
      }));
      return { ...observedPod, status: { ...observedPod.status, ...(containerStatuses && { containerStatuses }) } };
    };
    expect([decideTaskRun({ pod: sidecar(false) }).actions, decideTaskRun({ pod: sidecar(true) }).actions]).toEqual([
      [],
      ['announce'],
    ]);
  });

  test.each<[string, Pod, readonly string[]]>([
    [
      'treats a sidecar that has ended as ready, with any exit code',
      pod('Running', { 'step-a': state.runs, 'sidecar-s': state.ended(3) }),
      ['announce'],
    ],
    [
      'waits for a sidecar that is being created',
      pod('Running', { 'step-a': state.runs, 'sidecar-s': state.waits('ContainerCreating') }),
      [],
    ],
    [
      'stops a container that a webhook has injected',
      pod('Running', { 'step-a': state.ended(0), 'istio-proxy': state.runs }),
      ['stop-sidecars'],
    ],
  ])('%s', (_what, observedPod, actions) => {
    expect(decideTaskRun({ pod: observedPod }).actions).toEqual(actions);
  });

  test('does not wait for a pod whose node is lost', () => {
    const observedPod = pod('Running', { 'step-a': state.runs }, { reason: 'NodeLost' });
    const lostPod: Pod = {
      ...observedPod,
      metadata: { ...observedPod.metadata, deletionTimestamp: NOON },
      spec: { ...observedPod.spec, nodeName: 'n1' },
    };
    expect(decideTaskRun({ pod: lostPod, now: at('12:00:29') })).toMatchObject({
      condition: 'Running: Not all Steps in the Task have finished executing',
      decision: { requeueAt: at('12:00:30') },
    });
    expect(decideTaskRun({ pod: lostPod, now: at('12:00:30') }).condition).toBe(
      'Failed: the pod "run-pod-1" was deleted, and its node "n1" does not say that it has ended: NodeLost',
    );
  });

  test('that has ended never changes, and stops what a crash has left running', () => {
    const failedStatus: TaskRunStatus = {
      ...startedStatus,
      conditions: [{ type: 'Succeeded', status: 'False', reason: 'TaskRunTimeout', message: 'x' }],
    };
    const { decision, actions } = decideTaskRun({
      run: run(failedStatus),
      pod: pod('Running', { 'step-a': state.runs }),
    });
    expect([decision.status, actions]).toEqual([failedStatus, ['delete']]);
    expect(
      decideTaskRun({ run: run(failedStatus), pod: pod('Succeeded', { 'step-a': state.ended(0) }) }),
    ).toMatchObject({
      decision: { status: failedStatus },
      actions: [],
    });
  });
});
