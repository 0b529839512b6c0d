/**
 * kubectl against the served cluster: commands and their output.
 *
 * All tests are skipped if kubectl is not installed. Each command starts a process, so most tests run only with
 * THOROUGH=1.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { fake, startCluster, type Cluster } from '@pipewright/cluster';
import { testWithKubectl, thoroughTestWithKubectl } from '../../../test/kubectl-tests.js';

interface Result {
  readonly code: number | string;
  readonly output: string;
}

const directory = mkdtempSync(join(tmpdir(), 'pipewright-kubectl-'));
const config = join(directory, 'kubeconfig');

/** Runs kubectl with its own home directory. Returns combined stdout and stderr, with ages and times masked. */
function kubectl(...args: readonly string[]): Promise<Result> {
  const env = { PATH: process.env['PATH'], HOME: directory, KUBECONFIG: config };
  return new Promise((resolve) => {
    execFile('kubectl', args, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error ? (error.code ?? 'killed') : 0;
      resolve({ code, output: (stdout + stderr).replaceAll(/\b\d+s\b/g, 'AGE') });
    });
  });
}

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({
    runtime: fake({
      script: ({ identity }) => ({
        output: `hello from ${identity.pod}\n`,
        duration: identity.pod === 'long' ? 'forever' : 0,
      }),
    }),
    images: () => ({ rootfs: 'host' }),
    crds: [widgets],
  });
  const { kubeconfig } = await cluster.serve();
  writeFileSync(config, kubeconfig);
});
afterAll(async () => {
  await cluster.close();
  rmSync(directory, { recursive: true, force: true });
});

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.io' },
  spec: {
    group: 'example.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wg'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: { size: { type: 'integer', description: 'How big.' } },
              },
            },
          },
        },
      },
    ],
  },
};

function manifest(name: string, ...objects: readonly object[]): string {
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return file;
}

const widget = (name: string, spec: object) => ({
  apiVersion: 'example.io/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
});
const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', command: ['x'] }] },
});
const deployment = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
  },
});

testWithKubectl('apply creates an object, reports it as unchanged, and changes it', async () => {
  const file = manifest('web.json', deployment('nginx:1'), widget('a', { size: 1 }));
  expect((await kubectl('apply', '-f', file)).output).toBe(
    'deployment.apps/web created\nwidget.example.io/a created\n',
  );
  expect((await kubectl('apply', '-f', file)).output).toBe(
    'deployment.apps/web unchanged\nwidget.example.io/a unchanged\n',
  );
  manifest('web.json', deployment('nginx:2'), widget('a', { size: 2 }));
  expect((await kubectl('apply', '-f', file)).output).toBe(
    'deployment.apps/web configured\nwidget.example.io/a configured\n',
  );
  expect((await kubectl('get', 'deploy', '-o', 'wide')).output.replaceAll(/ +/g, ' ')).toBe(
    'NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR\nweb 0/1 0 0 AGE c nginx:2 app=web\n',
  );
  expect((await kubectl('get', 'wg')).output).toBe('NAME   SIZE\na      2\n');
});

thoroughTestWithKubectl('diff, server-side apply, set and scale work on applied objects', async () => {
  const file = manifest('web.json', deployment('nginx:2'), widget('a', { size: 2 }));
  expect((await kubectl('apply', '-f', file)).code).toBe(0);
  expect(await kubectl('diff', '-f', file)).toEqual({ code: 0, output: '' });
  expect((await kubectl('apply', '--server-side', '--force-conflicts', '-f', file)).code).toBe(0);
  expect((await kubectl('set', 'image', 'deploy/web', 'c=nginx:3')).output).toBe('deployment.apps/web image updated\n');
  expect((await kubectl('scale', 'deploy/web', '--replicas=0')).output).toBe('deployment.apps/web scaled\n');
});

testWithKubectl('create reports the errors of a file, field by field', async () => {
  const unknown = await kubectl('create', '-f', manifest('w.json', widget('b', { size: 1, colour: 'red' })));
  expect([unknown.code, unknown.output]).toEqual([
    1,
    `Error from server (BadRequest): error when creating "${directory}/w.json": Widget in version "v1" cannot be handled as a ` +
      'Widget: strict decoding error: unknown field "spec.colour"\n',
  ]);
  const rejection = await kubectl('create', '-f', manifest('w.json', widget('b', { size: 'x' })));
  expect(rejection.output).toBe(
    'The Widget "b" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"\n',
  );
});

testWithKubectl('a pod is created, awaited, described, its log read, and deleted', async () => {
  expect((await kubectl('create', '-f', manifest('pod.json', pod('once')))).output).toBe('pod/once created\n');
  const wait = await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/once', '--timeout=20s');
  expect(wait.output).toBe('pod/once condition met\n');
  expect((await kubectl('get', 'pod', 'once')).output).toBe(
    'NAME   READY   STATUS      RESTARTS   AGE\nonce   0/1     Completed   0          AGE\n',
  );
  expect((await kubectl('logs', '-f', 'once')).output).toBe('hello from once\n');
  expect((await kubectl('logs', '-l', 'app=once', '--tail=1')).output).toBe('hello from once\n');
  const { output } = await kubectl('describe', 'pod', 'once');
  expect(output).toMatch(/^Status: +Succeeded$/m);
  expect(output).toMatch(/Normal +Scheduled .*Successfully assigned default\/once to pipewright/);
  expect((await kubectl('delete', 'pod', 'once')).output).toContain('pod "once" deleted');
});

thoroughTestWithKubectl(
  'exec, cp and port-forward are rejected for a running pod, and delete waits until the pod is deleted',
  async () => {
    await kubectl('create', '-f', manifest('long.json', pod('long')));
    expect((await kubectl('wait', '--for=condition=Ready', 'pod/long', '--timeout=20s')).code).toBe(0);
    const commands = [
      ['exec', 'long', '--', 'date'],
      ['cp', 'long:/etc/hostname', join(directory, 'copied')],
      ['port-forward', 'pod/long', '8080:80'],
    ];
    for (const command of commands) {
      const { code, output } = await kubectl(...command);
      expect([code, output]).toEqual([1, expect.stringContaining('the embedded cluster does not serve pods/')]);
    }
    expect((await kubectl('delete', 'pod', 'long', '--grace-period=5', '--timeout=20s')).code).toBe(0);
    expect((await kubectl('get', 'pod', 'long')).output).toBe('Error from server (NotFound): pods "long" not found\n');
  },
);

thoroughTestWithKubectl('logs of a Job are only those of its own pods', async () => {
  await kubectl('run', 'other', '--image=busybox', '--restart=Never');
  await kubectl('create', 'job', 'own', '--image=busybox', '--', 'date');
  const logs = await kubectl('logs', 'job/own', '--pod-running-timeout=1ms');
  expect(logs).toEqual({ code: 1, output: 'error: timed out waiting for the condition\n' });
});

thoroughTestWithKubectl('objects that kubectl generates are accepted', async () => {
  const commands = [
    ['create', 'configmap', 'c', '--from-literal=a=b'],
    ['create', 'deployment', 'd', '--image=nginx', '--port=80'],
    ['create', 'job', 'j', '--image=busybox', '--', 'date'],
    ['create', 'ingress', 'default', '--default-backend=web:http'],
    ['create', 'clusterrole', 'all', '--aggregation-rule=a=b'],
    ['create', 'quota', 'q', '--hard=cpu=1'],
    ['create', 'secret', 'docker-registry', 's', '--docker-username=u', '--docker-password=p', '--docker-server=r'],
    ['create', 'namespace', 'team'],
    ['create', 'ingress', 'i', '--rule=example.com/path*=web:80,tls=s'],
    ['create', 'pdb', 'p', '--selector=app=web', '--min-available=0'],
  ];
  for (const command of commands) expect(await kubectl(...command)).toMatchObject({ code: 0 });
  const [secret, ingress, pdb] = [0, 1, 2].map((index) => `.items[${String(index)}]`);
  const paths =
    `{${secret}.type} {${ingress}.spec.rules[0].http.paths[0].path} {${ingress}.spec.rules[0].host} ` +
    `{${ingress}.spec.tls[0].secretName} {${pdb}.spec.minAvailable}`;
  expect((await kubectl('get', 'secret/s', 'ingress/i', 'pdb/p', '-o', `jsonpath=${paths}`)).output).toBe(
    'kubernetes.io/dockerconfigjson /path example.com s 0',
  );
  expect((await kubectl('delete', 'namespace', 'team', '--timeout=20s')).code).toBe(0);
});

/** Creates a ServiceAccount that may read pods, and a kubeconfig with its token. @returns the kubeconfig option */
async function podReader(name: string): Promise<readonly string[]> {
  const commands = [
    ['create', 'serviceaccount', name],
    ['create', 'role', `${name}-role`, '--verb=get,list', '--resource=pods'],
    ['create', 'rolebinding', `${name}-reads`, `--role=${name}-role`, `--serviceaccount=default:${name}`],
  ];
  for (const command of commands) expect(await kubectl(...command)).toMatchObject({ code: 0 });
  const { output: token } = await kubectl('create', 'token', name);
  const file = join(directory, name);
  writeFileSync(file, (await cluster.serve()).kubeconfig.replace(/token: .*/, `token: ${token.trim()}`));
  return ['--kubeconfig', file];
}

testWithKubectl('the token of a service account has exactly the permissions of its role', async () => {
  const kubeconfigOption = await podReader('bot');
  expect((await kubectl(...kubeconfigOption, 'auth', 'can-i', 'list', 'pods')).output).toBe('yes\n');
  expect((await kubectl(...kubeconfigOption, 'get', 'secrets')).output).toBe(
    'Error from server (Forbidden): secrets is forbidden: User "system:serviceaccount:default:bot" cannot list resource ' +
      '"secrets" in API group "" in the namespace "default"\n',
  );
});

thoroughTestWithKubectl('auth can-i denies, for a token and for an impersonated user', async () => {
  const kubeconfigOption = await podReader('reader');
  expect((await kubectl(...kubeconfigOption, 'auth', 'can-i', 'delete', 'pods')).output).toBe('no\n');
  expect((await kubectl('auth', 'can-i', 'delete', 'pods', '--as=system:serviceaccount:default:reader')).output).toBe(
    'no\n',
  );
});

thoroughTestWithKubectl('apply --prune removes objects that are no longer in the files', async () => {
  const map = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { app: 'pruned' } },
  });
  await kubectl('apply', '-f', manifest('pruned.json', map('kept'), map('gone')));
  const { code, output } = await kubectl(
    'apply',
    '--prune',
    '-l',
    'app=pruned',
    '-f',
    manifest('pruned.json', map('kept')),
  );
  expect([code, output]).toEqual([0, expect.stringContaining('configmap/gone pruned')]);
});

thoroughTestWithKubectl('cluster-info dump contains the objects of the cluster', async () => {
  const { code, output } = await kubectl('cluster-info', 'dump');
  expect([code, output]).toEqual([0, expect.stringContaining('"kind": "NodeList"')]);
});

thoroughTestWithKubectl('explain describes the fields of built-in and custom kinds', async () => {
  expect((await kubectl('explain', 'pod.spec.containers.env')).output).toContain('valueFrom\t<');
  expect((await kubectl('explain', 'widget.spec.size')).output).toContain('How big.');
});
