import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { sandbox } from '../../src/index.js';
import { hostMounts } from '../../src/runtime/host/host-mounts.js';
import { firstMemoryDirectory } from '../../src/runtime/host/memory-directory.js';
import { removeTree } from '../../src/runtime/host/remove-tree.js';
import { PodTestCluster, stateOf, type TestContainer } from '../support/pods.js';
import { describeWithSandbox } from '../support/sandbox-tests.js';

const runtime = sandbox();
const probe = await runtime.probe();
const dataDir = mkdtempSync(join(tmpdir(), 'pipewright-node-'));
const testCluster = await PodTestCluster.open({ runtime, dataDir });
afterAll(async () => {
  await testCluster.cluster.close();
  await removeTree(dataDir);
});

const sh = (name: string, script: string, fields: object = {}): TestContainer => ({
  name,
  command: ['/bin/sh', '-c', script],
  ...fields,
});
const mount = (name: string, mountPath: string, fields: object = {}): { volumeMounts: object[] } => ({
  volumeMounts: [{ name, mountPath, ...fields }],
});
/** A volume `d` with the annotation `ready`, for which a container can wait. */
const READY_ANNOTATION = [
  {
    name: 'd',
    downwardAPI: { items: [{ path: 'ready', fieldRef: { fieldPath: "metadata.annotations['ready']" } }] },
  },
];
let pods = 0;

/** Returns the log of a pod with one container that succeeded. */
async function printed(
  script: string,
  container: object = {},
  spec: object = {},
  metadata: object = {},
): Promise<string> {
  const name = `p${pods++}`;
  await testCluster.pod(name, [sh('main', script, container)], spec, metadata);
  const pod = await testCluster.untilFinished(name);
  expect(stateOf(pod, 'main')).toBe('Completed 0');
  return testCluster.log(name, 'main');
}

/** Resolves when a directory does not have this entry, or no longer. */
async function removed(directory: string, entry: string): Promise<void> {
  const changes = watch(directory);
  while (existsSync(join(directory, entry))) await once(changes, 'change');
  changes.close();
}

if (probe.kind === 'unusable') {
  test('where namespaces are denied, a pod fails with the remedy', async () => {
    await testCluster.pod('p', [sh('main', 'true')]);
    const pod = await testCluster.untilFinished('p');
    expect(pod.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({
      reason: 'ContainerCannotRun',
      message: expect.stringContaining(probe.problem.message),
    });
  });
}

describeWithSandbox('a pod of real processes', probe, () => {
  // Without an in-memory file system, the disk is used. The title of the test names the case.
  const hasMemory =
    firstMemoryDirectory(hostMounts(), ['/dev/shm', process.env['XDG_RUNTIME_DIR'] ?? '']) !== undefined;
  test(hasMemory ? 'has its Secrets on no disk' : 'has its Secrets where everything is', async () => {
    await testCluster.create('secrets', 'in-memory', { stringData: { pass: 'hush' } });
    const spec = { volumes: [{ name: 's', secret: { secretName: 'in-memory' } }] };
    const type = await printed('stat -f -c %T /s; cat /s/pass', mount('s', '/s'), spec);
    expect(type.replace(/^(?!tmpfs).*\n/, 'disk\n')).toBe(hasMemory ? 'tmpfs\nhush' : 'disk\nhush');
  });

  test('passes data between containers through a FIFO in an emptyDir', async () => {
    const tools = { volumes: [{ name: 'tools', emptyDir: {} }] };
    const first = sh(
      'first',
      'until test -p /tools/go; do sleep 0.01; done; echo first; echo > /tools/go',
      mount('tools', '/tools'),
    );
    const second = sh('second', 'mkfifo /tools/go; read line < /tools/go; echo second', mount('tools', '/tools'));
    await testCluster.pod('fifo', [first, second], tools);
    expect((await testCluster.untilFinished('fifo')).status?.phase).toBe('Succeeded');
    expect([await testCluster.log('fifo', 'first'), await testCluster.log('fifo', 'second')]).toEqual([
      'first\n',
      'second\n',
    ]);
  });

  test('shares no files with another pod', async () => {
    const script = 'ls -A /workspace /tmp; touch /workspace/f /tmp/f';
    const volume = { volumes: [{ name: 'v', emptyDir: {} }] };
    expect(await printed(script, mount('v', '/workspace'), volume)).toBe('/tmp:\n\n/workspace:\n');
    expect(await printed(script, mount('v', '/workspace'), volume)).toBe('/tmp:\n\n/workspace:\n');
  });

  test('has Secrets and ConfigMaps as files and variables', async () => {
    await testCluster.create('secrets', 's', { stringData: { user: 'me', pass: 'hush' } });
    await testCluster.create('configmaps', 'm', { data: { 'run.sh': '#!/bin/sh\necho ran\n' } });
    const volumes = [
      { name: 's', secret: { secretName: 's', defaultMode: 0o400 } },
      { name: 'm', configMap: { name: 'm', defaultMode: 0o755 } },
    ];
    const container = {
      volumeMounts: [
        { name: 's', mountPath: '/var/build-secrets/s' },
        { name: 'm', mountPath: '/scripts' },
      ],
      env: [{ name: 'PASS', valueFrom: { secretKeyRef: { name: 's', key: 'pass' } } }],
    };
    const script =
      'cat /var/build-secrets/s/user; stat -c " %a" /var/build-secrets/s/pass; /scripts/run.sh; echo $PASS; touch /scripts/x 2>/dev/null || echo read-only';
    expect(await printed(script, container, { volumes })).toBe('me 400\nran\nhush\nread-only\n');
  });

  test('sees an annotation change in its downward file', async () => {
    const script = 'echo begun; until test -s /downward/ready; do sleep 0.01; done; cat /downward/ready';
    await testCluster.pod('downward', [sh('main', script, mount('d', '/downward'))], { volumes: READY_ANNOTATION });
    await testCluster.waitForPod('downward', (pod) => stateOf(pod, 'main') === 'running');
    await testCluster.patch('downward', { metadata: { annotations: { ready: 'READY' } } });
    await testCluster.untilFinished('downward');
    expect(await testCluster.log('downward', 'main')).toBe('begun\nREADY');
  });

  test('mounts a subPath, from which no symlink leads outside', async () => {
    const volumes = [{ name: 'v', emptyDir: {} }];
    const init = {
      initContainers: [sh('first', 'ln -s /etc /v/out; mkdir /v/dir; echo x > /v/dir/f', mount('v', '/v'))],
    };
    const container = {
      volumeMounts: [
        { name: 'v', mountPath: '/in', subPath: 'dir' },
        { name: 'v', mountPath: '/out', subPath: 'out' },
      ],
    };
    expect(await printed('cat /in/f; ls -A /out', container, { volumes, ...init })).toBe('x\n');
  });

  test('reads files of an earlier pod in a claim', async () => {
    await testCluster.create('persistentvolumeclaims', 'claim', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'claim' } }];
    await printed('echo kept > /data/f', mount('v', '/data'), { volumes });
    expect(await printed('cat /data/f', mount('v', '/data'), { volumes })).toBe('kept\n');
  });

  test('has downward API fields and the address of its cluster', async () => {
    const env = [{ name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }];
    const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
    const script = `echo $NAME $HOSTNAME; cat ${mountPath}/namespace; echo; head -c 27 ${mountPath}/ca.crt; echo; tr . ' ' < ${mountPath}/token | wc -w; echo $KUBERNETES_SERVICE_HOST; test "$KUBERNETES_PORT" = "tcp://127.0.0.1:$KUBERNETES_SERVICE_PORT" && echo reachable`;
    expect(await printed(script, { env }, { automountServiceAccountToken: true })).toMatch(
      /^(p\d+) \1\ndefault\n-----BEGIN CERTIFICATE-----\n3\n127\.0\.0\.1\nreachable\n$/,
    );
  });

  test('has a termination message, from its file or the end of its log', async () => {
    await testCluster.pod('messages', [
      sh('file', 'echo why > /dev/termination-log; exit 1'),
      sh('own', 'echo mine > /tmp/message', { terminationMessagePath: '/tmp/message' }),
      sh('log', 'echo last words; exit 1', { terminationMessagePolicy: 'FallbackToLogsOnError' }),
      sh('long', 'head -c 10000 /dev/zero | tr "\\0" x > /dev/termination-log'),
      sh('silent', 'echo nothing', { terminationMessagePolicy: 'FallbackToLogsOnError' }),
    ]);
    const { status } = await testCluster.untilFinished('messages');
    const messages = status?.containerStatuses?.map(({ state }) => state.terminated?.message);
    expect(messages).toEqual(['why\n', 'mine\n', 'last words\n', 'x'.repeat(4096), undefined]);
  });

  test('has the working directory and user of its specification', async () => {
    expect(await printed('pwd; id -u', { workingDir: '/made/for/it' })).toBe('/made/for/it\n0\n');
  });

  test('streams its log while it runs, to the last line', async () => {
    const script = 'for i in 1 2 3; do echo $i; done; until test -s /downward/ready; do sleep 0.01; done; printf end';
    await testCluster.pod('follow', [sh('main', script, mount('d', '/downward'))], { volumes: READY_ANNOTATION });
    await testCluster.waitForPod('follow', (pod) => stateOf(pod, 'main') === 'running');
    const log = testCluster.log('follow', 'main', '&follow=true');
    await testCluster.patch('follow', { metadata: { annotations: { ready: 'READY' } } });
    expect(await log).toBe('1\n2\n3\nend');
  });

  test('reports a missing command differently from a failed one', async () => {
    await testCluster.pod('none', [{ name: 'main', command: ['/no/shell'] }, sh('fails', 'exit 127')]);
    const { status } = await testCluster.untilFinished('none');
    expect(
      status?.containerStatuses?.map(({ state }) => [state.terminated?.reason, state.terminated?.exitCode]),
    ).toEqual([
      ['StartError', 128],
      ['Error', 127],
    ]);
    expect(status?.containerStatuses?.[0]?.state.terminated?.message).toContain(
      'exec: "/no/shell": stat /no/shell: no such file or directory',
    );
  });

  test('ends on SIGTERM', async () => {
    await testCluster.pod('long', [
      sh('main', 'trap "echo bye; exit 0" TERM; echo begun; while :; do sleep 0.01; done'),
    ]);
    await testCluster.waitForPod('long', (pod) => stateOf(pod, 'main') === 'running');
    const path = '/api/v1/namespaces/default/pods/long';
    const log = (
      await testCluster.cluster.send(new Request(`http://kubernetes${path}/log?follow=true`))
    ).body?.getReader();
    expect(Buffer.from((await log?.read())?.value ?? []).toString()).toBe('begun\n');
    await testCluster.request('DELETE', path);
    expect(Buffer.from((await log?.read())?.value ?? []).toString()).toBe('bye\n');
    await testCluster.untilDeleted('long');
  });

  test('leaves no files', async () => {
    await testCluster.pod('clean', [sh('main', 'mkdir -m 555 /tmp/locked; true')]);
    const { metadata } = await testCluster.untilFinished('clean');
    await testCluster.request('DELETE', '/api/v1/namespaces/default/pods/clean');
    await testCluster.untilDeleted('clean');
    const run = join(dataDir, 'node/run');
    for (const parent of readdirSync(run)) await removed(join(run, parent), metadata.uid);
  });
});
