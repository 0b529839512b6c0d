import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, virtualClock, type FakeOutcome, type VirtualClock } from '../../src/index.js';
import { PodTestCluster, stateOf } from '../support/pods.js';

const noon = new Date('2026-01-01T12:00:00Z');
let testCluster: PodTestCluster;
afterEach(() => testCluster.cluster.close());

/** Opens a cluster with these container outcomes, by container name. */
async function open(outcomes: Record<string, FakeOutcome | FakeOutcome[]> = {}, clock?: VirtualClock): Promise<void> {
  const starts = new Map<string, number>();
  const runtime = fake({
    ...(clock && { clock }),
    script: ({ identity: { container } }) => {
      const start = starts.get(container) ?? 0;
      starts.set(container, start + 1);
      const outcome = outcomes[container];
      return Array.isArray(outcome) ? outcome[start] : outcome;
    },
  });
  const images = (image: string): { rootfs: 'host' } | undefined =>
    image === 'missing' ? undefined : { rootfs: 'host' };
  testCluster = await PodTestCluster.open({
    runtime,
    images,
    imageHint: 'give one with --image NAME=host',
    ...(clock && { clock, now: clock.now }),
  });
}

const container = (name: string, fields: object = {}): { name: string; command: string[] } => ({
  name,
  command: ['run'],
  ...fields,
});

describe('a pod', () => {
  test('is scheduled, runs and succeeds', async () => {
    await open({ one: { output: 'hello\n', message: 'result' }, two: { exitCode: 3 } });
    await testCluster.pod('p', [container('one'), container('two')]);
    const pod = await testCluster.untilFinished('p');
    expect(pod.spec.nodeName).toBe('pipewright');
    expect(pod.status?.phase).toBe('Failed');
    expect([stateOf(pod, 'one'), stateOf(pod, 'two')]).toEqual(['Completed 0', 'Error 3']);
    expect(pod.status?.containerStatuses?.[0]?.state.terminated?.message).toBe('result');
    expect(await testCluster.log('p', 'one')).toBe('hello\n');
    expect(await testCluster.event('p', 'Scheduled')).toBe('Successfully assigned default/p to pipewright');
    expect(await testCluster.event('p', 'Started')).toMatch(/^Started container (one|two)$/);
  });

  test('whose log cannot be written reports this in its log and its status, and runs to its end', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'pipewright-no-logs-'));
    writeFileSync(join(dataDir, 'logs'), 'a file where the directory belongs');
    testCluster = await PodTestCluster.open({ runtime: fake({ script: () => ({ output: 'hello\n' }) }), dataDir });
    try {
      await testCluster.pod('p', [container('one')]);
      const pod = await testCluster.untilFinished('p');
      expect(pod.status?.phase).toBe('Succeeded');
      expect(await testCluster.log('p', 'one')).toMatch(
        /^\(pipewright: 6 bytes of this log are missing: ENOTDIR: .*\)\n$/,
      );
      const condition = pod.status?.conditions?.find(({ type }) => type === 'pipewright.dev/LogsIncomplete');
      expect(condition).toMatchObject({ status: 'True', reason: 'LogNotWritten' });
    } finally {
      await testCluster.cluster.close();
      rmSync(dataDir, { recursive: true });
    }
  });

  test('has events whose names are in chronological order', async () => {
    await open();
    await testCluster.pod('p', [container('one')]);
    await testCluster.untilFinished('p');
    await testCluster.event('p', 'Started');
    const response = await testCluster.cluster.send(new Request('http://kubernetes/api/v1/namespaces/default/events'));
    const { items } = (await response.json()) as { items: { metadata: { name: string }; reason: string }[] };
    const byName = [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    expect(byName.map(({ reason }) => reason)).toEqual(['Scheduled', 'Pulled', 'Created', 'Started']);
  });

  test('runs its init containers in order before the others', async () => {
    const clock = virtualClock(noon);
    await open({ first: { duration: 1000 }, second: { duration: 1000 } }, clock);
    await testCluster.pod('p', [container('main')], { initContainers: [container('first'), container('second')] });
    const firstRunning = await testCluster.waitForPod('p', (pod) => stateOf(pod, 'first') === 'running');
    expect([stateOf(firstRunning, 'second'), stateOf(firstRunning, 'main'), firstRunning.status?.phase]).toEqual([
      'waiting PodInitializing',
      'waiting PodInitializing',
      'Pending',
    ]);
    await clock.advance(1000);
    const next = await testCluster.waitForPod('p', (pod) => stateOf(pod, 'second') === 'running');
    expect(stateOf(next, 'first')).toBe('Completed 0');
    await clock.advance(1000);
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('fails if an init container fails', async () => {
    await open({ first: { exitCode: 1 } });
    await testCluster.pod('p', [container('main')], { initContainers: [container('first')] });
    const pod = await testCluster.untilFinished('p');
    expect([pod.status?.phase, stateOf(pod, 'main')]).toEqual(['Failed', 'waiting PodInitializing']);
  });

  test('reports that a command cannot be run', async () => {
    await open({ main: { startError: 'exec: "/bin/sh": stat /bin/sh: no such file or directory' } });
    await testCluster.pod('p', [container('main')]);
    const pod = await testCluster.untilFinished('p');
    expect(pod.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      reason: 'StartError',
      exitCode: 128,
      message: 'exec: "/bin/sh": stat /bin/sh: no such file or directory',
    });
  });

  test('restarts failed containers with increasing backoff', async () => {
    const clock = virtualClock(noon);
    await open({ main: [{ exitCode: 1 }, { exitCode: 1 }, { exitCode: 1 }, {}] }, clock);
    await testCluster.pod('p', [container('main')], { restartPolicy: 'OnFailure' });
    const backingOff = await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'waiting CrashLoopBackOff');
    expect(backingOff.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(backingOff.status?.phase).toBe('Running');
    await clock.advance(10_000);
    await testCluster.waitForPod('p', (pod) =>
      pod.status?.containerStatuses?.[0]?.state.waiting?.message?.startsWith('back-off 20s'),
    );
    await clock.advance(20_000);
    const pod = await testCluster.untilFinished('p');
    expect([pod.status?.phase, pod.status?.containerStatuses?.[0]?.restartCount]).toEqual(['Succeeded', 3]);
  });

  test('provides the log of the previous attempt, if one exists', async () => {
    const clock = virtualClock(noon);
    const outcomeWith = (output: string, exitCode: number): FakeOutcome => ({ output, exitCode });
    await open({ main: [outcomeWith('one\n', 1), outcomeWith('two\n', 1), outcomeWith('three\n', 0)] }, clock);
    await testCluster.pod('p', [container('main')], { restartPolicy: 'OnFailure' });
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'waiting CrashLoopBackOff');
    expect(await testCluster.log('p', 'main', '&previous=true')).toBe('two\n');
    await clock.advance(10_000);
    await testCluster.untilFinished('p');
    expect(await testCluster.log('p', 'main', '&previous=true')).toBe('two\n');
    expect(await testCluster.log('p', 'main')).toBe('three\n');
    await testCluster.pod('once', [container('other')]);
    await testCluster.untilFinished('once');
    expect(JSON.parse(await testCluster.log('once', 'other', '&previous=true'))).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'previous terminated container "other" in pod "once" not found',
    });
  });

  test('fails at its deadline', async () => {
    const clock = virtualClock(noon);
    await open({ main: { duration: 'forever' } }, clock);
    await testCluster.pod('p', [container('main')], { activeDeadlineSeconds: 60 });
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
    await clock.advance(60_000);
    const pod = await testCluster.untilFinished('p');
    expect(pod.status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  test('is rejected if it mounts a directory of the machine', async () => {
    await open();
    await testCluster.pod('p', [container('main')], { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] });
    expect((await testCluster.untilFinished('p')).status).toMatchObject({
      phase: 'Failed',
      reason: 'HostPathNotAllowed',
      message:
        'volume "v" mounts /etc of this machine (hostPath), which is not allowed here; use an emptyDir or a PersistentVolumeClaim',
    });
  });
});

describe('a pod waits for', () => {
  test('a missing Secret of a volume, with an event', async () => {
    await open();
    await testCluster.pod('p', [container('main')], { volumes: [{ name: 'v', secret: { secretName: 's' } }] });
    expect(await testCluster.event('p', 'FailedMount')).toBe(
      'MountVolume.SetUp failed for volume "v" : secret "s" not found',
    );
    const waiting = await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'waiting ContainerCreating');
    expect(waiting.status?.phase).toBe('Pending');
    await testCluster.create('secrets', 's', { stringData: { key: 'value' } });
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('a missing key of a variable, with a waiting state', async () => {
    await open();
    await testCluster.create('configmaps', 'm', { data: { other: 'x' } });
    const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'm', key: 'key' } } }];
    await testCluster.pod('p', [container('main', { env })]);
    const waiting = await testCluster.waitForPod(
      'p',
      (pod) => stateOf(pod, 'main') === 'waiting CreateContainerConfigError',
    );
    expect(waiting.status?.containerStatuses?.[0]?.state.waiting?.message).toBe(
      "couldn't find key key in ConfigMap default/m",
    );
    await testCluster.request(
      'PATCH',
      '/api/v1/namespaces/default/configmaps/m',
      { data: { key: 'y' } },
      'application/merge-patch+json',
    );
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('an image without a stand-in', async () => {
    const clock = virtualClock(noon);
    await open({}, clock);
    await testCluster.pod('p', [container('main', { image: 'missing' })]);
    const waiting = await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'waiting ErrImagePull');
    expect(waiting.status?.containerStatuses?.[0]?.state.waiting?.message).toBe(
      'image "missing" cannot be pulled: it has no stand-in on this machine; give one with --image NAME=host',
    );
    await clock.advance(1000);
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'waiting ImagePullBackOff');
    await testCluster.patch('p', { spec: { containers: [{ name: 'main', image: 'host' }] } });
    expect((await testCluster.untilFinished('p')).status?.phase).toBe('Succeeded');
  });

  test('an image with an invalid name', async () => {
    await open();
    await testCluster.pod('p', [container('main', { image: 'no image' })]);
    const pod = await testCluster.waitForPod(
      'p',
      (candidate) => stateOf(candidate, 'main') === 'waiting InvalidImageName',
    );
    expect(pod.status?.containerStatuses?.[0]?.state.waiting?.message).toBe(
      'Failed to apply default image tag "no image": couldn\'t parse image name "no image": invalid reference format',
    );
  });
});

describe('termination', () => {
  test('a deleted pod is removed after its containers have ended', async () => {
    await open({ main: { duration: 'forever' } });
    await testCluster.pod('p', [container('main')]);
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
    const terminated = testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'Error 143');
    await testCluster.request('DELETE', '/api/v1/namespaces/default/pods/p');
    const pod = await terminated;
    expect(pod.metadata.deletionTimestamp).toBeDefined();
    await testCluster.untilDeleted('p');
    expect(await testCluster.event('p', 'Killing')).toBe('Stopping container main');
  });

  test('a container that ignores SIGTERM is killed after its grace period', async () => {
    const clock = virtualClock(noon);
    await open({ main: { duration: 'forever', handlesSigterm: false } }, clock);
    await testCluster.pod('p', [container('main')], { terminationGracePeriodSeconds: 7 });
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
    await testCluster.request('DELETE', '/api/v1/namespaces/default/pods/p');
    await clock.advance(6999);
    expect(stateOf(await testCluster.waitForPod('p', () => true), 'main')).toBe('running');
    const killed = testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'Error 137');
    await clock.advance(1);
    await killed;
    await testCluster.untilDeleted('p');
  });

  test('a pod that waits for an image can be deleted', async () => {
    await open({}, virtualClock(noon));
    await testCluster.pod('p', [container('main', { image: 'missing' })]);
    await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'waiting ErrImagePull');
    await testCluster.request('DELETE', '/api/v1/namespaces/default/pods/p');
    await testCluster.untilDeleted('p');
  });

  test('a container whose image is patched is stopped and started with the new image, under any restart policy', async () => {
    await open({ sidecar: [{ duration: 'forever' }, {}] });
    await testCluster.pod('p', [container('step'), container('sidecar')]);
    await testCluster.waitForPod(
      'p',
      (pod) => stateOf(pod, 'step') === 'Completed 0' && stateOf(pod, 'sidecar') === 'running',
    );
    await testCluster.patch('p', { spec: { containers: [{ name: 'sidecar', image: 'nop' }] } });
    const pod = await testCluster.untilFinished('p');
    expect(pod.status?.phase).toBe('Succeeded');
    expect(pod.status?.containerStatuses?.[1]).toMatchObject({
      image: 'nop',
      restartCount: 1,
      lastState: { terminated: { exitCode: 143 } },
    });
    expect(await testCluster.event('p', 'Killing')).toBe('Container sidecar definition changed, will be restarted');
  });

  test('a container with a failing liveness probe is restarted', async () => {
    const clock = virtualClock(noon);
    await open({ main: [{ duration: 'forever', exec: () => ({ exitCode: 1, output: 'sick' }) }, {}] }, clock);
    await testCluster.pod(
      'p',
      [container('main', { livenessProbe: { exec: { command: ['check'] }, failureThreshold: 1 } })],
      {
        restartPolicy: 'OnFailure',
      },
    );
    const pod = await testCluster.untilFinished('p');
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1 });
    expect(await testCluster.event('p', 'Unhealthy')).toBe('Liveness probe failed: sick');
  });
});

test("a readiness probe's first failure is an event, and a different later failure another one", async () => {
  const clock = virtualClock(noon);
  let output = 'not yet';
  await open({ main: { duration: 'forever', exec: () => ({ exitCode: 1, output }) } }, clock);
  await testCluster.pod('p', [
    container('main', { readinessProbe: { exec: { command: ['check'] }, periodSeconds: 1 } }),
  ]);
  expect(await testCluster.event('p', 'Unhealthy')).toBe('Readiness probe failed: not yet');
  await clock.advance(5000);
  output = 'refused';
  await clock.advance(1000);
  const events = '/api/v1/namespaces/default/events?fieldSelector=reason%3DUnhealthy';
  const messages = async (): Promise<readonly string[]> => {
    const { items } = await testCluster.request<{ items: readonly { message: string }[] }>('GET', events);
    return items.map(({ message }) => message).sort();
  };
  let eventMessages = await messages();
  while (eventMessages.length < 2) eventMessages = await messages();
  expect(eventMessages).toEqual(['Readiness probe failed: not yet', 'Readiness probe failed: refused']);
});

test('a container becomes ready when its readiness probe succeeds', async () => {
  const clock = virtualClock(noon);
  let isHealthy = false;
  await open({ main: { duration: 'forever', exec: () => ({ exitCode: isHealthy ? 0 : 1, output: '' }) } }, clock);
  const readinessProbe = { exec: { command: ['check'] }, periodSeconds: 5 };
  await testCluster.pod('p', [container('main', { readinessProbe }), container('other')]);
  const running = await testCluster.waitForPod('p', (pod) => stateOf(pod, 'main') === 'running');
  expect(running.status?.containerStatuses?.[0]?.ready).toBe(false);
  isHealthy = true;
  await clock.advance(5000);
  await testCluster.waitForPod('p', (pod) => pod.status?.containerStatuses?.[0]?.ready);
});
