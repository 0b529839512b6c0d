import { describe, expect, test } from '@jest/globals';
import {
  readPipelineResource,
  readTask,
  readTaskRun,
  type PipelineResourceSpec,
  type TaskSpec,
} from '@pipewright/tekton';
import { readArtifactSettings, type ArtifactStorage } from '../../src/resources/artifact-storage.js';
import type { ResourceBindings } from '../../src/resources/resource-steps.js';
import { DEFAULT_IMAGES } from '../../src/run/options.js';
import { scripts } from '../support/scripts.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { taskPod } from '../../src/pod/pod.js';

type Container = Pod['spec']['containers'][number];

const resource = (
  name: string,
  type: PipelineResourceSpec['type'],
  params: Record<string, string>,
  secrets: string[] = [],
) =>
  readPipelineResource(name, {
    type,
    params: Object.entries(params).map(([key, value]) => ({ name: key, value })),
    secrets: secrets.map((fieldName) => ({ fieldName, secretName: 'vault', secretKey: 'key.json' })),
  });

const bucket = resource('jars', 'storage', { type: 'gcs', location: 'gs://shop/jars', dir: 'y' }, [
  'GOOGLE_APPLICATION_CREDENTIALS',
]);
const file = resource('jar', 'storage', { type: 'gcs', location: 'gs://shop/app.jar' });
const archive = resource('src', 'storage', {
  type: 'build-gcs',
  location: 'gs://shop/src.tgz',
  artifactType: 'TarGzArchive',
});
const cluster = resource(
  'prod',
  'cluster',
  { url: 'https://k8s.corp', namespace: 'shop', username: 'ann', cadata: 'TUlJ' },
  ['password'],
);
const request = resource('pr', 'pullRequest', { url: 'https://github.com/a/b/pull/1' }, ['authToken']);
const event = resource('told', 'cloudEvent', { targetURI: 'http://sink' });
const git = resource('repo', 'git', { url: 'https://git.corp/a.git' });

type BoundResource = readonly [string, ReturnType<typeof resource>, ...string[]];

/** Returns the pod of a Task with one step and these inputs and outputs. */
function pod(inputs: readonly BoundResource[], outputs: readonly BoundResource[], artifacts?: ArtifactStorage): Pod {
  const declare = (boundResources: readonly BoundResource[]) => ({
    resources: boundResources.map(([name, { type }]) => ({ name, type })),
  });
  const bind = (boundResources: readonly BoundResource[]): ResourceBindings['inputs'] =>
    new Map(boundResources.map(([name, boundResource, ...paths]) => [name, { resource: boundResource, paths }]));
  const spec: TaskSpec = {
    inputs: declare(inputs),
    outputs: declare(outputs),
    steps: [{ name: 'own', image: 'ubuntu', command: ['true'] }],
  };
  return podOf(spec, { inputs: bind(inputs), outputs: bind(outputs) }, artifacts);
}

function podOf(
  spec: TaskSpec,
  bindings: ResourceBindings = { inputs: new Map(), outputs: new Map() },
  artifacts?: ArtifactStorage,
): Pod {
  const result = taskPod({
    taskRun: {
      name: 'run',
      namespace: 'ns',
      uid: 'u-1',
      labels: {},
      annotations: {},
      apiVersion: 'tekton.dev/v1alpha1',
    },
    attempt: 0,
    run: readTaskRun({}),
    task: readTask(spec),
    bindings,
    secrets: [],
    images: DEFAULT_IMAGES,
    scripts,
    replacement: false,
    lendShell: false,
    commands: new Map(),
    artifacts,
  });
  if (result.kind !== 'pod') throw new Error(JSON.stringify(result));
  return result.pod;
}

/** Formats a step: its name without the hash suffix, its image, and the last arguments of its command. */
const summarize = ({ name, image = '', args = [] }: Container): string => {
  const commandLine = args.slice(args.indexOf('--') + 1);
  const commandArguments =
    commandLine[0] === '/bin/sh' || commandLine[0] === 'node' ? commandLine.slice(4) : commandLine;
  return [name.replace(/-[a-z0-9]{5}$/, ''), image, ...commandArguments].join(' ');
};
const steps = (podToRead: Pod): readonly string[] => podToRead.spec.containers.map(summarize);
const container = (podToRead: Pod, name: string): Container | undefined =>
  podToRead.spec.containers.find((candidate) => candidate.name.startsWith(`step-${name}`));
const environment = (stepContainer: Container | undefined): readonly unknown[] =>
  (stepContainer?.env ?? []).filter(({ name }) => name !== 'HOME');

describe('storage', () => {
  test('that is a directory is synchronized', () => {
    expect(steps(pod([['in', bucket]], [['out', bucket]]))).toEqual([
      'step-create-dir-out busybox mkdir -p /workspace/output/out',
      'step-create-dir-jars busybox mkdir -p /workspace/in',
      'step-fetch-jars google/cloud-sdk gs://shop/jars rsync -d -r gs://shop/jars /workspace/in',
      'step-own ubuntu true',
      'step-upload-jars google/cloud-sdk gs://shop/jars rsync -d -r /workspace/output/out gs://shop/jars',
    ]);
  });

  test('that is a file is copied', () => {
    expect(steps(pod([['in', file]], [['out', file]])).filter((step) => /cloud-sdk/.test(step))).toEqual([
      'step-fetch-jar google/cloud-sdk gs://shop/app.jar cp gs://shop/app.jar /workspace/in',
      'step-upload-jar google/cloud-sdk gs://shop/app.jar cp /workspace/output/out/* gs://shop/app.jar',
    ]);
  });

  test('reads its account from a file of its Secret, mounted only in its own steps', () => {
    const result = pod([['in', bucket]], [['out', bucket]]);
    const mount = { name: 'volume-jars-vault', mountPath: '/var/secret/vault' };
    for (const name of ['fetch-jars', 'upload-jars']) {
      expect(environment(container(result, name))).toEqual([
        { name: 'GOOGLE_APPLICATION_CREDENTIALS', value: '/var/secret/vault/key.json' },
      ]);
      expect(container(result, name)?.volumeMounts).toContainEqual(mount);
    }
    expect(container(result, 'own')?.volumeMounts).not.toContainEqual(mount);
    expect(result.spec.volumes?.filter(({ name }) => name === mount.name)).toEqual([
      { name: mount.name, secret: { secretName: 'vault' } },
    ]);
  });

  test('that is an archive is unpacked, and never uploaded', () => {
    expect(steps(pod([['in', archive]], [['out', archive]]))).toEqual([
      'step-create-dir-out busybox mkdir -p /workspace/output/out',
      'step-create-dir-src busybox mkdir -p /workspace/in',
      'step-storage-fetch-src node:20-alpine TarGzArchive gs://shop/src.tgz /workspace/in /etc/pipewright/buckets.json',
      'step-own ubuntu true',
    ]);
  });

  test('is handed over on the claim, and uploaded', () => {
    const result = pod([['in', file, '/pvc/a/x', '/pvc/b/in']], [['out', file, '/pvc/c/out']], {
      kind: 'claim',
      claim: 'r-pvc',
    });
    expect(steps(result)).toEqual([
      'step-create-dir-out busybox mkdir -p /workspace/output/out',
      'step-create-dir-in busybox mkdir -p /workspace/in',
      'step-source-copy-in busybox cp -r /pvc/a/x/. /workspace/in',
      'step-create-dir-in busybox mkdir -p /workspace/in',
      'step-source-copy-in busybox cp -r /pvc/b/in/. /workspace/in',
      'step-own ubuntu true',
      'step-source-mkdir-jar busybox mkdir -p /pvc/c/out',
      'step-source-copy-jar busybox cp -r /workspace/output/out/. /pvc/c/out',
      'step-upload-jar google/cloud-sdk gs://shop/app.jar cp /workspace/output/out/* gs://shop/app.jar',
    ]);
    expect(container(result, 'source-mkdir')?.volumeMounts).toContainEqual({ name: 'r-pvc', mountPath: '/pvc' });
    expect(result.spec.volumes).toContainEqual({ name: 'r-pvc', persistentVolumeClaim: { claimName: 'r-pvc' } });
    expect(new Set(result.spec.containers.map(({ name }) => name)).size).toBe(result.spec.containers.length);
  });
});

test('files are handed over in a bucket if one is configured', () => {
  const settings = readArtifactSettings(undefined, {
    location: 'gs://artifacts/',
    'bucket.service.account.secret.name': 'vault',
    'bucket.service.account.secret.key': 'key.json',
  });
  const result = pod([['in', git, 'r-ns-bucket/a/in']], [['out', git, 'r-ns-bucket/b/out']], {
    kind: 'bucket',
    bucket: settings.bucket ?? { location: '', secrets: [] },
  });
  expect(steps(result)).toEqual([
    'step-create-dir-out busybox mkdir -p /workspace/output/out',
    'step-artifact-dest-mkdir-in busybox mkdir -p /workspace/in',
    'step-artifact-copy-from-in google/cloud-sdk gs://artifacts rsync -P -r gs://artifacts/r-ns-bucket/a/in /workspace/in',
    'step-own ubuntu true',
    'step-artifact-copy-to-repo google/cloud-sdk gs://artifacts rsync -P -r /workspace/output/out gs://artifacts/r-ns-bucket/b/out',
  ]);
  expect(environment(container(result, 'artifact-copy-to'))).toEqual([
    { name: 'GOOGLE_APPLICATION_CREDENTIALS', value: '/var/bucketsecret/vault/key.json' },
  ]);
  expect(result.spec.volumes).toContainEqual({ name: 'volume-bucket-vault', secret: { secretName: 'vault' } });
});

test.each([
  ['nothing is configured', undefined, undefined, { claim: { size: '5Gi' } }],
  [
    'the claim is configured',
    { size: '1Gi', storageClassName: 'fast' },
    {},
    { claim: { size: '1Gi', storageClassName: 'fast' } },
  ],
  ['the bucket is blank', {}, { location: ' ' }, { claim: { size: '5Gi' } }],
  [
    'the bucket needs no account',
    {},
    { location: 'gs://b', 'bucket.service.account.secret.name': 'x' },
    { claim: { size: '5Gi' }, bucket: { location: 'gs://b', secrets: [] } },
  ],
])('the configuration is read if %s', (_, pvc, bucketConfig, expected) => {
  expect(readArtifactSettings(pvc as Record<string, string> | undefined, bucketConfig)).toEqual(expected);
});

describe('a cluster', () => {
  test('becomes a kubeconfig below its name and below the input, with the values of Secrets', () => {
    const result = pod([['target', cluster]], []);
    expect(steps(result)[0]).toBe(
      'step-kubeconfig busybox prod https://k8s.corp shop false false /workspace/prod /workspace/target',
    );
    expect(environment(container(result, 'kubeconfig'))).toEqual([
      { name: 'USERNAME', value: 'ann' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'vault', key: 'key.json' } } },
      { name: 'CADATA', value: 'TUlJ' },
    ]);
    expect(environment(container(result, 'own'))).toEqual([]);
  });

  test('has the name of its param `name`, which Tekton v0.9.2 still read, unless that leads to another directory', () => {
    const clusterResource = (name: string) =>
      resource('prod', 'cluster', { name, url: 'https://k8s.corp' }, ['cadata']);
    expect(steps(pod([['target', clusterResource('north')]], []))[0]).toBe(
      'step-kubeconfig busybox north https://k8s.corp  false true /workspace/north /workspace/target',
    );
    expect(steps(pod([['target', clusterResource('../../etc')]], []))[0]).toBe(
      'step-kubeconfig busybox ../../etc https://k8s.corp  false true /workspace/target',
    );
  });

  test('that is an output gets only a directory', () => {
    expect(steps(pod([], [['out', cluster]]))).toEqual([
      'step-create-dir-out busybox mkdir -p /workspace/output/out',
      'step-own ubuntu true',
    ]);
  });
});

test('a pull request is downloaded before the steps and uploaded after them, with a token that only its steps have', () => {
  const result = pod([['pr', request]], [['pr', request]]);
  expect(steps(result)).toEqual([
    'step-create-dir-pr busybox mkdir -p /workspace/output/pr',
    'step-pr-source-pr node:20-alpine download https://github.com/a/b/pull/1 /workspace/pr  false',
    'step-own ubuntu true',
    'step-pr-source-pr node:20-alpine upload https://github.com/a/b/pull/1 /workspace/output/pr  false',
  ]);
  expect(environment(container(result, 'pr-source'))).toEqual([
    { name: 'AUTH_TOKEN', valueFrom: { secretKeyRef: { name: 'vault', key: 'key.json' } } },
  ]);
});

test('a cloudEvent adds only a directory, since the controller sends the event', () => {
  expect(steps(pod([], [['told', event]]))).toEqual([
    'step-create-dir-told busybox mkdir -p /workspace/output/told',
    'step-own ubuntu true',
  ]);
});

test('an optional resource without a binding has no steps, and a path that does not exist', () => {
  const optional = { resources: [{ name: 'x', type: 'git' as const, optional: true }] };
  const spec: TaskSpec = {
    inputs: optional,
    outputs: optional,
    steps: [
      { name: 'own', image: 'ubuntu', command: ['ls', '$(inputs.resources.x.path)', '$(outputs.resources.x.path)'] },
    ],
  };
  expect(steps(podOf(spec))).toEqual(['step-own ubuntu ls /workspace/x /workspace/output/x']);
});
