/** Credentials of steps for the local registry, in addition to those of their ServiceAccount. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { thoroughTest } from '../../../../test/thorough.js';
import { upHere } from '../support/cli.js';
import { expectRun, folder, removeFolders, runFiles } from '../support/on-this-machine.js';

afterEach(removeFolders);

/** Queries the registry in registries.conf, first without credentials, then with those in HOME. */
const PROGRAM = `
const fs = require('node:fs')
const [, at] = /location = "(.*)"/.exec(fs.readFileSync('/etc/containers/registries.conf', 'utf8'))
const { auths } = JSON.parse(fs.readFileSync(process.env.HOME + '/.docker/config.json', 'utf8'))
const { auth } = auths[at]
async function main() {
  const anonymous = await fetch('http://' + at + '/v2/')
  const authenticated = await fetch('http://' + at + '/v2/', { headers: { authorization: 'Basic ' + auth } })
  console.log('status', anonymous.status, authenticated.status, Object.keys(auths).length)
  console.log('login', auth, Buffer.from(auth, 'base64').toString())
}
main()
`;

const manifests = (account: string): string => `apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: image }
spec: { type: image, params: [{ name: url, value: registry.example.com/app }] }
---
apiVersion: tekton.dev/v1alpha1
kind: TaskRun
metadata: { name: once }
spec:
${account}
  outputs: { resources: [{ name: image, resourceRef: { name: image } }] }
  taskSpec:
    outputs: { resources: [{ name: image, type: image }] }
    steps:
      - { name: one, image: 'busybox:1', command: [node, -e], args: [${JSON.stringify(PROGRAM)}] }
      - { name: two, image: 'busybox:1', command: [node, -e], args: [${JSON.stringify(PROGRAM)}] }
      - { name: elsewhere, image: 'busybox:1', env: [{ name: HOME, value: /tmp }], command: [sh, -c, 'ls -A /tmp; cat /etc/pipewright/docker/config.json'] }
`;

const stand = { 'pipewright.yaml': 'images: { busybox: host }\nresources: { image: { registry: local } }\n' };

test('every step has the credentials of the local registry in HOME, and no log shows them', async () => {
  const result = await runFiles({ ...stand, 'a.yaml': manifests('') });
  await expectRun(result, {
    status: 0,
    prints: [
      '[once : one] status 401 200 1\n',
      '[once : one] login *** pipewright:***\n',
      '[once : two] status 401 200 1\n',
      '[once : elsewhere] ***\n',
    ],
  });
});

thoroughTest('the credentials of the ServiceAccount are kept', async () => {
  const result = await runFiles({
    ...stand,
    'a.yaml': manifests('  serviceAccountName: bot'),
    'b.yaml': `apiVersion: v1
kind: ServiceAccount
metadata: { name: bot }
secrets: [{ name: hub }]
---
apiVersion: v1
kind: Secret
metadata: { name: hub }
type: kubernetes.io/dockerconfigjson
stringData: { .dockerconfigjson: '{"auths":{"quay.io":{"username":"me","password":"hunter22"}}}' }
`,
  });
  await expectRun(result, { status: 0, prints: ['[once : one] status 401 200 2\n'], omits: ['hunter22'] });
});

test('up writes the credentials for clients outside the cluster to a private file, and removes it at the end', async () => {
  const path = folder(stand);
  const data = join(path, 'data');
  const server = await upHere('--config', join(path, 'pipewright.yaml'), '--data-dir', data);
  const file = join(data, 'docker/config.json');
  const { auths } = JSON.parse(readFileSync(file, 'utf8')) as { auths: Record<string, { auth: string }> };
  const [[host = '', login] = []] = Object.entries(auths);
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`http://${host}/v2/`, { headers })).status;
  expect([
    statSync(file).mode & 0o777,
    await ask({}),
    await ask({ authorization: `Basic ${login?.auth ?? ''}` }),
  ]).toEqual([0o600, 401, 200]);
  expect((await server.stop()).out).toContain(
    `the local registry requires credentials: DOCKER_CONFIG=${data}/docker docker pull …, skopeo --authfile ${file} …`,
  );
  expect(existsSync(file)).toBe(false);
});
