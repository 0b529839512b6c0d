/** The stand-in for kubectl, as a ServiceAccount of a served cluster. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCluster, type Cluster } from '@pipewright/cluster';

const program = resolve(
  import.meta.dirname,
  '../examples/article/images/kubectl/usr/local/lib/alaudactl/set-image.mjs',
);

describe('the stand-in for kubectl', () => {
  const rule = (...verbs: string[]): object => ({ apiGroups: ['apps'], resources: ['deployments'], verbs });
  let cluster: Cluster;
  let env: Record<string, string>;
  let work: string;

  const post = async (path: string, object: object): Promise<{ status: { token: string } }> => {
    const body = JSON.stringify(object);
    const response = await cluster.send(
      new Request(`http://kubernetes${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }),
    );
    expect(response.status).toBe(201);
    return response.json() as never; // a TokenRequest; other responses are not checked
  };

  beforeEach(async () => {
    cluster = await startCluster({});
    const { port, caPem } = await cluster.serve();
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const template = {
      metadata: { labels: { app: 'nginx' } },
      spec: {
        containers: [
          { name: 'nginx', image: 'nginx:1' },
          { name: 'log', image: 'log:1' },
        ],
      },
    };
    await post('/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'nginx' },
      spec: { selector: { matchLabels: { app: 'nginx' } }, template },
    });
    await post(`${rbac}/roles`, { metadata: { name: 'deploy' }, rules: [rule('get', 'patch')] });
    await post(`${rbac}/rolebindings`, {
      metadata: { name: 'deploy' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deploy' },
    });
    const { status } = await post('/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} });
    work = mkdtempSync(join(tmpdir(), 'account-'));
    writeFileSync(join(work, 'token'), status.token);
    writeFileSync(join(work, 'ca.crt'), caPem);
    writeFileSync(join(work, 'namespace'), 'default');
    env = {
      SERVICE_ACCOUNT: work,
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(port),
    };
  });
  afterEach(async () => {
    await cluster.close();
    rmSync(work, { recursive: true, force: true });
  });

  const setImage = (...args: string[]): Promise<{ status: number; output: string }> =>
    new Promise((done) => {
      execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
        done({ status: error ? Number(error.code) : 0, output: stdout + stderr });
      });
    });

  test('changes one container as the ServiceAccount of the pod', async () => {
    expect(await setImage('nginx', 'nginx', 'nginx:2')).toEqual({
      status: 0,
      output: 'deployment.apps/nginx image updated\n',
    });
    const path = 'http://kubernetes/apis/apps/v1/namespaces/default/deployments/nginx';
    const { spec } = (await (await cluster.send(new Request(path))).json()) as {
      spec: { template: { spec: { containers: { name: string; image: string }[] } } };
    };
    expect(spec.template.spec.containers).toMatchObject([
      { name: 'nginx', image: 'nginx:2' },
      { name: 'log', image: 'log:1' },
    ]);
  });

  test('prints the server’s message if it is forbidden', async () => {
    await cluster.send(
      new Request('http://kubernetes/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles/deploy', {
        method: 'DELETE',
      }),
    );
    expect(await setImage('nginx', 'nginx', 'nginx:2')).toEqual({
      status: 1,
      output:
        'Error from server (Forbidden): deployments.apps "nginx" is forbidden: User "system:serviceaccount:default:default" ' +
        'cannot get resource "deployments" in API group "apps" in the namespace "default"\n',
    });
  });

  test.each<[string, string[], string]>([
    ['a missing Deployment', ['web', 'nginx', 'x:2'], 'Error from server (NotFound): deployments.apps "web" not found'],
    ['a missing container', ['nginx', 'web', 'x:2'], 'error: unable to find container named "web"'],
  ])('refuses %s', async (_what, args, want) => {
    expect(await setImage(...args)).toEqual({ status: 1, output: `${want}\n` });
  });
});
