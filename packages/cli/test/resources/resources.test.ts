import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sandbox } from '@pipewright/cluster';
import { KubeClient, resource, SECRETS, SERVICE_ACCOUNTS, type KubeObject } from '@pipewright/kube';
import { TASK_RUNS, type TaskRun } from '@pipewright/tekton';
import { startFakeGitHub } from '../../../controller/test/support/fake-github.js';
import { zipOf } from '../../../controller/test/support/zip.js';
import { thoroughTest } from '../../../../test/thorough.js';
import { hasKubectl } from '../../../../test/kubectl-tests.js';
import { startLocalCluster } from '../../src/local/local-cluster.js';
import { run } from '../../src/run/run-command.js';
import { recorded } from '../support/cli.js';
import { expectRun, folder, removeFolders, runFiles, step, usable } from '../support/on-this-machine.js';
import { NO_STAND_INS } from '../../src/stand-ins/stand-ins.js';

afterEach(removeFolders);

/** Returns a TaskRun with these inputs and outputs, written as `name: spec`. */
const taskRun = (
  inputs: Readonly<Record<string, object>>,
  outputs: Readonly<Record<string, object>>,
  steps: readonly string[],
): string => {
  const declared = (of: Readonly<Record<string, object>>): string =>
    JSON.stringify({
      resources: Object.entries(of).map(([name, spec]) => ({ name, type: (spec as { type: string }).type })),
    });
  const bound = (of: Readonly<Record<string, object>>): string =>
    JSON.stringify({ resources: Object.entries(of).map(([name, resourceSpec]) => ({ name, resourceSpec })) });
  return `apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: once }
spec:
  inputs: ${bound(inputs)}
  outputs: ${bound(outputs)}
  taskSpec:
    inputs: ${declared(inputs)}
    outputs: ${declared(outputs)}
    steps:
${steps.map((text) => `      - ${text}`).join('\n')}
`;
};
const spec = (type: string, params: Readonly<Record<string, string>>, secrets: readonly object[] = []): object => ({
  type,
  params: Object.entries(params).map(([name, value]) => ({ name, value })),
  ...(secrets.length > 0 && { secrets }),
});

describe('a bucket', () => {
  test('is a directory of this machine, for downloads and uploads', async () => {
    const directory = folder({ 'in/a.txt': 'one', 'app.jar': 'jar', 'out/old.txt': 'gone' });
    writeFileSync(join(directory, 'src.zip'), zipOf({ 'z.txt': { text: 'zip' } }));
    const inputs = {
      files: spec('storage', { type: 'gcs', location: 'gs://shop/in', dir: 'y' }),
      jar: spec('storage', { type: 'gcs', location: 'gs://shop/app.jar' }),
      zip: spec('storage', { type: 'build-gcs', artifactType: 'ZipArchive', location: 'gs://shop/src.zip' }),
    };
    const outputs = { made: spec('storage', { type: 'gcs', location: 'gs://shop/out', dir: 'y' }) };
    const copy =
      'cat $(inputs.resources.files.path)/a.txt $(inputs.resources.jar.path)/app.jar $(inputs.resources.zip.path)/z.txt > $(outputs.resources.made.path)/b.txt';
    const files = { 'a.yaml': taskRun(inputs, outputs, [step('copy', copy)]) };
    const source = new Map(['files', 'jar', 'zip', 'made'].map((name) => [name, directory]));
    const result = await runFiles(files, { source });
    await expectRun(result, {
      status: 0,
      prints: [
        `files: gs://shop is ${directory}, which outputs write to and remove from`,
        'Removing gs://shop/out/old.txt',
      ],
    });
    if (await usable()) expect(readFileSync(join(directory, 'out/b.txt'), 'utf8')).toBe('onejarzip');
  });

  test('has only one directory', async () => {
    const inputs = {
      one: spec('storage', { type: 'gcs', location: 'gs://shop/1' }),
      two: spec('storage', { type: 'gcs', location: 'gs://shop/2' }),
    };
    const source = new Map([
      ['one', folder({})],
      ['two', folder({})],
    ]);
    const result = await runFiles({ 'a.yaml': taskRun(inputs, {}, [step('s', 'true')]) }, { source });
    expect([result.status, result.out]).toEqual([2, expect.stringContaining('one and two use the same bucket, shop')]);
  });
});

test('a missing Secret of a resource is reported before the start, at the position of the reference', async () => {
  const secret = { fieldName: 'authToken', secretName: 'github', secretKey: 'token' };
  const change = spec('pullRequest', { url: 'https://github.com/a/b/pull/1' }, [secret]);
  const output = recorded();
  const commonOptions = { run: [], param: new Map(), source: new Map(), image: new Map([['busybox', 'host']]) };
  const paths = [folder({ 'a.yaml': taskRun({ pr: change }, {}, [step('s', 'true')]) })];
  expect(await run({ ...commonOptions, paths, output: 'text', runtime: 'sandbox' }, output)).toBe(2);
  expect(output.err()).toMatch(
    /a\.yaml:5:\d+.*SECRET_MISSING.*uses the Secret github, which is in none of the manifests/,
  );
  expect(output.err()).toContain('kubectl create secret generic github --from-literal=token=VALUE');
});

describe('a pull request', () => {
  thoroughTest('is read and changed by steps as files', async () => {
    const server = await startFakeGitHub({ labels: ['bug'], comments: [], statuses: [] }, 'sesame-8');
    const secret = { fieldName: 'authToken', secretName: 'github', secretKey: 'token' };
    const change = spec('pullRequest', { url: server.url, provider: 'github' }, [secret]);
    const script =
      'cd $(inputs.resources.pr.path); cp -r . $(outputs.resources.pr.path)/; cd $(outputs.resources.pr.path); ls labels; : > labels/tested; printf done > comments/mine';
    const result = await runFiles({
      'a.yaml': taskRun({ pr: change }, { pr: change }, [step('change', script)]),
      'secret.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: github }\nstringData: { token: sesame-8 }\n',
    });
    await server.close();
    await expectRun(result, {
      status: 0,
      prints: ['[once : change] bug', 'Creating label tested'],
      omits: ['sesame-8'],
    });
    if (await usable()) {
      expect(server.state.labels).toEqual(['bug', 'tested']);
      expect(server.state.comments.map(({ body }) => body)).toEqual(['done']);
    }
  });
});

describe('a cloudEvent', () => {
  let receiver: Server;
  const types: unknown[] = [];
  let target = '';
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      types.push(request.headers['ce-type']);
      response.writeHead(request.url === '/ok' ? 200 : 410).end();
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    target = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}`;
  });
  afterAll(() => void receiver.close());

  test('is sent before the command ends, which reports each delivery', async () => {
    const outputs = {
      events: spec('cloudEvent', { targetURI: `${target}/ok` }),
      deaf: spec('cloudEvent', { targetURI: `${target}/gone` }),
    };
    const result = await runFiles({ 'a.yaml': taskRun({}, outputs, [step('s', 'true')]) });
    await expectRun(result, {
      status: 0,
      prints: [
        `sent a CloudEvent for once to ${target}/ok`,
        `could not send a CloudEvent for once to ${target}/gone: the receiver answered 410, and not 2xx`,
      ],
    });
    if (await usable()) expect(types).toEqual(Array(2).fill('dev.tekton.event.task.successful.v1'));
  });
});

describe('a cluster', () => {
  thoroughTest(
    `is ${hasKubectl ? 'accessible with kubectl' : 'in the kubeconfig'} of a step, with only the rights of the token of a Secret`,
    async () => {
      if (!(await usable())) {
        expect((await sandbox().probe()).kind).toBe('unusable');
        return;
      }
      const images = new Map([['busybox', { rootfs: 'host' }]]);
      const local = await startLocalCluster({
        runtime: sandbox(),
        standIns: { ...NO_STAND_INS, images },
        hostFiles: {},
      });
      try {
        const client = new KubeClient(local.cluster.send);
        const { url, caPem } = await local.cluster.serve({ port: 0 });
        const at = { namespace: 'default' };
        const named = (name: string, rest: object): KubeObject =>
          ({ metadata: { name, namespace: 'default' }, ...rest }) as KubeObject;
        await client.create(SERVICE_ACCOUNTS, at, named('deployer', { apiVersion: 'v1', kind: 'ServiceAccount' }));
        const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get'] }];
        const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
        await client.create(
          resource(rbac.apiVersion, 'roles', 'Role'),
          at,
          named('deployer', { ...rbac, kind: 'Role', rules }),
        );
        const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' };
        const subjects = [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'default' }];
        const binding = named('deployer', { ...rbac, kind: 'RoleBinding', roleRef, subjects });
        await client.create(resource(rbac.apiVersion, 'rolebindings', 'RoleBinding'), at, binding);
        const issued = await client.request<{ readonly status: { readonly token: string } }>({
          method: 'POST',
          path: '/api/v1/namespaces/default/serviceaccounts/deployer/token',
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
        });
        const stringData = { token: issued.status.token, ca: caPem };
        await client.create(SECRETS, at, named('deployer', { apiVersion: 'v1', kind: 'Secret', stringData }));
        const secrets = ['token', 'cadata'].map((fieldName) => ({
          fieldName,
          secretName: 'deployer',
          secretKey: fieldName === 'token' ? 'token' : 'ca',
        }));
        const kubectl = 'kubectl --kubeconfig $(inputs.resources.target.path)/kubeconfig';
        const script = hasKubectl
          ? `${kubectl} create configmap made --from-literal=a=b && ! ${kubectl} get secrets`
          : 'grep -q "^    token: " $(inputs.resources.target.path)/kubeconfig';
        await client.create(TASK_RUNS, at, {
          apiVersion: 'tekton.dev/v1alpha1',
          kind: 'TaskRun',
          metadata: { name: 'once', namespace: 'default' },
          spec: {
            inputs: {
              resources: [{ name: 'target', resourceSpec: spec('cluster', { url, namespace: 'default' }, secrets) }],
            },
            taskSpec: {
              inputs: { resources: [{ name: 'target', type: 'cluster' }] },
              steps: [{ name: 's', image: 'busybox', command: ['sh', '-c', script] }],
            },
          },
        } as unknown as TaskRun); // resource params as in YAML
        for await (const { object } of client.watch<TaskRun>(TASK_RUNS, {
          namespace: 'default',
          signal: AbortSignal.timeout(20_000),
        })) {
          const [condition] = object.status?.conditions ?? [];
          if (condition?.status === 'Unknown' || !condition) continue;
          expect(condition).toMatchObject({ status: 'True' });
          expect(JSON.stringify(object)).not.toContain(issued.status.token);
          break;
        }
        const made = await client.get(resource('v1', 'configmaps', 'ConfigMap'), {
          namespace: 'default',
          name: 'made',
        });
        expect(made !== undefined).toBe(hasKubectl);
      } finally {
        await local.close();
      }
    },
  );
});
