/**
 * The article's unchanged manifests on the embedded cluster: with `run`, and with `up` and the article's own kubectl commands.
 *
 * Whether this machine can make sandboxes is decided by trying; where it cannot, the refusal is held. Both are tested with THOROUGH=1
 * alone: article-run.test.ts runs the same pipeline, and suites of packages/cli test `up`.
 */

import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { run, up, type Output, type RunOptions } from '@pipewright/cli';
import { sandbox } from '@pipewright/cluster';
import { DEPLOYMENTS, KubeClient, kubeconfigSend, resource, type KubeObject, type Resource } from '@pipewright/kube';
import { parseAllDocuments } from 'yaml';
import { thoroughTest } from './thorough.js';

const article = resolve(import.meta.dirname, '../examples/article');
const manifests = join(article, 'manifests');
const config = join(article, 'pipewright.yaml');
const usable = (await sandbox().probe()).kind === 'usable';
const work = mkdtempSync(join(tmpdir(), 'article-embedded-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: nginx }
spec:
  replicas: 0
  selector: { matchLabels: { app: nginx } }
  template:
    metadata: { labels: { app: nginx } }
    spec: { containers: [{ name: nginx, image: 'aiyijing/nginx:initial' }] }
`;
beforeAll(() => writeFileSync(join(work, 'deployment.yaml'), deployment));

const plain = new Proxy({}, { get: () => String }) as Output['colors']; // every colour returns the text unchanged

function collected(): Output & { readonly out: () => string; readonly said: (text: string) => Promise<void> } {
  let out = '';
  const waiting = new Set<() => void>();
  const add = (text: string): void => {
    out += text;
    for (const look of waiting) look();
  };
  const said = (text: string): Promise<void> =>
    new Promise((done) => {
      const look = (): void => (out.includes(text) ? done() : undefined);
      waiting.add(look);
      look();
    });
  const line = (text: string): void => add(`${text}\n`);
  return {
    print: line,
    warn: line,
    protect: () => undefined,
    raw: add,
    colors: plain,
    terminal: false,
    live: false,
    size: () => ({ columns: 80, rows: 24 }),
    onResize: () => () => undefined,
    out: () => out,
    said,
  };
}

const nothing = { run: [], param: new Map(), source: new Map(), image: new Map() } as const;
const options: RunOptions = {
  ...nothing,
  paths: [manifests, join(work, 'deployment.yaml')],
  config,
  output: 'text',
  runtime: 'sandbox',
};

const refused = async (ended: Promise<unknown>): Promise<void> => {
  await expect(ended).rejects.toMatchObject({
    status: 3,
    message: expect.stringContaining('steps cannot be run here'),
  });
};

const runsTheManifests = async (): Promise<void> => {
  const output = collected();
  const ended = run(options, output, { signals: new EventEmitter() });
  if (!usable) return refused(ended);
  expect(await ended).toBe(0);
  const [, summary = ''] = output.out().split('\n\n');
  const commit = /commit ([0-9a-f]{40})\n/.exec(summary)?.[1] ?? 'no commit';
  expect(summary).toMatch(/^Succeeded {2}build-nginx--pipelinerun {2}in .* \(3 tasks: 3 succeeded\)\n/);
  expect(summary).toMatch(new RegExp(`\n  pushed docker.io/aiyijing/nginx:${commit}  sha256:[0-9a-f]{64}\n`));
  expect(summary).toContain(`nginx: image of nginx is now aiyijing/nginx:${commit} (was aiyijing/nginx:initial)\n`);
  expect(output.out()).toContain(
    'Successfully cloned https://github.com/aiyijing/nginx.git @ master in path /workspace',
  );
  expect(output.out()).not.toContain('eHh4Onh4eHg=');
};
thoroughTest('`run` tests, builds, pushes and deploys, and reports it', runsTheManifests);

describe('`up` with the article’s commands', () => {
  const RUNS = resource('tekton.dev/v1alpha1', 'pipelineruns', 'PipelineRun');
  const PODS = resource('v1', 'pods', 'Pod');

  /** Returns the output of `kubectl get`: the server's own columns. */
  const table = async (client: KubeClient, of: Resource): Promise<readonly (readonly unknown[])[]> => {
    const path = of.group === '' ? '/api/v1' : `/apis/${of.group}/${of.version}`;
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const question = { method: 'GET', path: `${path}/namespaces/default/${of.plural}`, accept } as const;
    const { rows } = await client.request<{ rows: { cells: unknown[] }[] }>(question);
    return rows.map(({ cells }) => cells);
  };

  const objects = (): KubeObject[] =>
    [...readdirSync(manifests).map((name) => join(manifests, name)), join(work, 'deployment.yaml')].flatMap((file) =>
      parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as KubeObject),
    );

  const apply = async (client: KubeClient, object: KubeObject): Promise<void> => {
    const { apiVersion = '', kind = '' } = object;
    const plural = `${kind.toLowerCase()}s`;
    const of = resource(apiVersion, plural, kind, kind !== 'ClusterRoleBinding');
    await client.create(of, { namespace: of.namespaced ? 'default' : undefined }, object);
  };

  thoroughTest('prints the article’s output', async () => {
    const signals = new EventEmitter();
    const output = collected();
    const kubeconfig = join(work, 'kubeconfig');
    const serving = up({ ...nothing, port: 0, kubeconfig, config, runtime: 'sandbox' }, output, { signals });
    if (!usable) return refused(serving);
    await Promise.race([serving, output.said('ready at')]);
    const send = await kubeconfigSend({ kubeconfig });
    const client = new KubeClient(send);
    for (const object of objects()) await apply(client, object);
    for await (const { object } of client.watch<KubeObject & { status?: { completionTime?: string } }>(RUNS, {
      namespace: 'default',
    })) {
      if (object.status?.completionTime !== undefined) break;
    }

    expect((await table(client, RUNS)).map((cells) => cells.slice(0, 3))).toEqual([
      ['build-nginx--pipelinerun', 'True', 'Succeeded'],
    ]);
    expect((await table(client, PODS)).map((cells) => cells.slice(0, 4))).toEqual([
      [
        expect.stringMatching(/^build-nginx--pipelinerun-build-push-\w{5}-pod-[0-9a-f]{6}$/),
        '0/4',
        'Completed',
        expect.anything(),
      ],
      [
        expect.stringMatching(/^build-nginx--pipelinerun-deploy-\w{5}-pod-[0-9a-f]{6}$/),
        '0/2',
        'Completed',
        expect.anything(),
      ],
      [
        expect.stringMatching(/^build-nginx--pipelinerun-unit-tests-\w{5}-pod-[0-9a-f]{6}$/),
        '0/2',
        'Completed',
        expect.anything(),
      ],
    ]);
    const nginx = await client.get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(DEPLOYMENTS, {
      namespace: 'default',
      name: 'nginx',
    });
    expect(nginx?.spec.template.spec.containers[0]?.image).toMatch(/^aiyijing\/nginx:[0-9a-f]{40}$/);

    await send.close();
    signals.emit('SIGINT');
    expect(await serving).toBe(0);
  });
});
