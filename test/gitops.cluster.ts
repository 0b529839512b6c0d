/**
 * Synthesized manifests are accepted by the real API server of KUBECONFIG, without storing them (`--dry-run=server`).
 *
 * Missing CRDs are installed and kept.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { crds } from '@pipewright/tekton';
import { Chart } from 'cdk8s';
import {
  DockerCredentials,
  GitCredentials,
  Grants,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  TektonApp,
  type RunOptions,
} from '../lib/index.js';
import { NginxPipeline, NginxRun } from '../main.js';
import { AWKWARD_STRINGS } from './awkward-strings.js';

const work = mkdtempSync(join(tmpdir(), 'gitops-cluster-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const kubectl = (...args: string[]): string => execFileSync('kubectl', args, { encoding: 'utf8' });
const dryRun = (verb: 'apply' | 'create', folder: string): string[] =>
  kubectl(verb, '--dry-run=server', '-o', 'name', '-f', join(work, folder)).trim().split('\n').sort();

beforeAll(() => {
  if (!process.env['KUBECONFIG']) throw new Error('set KUBECONFIG: this suite sends dry-run requests to a cluster');
  writeFileSync(join(work, 'crds.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: crds() }));
  kubectl('apply', '-f', join(work, 'crds.json'));
  const names = crds().map((crd) => (crd as { metadata: { name: string } }).metadata.name);
  kubectl('wait', '--for=condition=Established', 'crd', '--timeout=60s', ...names);
});

/** The article's pipeline for Argo CD, with a run of each mode and an account with few permissions. */
function synthesize(): void {
  const app = new TektonApp({ outdir: join(work, 'dist'), showWarnings: false, syncWaves: true });
  const credentials = [DockerCredentials.fromSecret('auth-docker'), GitCredentials.fromSecret('auth-gitlab')];
  const nginx = new NginxPipeline(app, 'pipeline', credentials);
  new NginxRun(app, 'run', nginx);
  const runs = new Chart(app, 'runs');
  const { pipeline, source, image } = nginx;
  const serviceAccount = new PipelineServiceAccount(runs, 'deployer', {
    metadata: { name: 'deployer' },
    grants: [Grants.deploy('nginx')],
  });
  const add = (id: string, options: RunOptions): void => {
    const resources = { 'source-repo': source, 'web-image': image };
    new PipelineRun(runs, id, { pipeline, resources, serviceAccount, ...options });
  };
  add('by-hand', { mode: 'manual', metadata: { name: 'by-hand' } });
  add('changed', { mode: 'content-hash', metadata: { name: 'changed' } });
  app.synth();
}

test('a real API server accepts dist with apply, and the runs with create', () => {
  synthesize();

  expect(dryRun('apply', 'dist')).toEqual([
    'clusterrolebinding.rbac.authorization.k8s.io/bot-account-cluster-admin',
    'pipeline.tekton.dev/build-nginx--pipeline',
    'pipelineresource.tekton.dev/nginx',
    'pipelineresource.tekton.dev/nginx-source-code',
    'pipelinerun.tekton.dev/build-nginx--pipelinerun',
    expect.stringMatching(/^pipelinerun\.tekton\.dev\/changed-[0-9a-f]{10}$/),
    'role.rbac.authorization.k8s.io/deployer',
    'rolebinding.rbac.authorization.k8s.io/deployer',
    'serviceaccount/bot-account',
    'serviceaccount/deployer',
    'task.tekton.dev/build-push',
    'task.tekton.dev/deploy',
    'task.tekton.dev/unit-tests',
  ]);
  expect(dryRun('create', 'dist/runs')).toEqual([expect.stringMatching(/^pipelinerun\.tekton\.dev\/by-hand-\w{5}$/)]);
});

test('`kubectl create` sends every awkward string of a manifest unchanged', () => {
  const args = AWKWARD_STRINGS.filter((text) => !/\p{Surrogate}/u.test(text) && !/\$[({]/.test(text));
  const app = new TektonApp({ outdir: join(work, 'strings'), showWarnings: false });
  const steps = [{ image: 'busybox:1.31', args }];
  new Task(new Chart(app, 'strings'), 'strings', { metadata: { name: 'strings' }, steps: () => steps });
  app.synth();
  const sent = kubectl('create', '--dry-run=client', '-o', 'json', '-f', join(work, 'strings'));

  expect(JSON.parse(sent)).toMatchObject({ kind: 'Task', spec: { steps } });
});
