/** `--runtime fake` over HTTP and in one process, which needs no images and no Secrets. */

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { KubeClient, kubeconfigSend, resource } from '@pipewright/kube';
import { PIPELINE_RUNS } from '@pipewright/tekton';
import { parseAllDocuments } from 'yaml';
import type { ObservedPipelineRun } from '../../src/run/follow/observed.js';
import { run } from '../../src/run/run-command.js';
import { up } from '../../src/up/up-command.js';
import { folderWith, recorded } from '../support/cli.js';

/** Manifests with images and Secrets in every possible field, none of which exists. */
const MANIFESTS = `apiVersion: v1
kind: ServiceAccount
metadata: { name: robot, namespace: default }
secrets: [{ name: no-git }, { name: no-docker }]
imagePullSecrets: [{ name: no-pull }]
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineResource
metadata: { name: pull, namespace: default }
spec:
  type: pullRequest
  params: [{ name: url, value: 'https://example.com/a/b/pull/1' }, { name: provider, value: github }]
  secrets: [{ fieldName: authToken, secretName: no-token, secretKey: token }]
---
apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: work, namespace: default }
spec:
  inputs: { resources: [{ name: pull, type: pullRequest }] }
  volumes:
    - { name: keys, secret: { secretName: no-keys } }
    - { name: both, projected: { sources: [{ secret: { name: no-more-keys, items: [{ key: a, path: a }] } }] } }
  sidecars: [{ name: database, image: 'example.com/no/database:1' }]
  steps:
    - name: first
      image: example.com/no/image:1
      env: [{ name: TOKEN, valueFrom: { secretKeyRef: { name: no-env, key: token } } }]
      envFrom: [{ secretRef: { name: no-env-from } }]
      volumeMounts: [{ name: keys, mountPath: /keys }, { name: both, mountPath: /both }]
    - { name: second, image: 'example.com/no/other:1', script: 'echo' }
---
apiVersion: tekton.dev/v1alpha1
kind: Task
metadata: { name: alone, namespace: default }
spec: { steps: [{ name: only, image: 'example.com/no/third:1' }] }
---
apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: graph, namespace: default }
spec:
  serviceAccountName: robot
  resources: [{ name: pull, resourceRef: { name: pull } }]
  pipelineSpec:
    resources: [{ name: pull, type: pullRequest }]
    tasks:
      - { name: work, taskRef: { name: work }, resources: { inputs: [{ name: pull, resource: pull }] } }
      - { name: alone, taskRef: { name: alone }, runAfter: [work] }
`;

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));
const folder = (files: Readonly<Record<string, string>>): string => {
  const { path, done } = folderWith(files);
  folders.push(done);
  return path;
};

const KINDS = [
  resource('v1', 'serviceaccounts', 'ServiceAccount'),
  resource('tekton.dev/v1alpha1', 'pipelineresources', 'PipelineResource'),
  resource('tekton.dev/v1alpha1', 'tasks', 'Task'),
  PIPELINE_RUNS,
];

/** Applies the manifests over HTTP, and waits for the run to finish. */
async function runOver(kubeconfig: string): Promise<ObservedPipelineRun['status']> {
  const send = await kubeconfigSend({ kubeconfig });
  const client = new KubeClient(send);
  const stop = new AbortController();
  try {
    for (const document of parseAllDocuments(MANIFESTS)) {
      const object = document.toJS() as { readonly kind: string }; // the manifests are above
      const of = KINDS.find(({ kind }) => kind === object.kind);
      if (of) await client.create(of, { namespace: 'default' }, object);
    }
    for await (const { object } of client.watch<ObservedPipelineRun>(PIPELINE_RUNS, {
      timeoutSeconds: 20,
      signal: stop.signal,
    }))
      if (object.status?.conditions?.some(({ status }) => status !== 'Unknown')) return object.status;
    return undefined;
  } finally {
    stop.abort();
    await send.close();
  }
}

const NOTHING = { image: new Map<string, string>(), source: new Map<string, string>() };

describe('the fake runtime needs no images and no Secrets', () => {
  test('with up, over HTTP', async () => {
    const signals = new EventEmitter();
    const output = recorded();
    const kubeconfig = join(folder({}), 'config');
    let ready = (): void => undefined;
    const serving = new Promise<void>((resolve) => (ready = resolve));
    const print = (line: string): void => (output.print(line), line.startsWith('ready at') ? ready() : undefined);
    const log = { logFile: `${kubeconfig}.log`, logLevel: 'debug' } as const;
    const ended = up({ ...NOTHING, ...log, kubeconfig, port: 0, runtime: 'fake' }, { ...output, print }, { signals });
    await Promise.race([serving, ended]);
    const status = await runOver(kubeconfig).finally(() => signals.emit('SIGTERM'));
    await ended;
    expect(status?.conditions).toMatchObject([{ type: 'Succeeded', status: 'True', reason: 'Succeeded' }]);
    expect(readFileSync(log.logFile, 'utf8')).toMatch(/^\S+Z DEBUG POST \/apis\/tekton\.dev\/v1alpha1\/\S+: 201$/m);
    expect(output.err()).toBe('');
  });

  test('with run, which reports nothing as missing', async () => {
    const output = recorded();
    const options = { ...NOTHING, paths: [folder({ 'p.yaml': MANIFESTS })], run: [], param: new Map<string, string>() };
    const status = await run({ ...options, output: 'text', runtime: 'fake' }, output, { signals: new EventEmitter() });
    expect(output.err()).not.toContain('error');
    expect(output.out()).toContain('(2 tasks: 2 succeeded)');
    expect(status).toBe(0);
  });
});
