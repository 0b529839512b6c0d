import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, virtualClock, type FakeOutcome, type VirtualClock } from '../../src/index.js';
import { PodTestCluster, stateOf } from '../support/pods.js';

const noon = new Date('2026-01-01T12:00:00Z');
let lab: PodTestCluster;
afterEach(() => lab.cluster.close());

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
  lab = await PodTestCluster.open({
    runtime,
    images,
    imageHint: 'give one with --image NAME=host',
    ...(clock && { clock, now: clock.now }),
  });
}

const c = (name: string, more: object = {}): { name: string; command: string[] } => ({
  name,
  command: ['run'],
  ...more,
});

describe('a pod', () => {
  test('is scheduled, runs and succeeds', async () => {
    await open({ one: { output: 'hello\n', message: 'result' }, two: { exitCode: 3 } });
    await lab.pod('p', [c('one'), c('two')]);
    const pod = await lab.end('p');
    expect(pod.spec.nodeName).toBe('pipewright');
    expect(pod.status?.phase).toBe('Failed');
    expect([stateOf(pod, 'one'), stateOf(pod, 'two')]).toEqual(['Completed 0', 'Error 3']);
    expect(pod.status?.containerStatuses?.[0]?.state.terminated?.message).toBe('result');
    expect(await lab.log('p', 'one')).toBe('hello\n');
    expect(await lab.event('p', 'Scheduled')).toBe('Successfully assigned default/p to pipewright');
    expect(await lab.event('p', 'Started')).toMatch(/^Started container (one|two)$/);
  });

  test('whose log cannot be written says so in its log and its status, and runs to its end', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'pipewright-no-logs-'));
    writeFileSync(join(dataDir, 'logs'), 'a file where the directory belongs');
    lab = await PodTestCluster.open({ runtime: fake({ script: () => ({ output: 'hello\n' }) }), dataDir });
    try {
      await lab.pod('p', [c('one')]);
      const pod = await lab.end('p');
      expect(pod.status?.phase).toBe('Succeeded');
      expect(await lab.log('p', 'one')).toMatch(/^\(pipewright: 6 bytes of this log are missing: ENOTDIR: .*\)\n$/);
      const condition = pod.status?.conditions?.find(({ type }) => type === 'pipewright.dev/LogsIncomplete');
      expect(condition).toMatchObject({ status: 'True', reason: 'LogNotWritten' });
    } finally {
      await lab.cluster.close();
      rmSync(dataDir, { recursive: true });
    }
  });

  test('has events whose names are in the order in which things happened', async () => {
    await open();
    await lab.pod('p', [c('one')]);
    await lab.end('p');
    await lab.event('p', 'Started');
    const response = await lab.cluster.send(new Request('http://kubernetes/api/v1/namespaces/default/events'));
    const { items } = (await response.json()) as { items: { metadata: { name: string }; reason: string }[] };
    const byName = [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    expect(byName.map(({ reason }) => reason)).toEqual(['Scheduled', 'Pulled', 'Created', 'Started']);
  });

  test('begins with its init containers, one after another', async () => {
    const clock = virtualClock(noon);
    await open({ first: { duration: 1000 }, second: { duration: 1000 } }, clock);
    await lab.pod('p', [c('main')], { initContainers: [c('first'), c('second')] });
    const begun = await lab.until('p', (pod) => stateOf(pod, 'first') === 'running');
    expect([stateOf(begun, 'second'), stateOf(begun, 'main'), begun.status?.phase]).toEqual([
      'waiting PodInitializing',
      'waiting PodInitializing',
      'Pending',
    ]);
    await clock.advance(1000);
    const next = await lab.until('p', (pod) => stateOf(pod, 'second') === 'running');
    expect(stateOf(next, 'first')).toBe('Completed 0');
    await clock.advance(1000);
    expect((await lab.end('p')).status?.phase).toBe('Succeeded');
  });

  test('ends with an init container that fails', async () => {
    await open({ first: { exitCode: 1 } });
    await lab.pod('p', [c('main')], { initContainers: [c('first')] });
    const pod = await lab.end('p');
    expect([pod.status?.phase, stateOf(pod, 'main')]).toEqual(['Failed', 'waiting PodInitializing']);
  });

  test('says that a command cannot be run', async () => {
    await open({ main: { startError: 'exec: "/bin/sh": stat /bin/sh: no such file or directory' } });
    await lab.pod('p', [c('main')]);
    const pod = await lab.end('p');
    expect(pod.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      reason: 'StartError',
      exitCode: 128,
      message: 'exec: "/bin/sh": stat /bin/sh: no such file or directory',
    });
  });

  test('restarts failed containers with increasing backoff', async () => {
    const clock = virtualClock(noon);
    await open({ main: [{ exitCode: 1 }, { exitCode: 1 }, { exitCode: 1 }, {}] }, clock);
    await lab.pod('p', [c('main')], { restartPolicy: 'OnFailure' });
    const looping = await lab.until('p', (pod) => stateOf(pod, 'main') === 'waiting CrashLoopBackOff');
    expect(looping.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(looping.status?.phase).toBe('Running');
    await clock.advance(10_000);
    await lab.until('p', (pod) =>
      pod.status?.containerStatuses?.[0]?.state.waiting?.message?.startsWith('back-off 20s'),
    );
    await clock.advance(20_000);
    const pod = await lab.end('p');
    expect([pod.status?.phase, pod.status?.containerStatuses?.[0]?.restartCount]).toEqual(['Succeeded', 3]);
  });

  test('has the log of the attempt that ended before, if there is one', async () => {
    const clock = virtualClock(noon);
    const says = (output: string, exitCode: number): FakeOutcome => ({ output, exitCode });
    await open({ main: [says('one\n', 1), says('two\n', 1), says('three\n', 0)] }, clock);
    await lab.pod('p', [c('main')], { restartPolicy: 'OnFailure' });
    await lab.until('p', (pod) => stateOf(pod, 'main') === 'waiting CrashLoopBackOff');
    expect(await lab.log('p', 'main', '&previous=true')).toBe('two\n');
    await clock.advance(10_000);
    await lab.end('p');
    expect(await lab.log('p', 'main', '&previous=true')).toBe('two\n');
    expect(await lab.log('p', 'main')).toBe('three\n');
    await lab.pod('once', [c('other')]);
    await lab.end('once');
    expect(JSON.parse(await lab.log('once', 'other', '&previous=true'))).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: 'previous terminated container "other" in pod "once" not found',
    });
  });

  test('fails at its deadline', async () => {
    const clock = virtualClock(noon);
    await open({ main: { duration: 'forever' } }, clock);
    await lab.pod('p', [c('main')], { activeDeadlineSeconds: 60 });
    await lab.until('p', (pod) => stateOf(pod, 'main') === 'running');
    await clock.advance(60_000);
    const pod = await lab.end('p');
    expect(pod.status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });

  test('is rejected if it mounts a directory of the machine', async () => {
    await open();
    await lab.pod('p', [c('main')], { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] });
    expect((await lab.end('p')).status).toMatchObject({
      phase: 'Failed',
      reason: 'HostPathNotAllowed',
      message:
        'volume "v" mounts /etc of this machine (hostPath), which is not allowed here; use an emptyDir or a PersistentVolumeClaim',
    });
  });
});

describe('a pod waits for', () => {
  test('a Secret of a volume: said in an event, and awaited', async () => {
    await open();
    await lab.pod('p', [c('main')], { volumes: [{ name: 'v', secret: { secretName: 's' } }] });
    expect(await lab.event('p', 'FailedMount')).toBe('MountVolume.SetUp failed for volume "v" : secret "s" not found');
    const waiting = await lab.until('p', (pod) => stateOf(pod, 'main') === 'waiting ContainerCreating');
    expect(waiting.status?.phase).toBe('Pending');
    await lab.create('secrets', 's', { stringData: { key: 'value' } });
    expect((await lab.end('p')).status?.phase).toBe('Succeeded');
  });

  test('a key of a variable: said in the status, and awaited', async () => {
    await open();
    await lab.create('configmaps', 'm', { data: { other: 'x' } });
    const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'm', key: 'key' } } }];
    await lab.pod('p', [c('main', { env })]);
    const waiting = await lab.until('p', (pod) => stateOf(pod, 'main') === 'waiting CreateContainerConfigError');
    expect(waiting.status?.containerStatuses?.[0]?.state.waiting?.message).toBe(
      "couldn't find key key in ConfigMap default/m",
    );
    await lab.ask(
      'PATCH',
      '/api/v1/namespaces/default/configmaps/m',
      { data: { key: 'y' } },
      'application/merge-patch+json',
    );
    expect((await lab.end('p')).status?.phase).toBe('Succeeded');
  });

  test('an image without a stand-in', async () => {
    const clock = virtualClock(noon);
    await open({}, clock);
    await lab.pod('p', [c('main', { image: 'missing' })]);
    const refused = await lab.until('p', (pod) => stateOf(pod, 'main') === 'waiting ErrImagePull');
    expect(refused.status?.containerStatuses?.[0]?.state.waiting?.message).toBe(
      'image "missing" cannot be pulled: nothing stands in for it on this machine; give one with --image NAME=host',
    );
    await clock.advance(1000);
    await lab.until('p', (pod) => stateOf(pod, 'main') === 'waiting ImagePullBackOff');
    await lab.patch('p', { spec: { containers: [{ name: 'main', image: 'host' }] } });
    expect((await lab.end('p')).status?.phase).toBe('Succeeded');
  });

  test('an image with an invalid name', async () => {
    await open();
    await lab.pod('p', [c('main', { image: 'no image' })]);
    const pod = await lab.until('p', (it) => stateOf(it, 'main') === 'waiting InvalidImageName');
    expect(pod.status?.containerStatuses?.[0]?.state.waiting?.message).toBe(
      'Failed to apply default image tag "no image": couldn\'t parse image name "no image": invalid reference format',
    );
  });
});

describe('stopping', () => {
  test('a deleted pod is removed when its containers have ended', async () => {
    await open({ main: { duration: 'forever' } });
    await lab.pod('p', [c('main')]);
    await lab.until('p', (pod) => stateOf(pod, 'main') === 'running');
    const ending = lab.until('p', (pod) => stateOf(pod, 'main') === 'Error 143');
    await lab.ask('DELETE', '/api/v1/namespaces/default/pods/p');
    const ended = await ending;
    expect(ended.metadata.deletionTimestamp).toBeDefined();
    await lab.gone('p');
    expect(await lab.event('p', 'Killing')).toBe('Stopping container main');
  });

  test('a container that ignores SIGTERM is killed after its grace period', async () => {
    const clock = virtualClock(noon);
    await open({ main: { duration: 'forever', handlesSigterm: false } }, clock);
    await lab.pod('p', [c('main')], { terminationGracePeriodSeconds: 7 });
    await lab.until('p', (pod) => stateOf(pod, 'main') === 'running');
    await lab.ask('DELETE', '/api/v1/namespaces/default/pods/p');
    await clock.advance(6999);
    expect(stateOf(await lab.until('p', () => true), 'main')).toBe('running');
    const killed = lab.until('p', (pod) => stateOf(pod, 'main') === 'Error 137');
    await clock.advance(1);
    await killed;
    await lab.gone('p');
  });

  test('a pod that waits for an image can be deleted', async () => {
    await open({}, virtualClock(noon));
    await lab.pod('p', [c('main', { image: 'missing' })]);
    await lab.until('p', (pod) => stateOf(pod, 'main') === 'waiting ErrImagePull');
    await lab.ask('DELETE', '/api/v1/namespaces/default/pods/p');
    await lab.gone('p');
  });

  test('a container whose image is patched is stopped and started with the new one, whatever the policy', async () => {
    await open({ sidecar: [{ duration: 'forever' }, {}] });
    await lab.pod('p', [c('step'), c('sidecar')]);
    await lab.until('p', (pod) => stateOf(pod, 'step') === 'Completed 0' && stateOf(pod, 'sidecar') === 'running');
    await lab.patch('p', { spec: { containers: [{ name: 'sidecar', image: 'nop' }] } });
    const pod = await lab.end('p');
    expect(pod.status?.phase).toBe('Succeeded');
    expect(pod.status?.containerStatuses?.[1]).toMatchObject({
      image: 'nop',
      restartCount: 1,
      lastState: { terminated: { exitCode: 143 } },
    });
    expect(await lab.event('p', 'Killing')).toBe('Container sidecar definition changed, will be restarted');
  });

  test('a failing liveness probe has the container started again', async () => {
    const clock = virtualClock(noon);
    await open({ main: [{ duration: 'forever', exec: () => ({ exitCode: 1, output: 'sick' }) }, {}] }, clock);
    await lab.pod('p', [c('main', { livenessProbe: { exec: { command: ['check'] }, failureThreshold: 1 } })], {
      restartPolicy: 'OnFailure',
    });
    const pod = await lab.end('p');
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1 });
    expect(await lab.event('p', 'Unhealthy')).toBe('Liveness probe failed: sick');
  });
});

test("a readiness probe's first failure is an event, and what it says next is another", async () => {
  const clock = virtualClock(noon);
  let output = 'not yet';
  await open({ main: { duration: 'forever', exec: () => ({ exitCode: 1, output }) } }, clock);
  await lab.pod('p', [c('main', { readinessProbe: { exec: { command: ['check'] }, periodSeconds: 1 } })]);
  expect(await lab.event('p', 'Unhealthy')).toBe('Readiness probe failed: not yet');
  await clock.advance(5000);
  output = 'refused';
  await clock.advance(1000);
  const events = '/api/v1/namespaces/default/events?fieldSelector=reason%3DUnhealthy';
  const messages = async (): Promise<readonly string[]> => {
    const { items } = await lab.ask<{ items: readonly { message: string }[] }>('GET', events);
    return items.map(({ message }) => message).sort();
  };
  let said = await messages();
  while (said.length < 2) said = await messages();
  expect(said).toEqual(['Readiness probe failed: not yet', 'Readiness probe failed: refused']);
});

test('a container is ready when its probe says so', async () => {
  const clock = virtualClock(noon);
  let well = false;
  await open({ main: { duration: 'forever', exec: () => ({ exitCode: well ? 0 : 1, output: '' }) } }, clock);
  const readinessProbe = { exec: { command: ['check'] }, periodSeconds: 5 };
  await lab.pod('p', [c('main', { readinessProbe }), c('other')]);
  const running = await lab.until('p', (pod) => stateOf(pod, 'main') === 'running');
  expect(running.status?.containerStatuses?.[0]?.ready).toBe(false);
  well = true;
  await clock.advance(5000);
  await lab.until('p', (pod) => pod.status?.containerStatuses?.[0]?.ready);
});
