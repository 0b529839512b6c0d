import { expect, test } from '@jest/globals';
import { App, Chart, Testing } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  BuildStorageResource,
  CloudEventResource,
  ClusterResource,
  GitResource,
  PullRequestResource,
  StorageResource,
} from '../lib/index.js';

const secret = { secretName: 'keys', secretKey: 'token' };

test.each<[string, (scope: Construct) => unknown, object]>([
  [
    'a pull request',
    (scope) => new PullRequestResource(scope, 'a', { url: 'https://github.com/a/b/pull/1' }),
    { type: 'pullRequest', params: [{ name: 'url', value: 'https://github.com/a/b/pull/1' }] },
  ],
  [
    'a merge request with a token',
    (scope) =>
      new PullRequestResource(scope, 'a', {
        url: 'https://git.example.com/a/b/-/merge_requests/1',
        provider: 'gitlab',
        authToken: secret,
        insecureSkipTlsVerify: true,
      }),
    {
      type: 'pullRequest',
      params: [
        { name: 'url', value: 'https://git.example.com/a/b/-/merge_requests/1' },
        { name: 'provider', value: 'gitlab' },
        { name: 'insecure-skip-tls-verify', value: 'true' },
      ],
      secrets: [{ fieldName: 'authToken', ...secret }],
    },
  ],
  [
    'a file in a bucket',
    (scope) => new StorageResource(scope, 'a', { location: 'gs://bucket/file' }),
    {
      type: 'storage',
      params: [
        { name: 'type', value: 'gcs' },
        { name: 'location', value: 'gs://bucket/file' },
      ],
    },
  ],
  [
    'a directory in a bucket, with credentials',
    (scope) =>
      new StorageResource(scope, 'a', {
        location: 'gs://bucket/dir',
        directory: true,
        credentials: secret,
        boto: secret,
      }),
    {
      type: 'storage',
      params: [
        { name: 'type', value: 'gcs' },
        { name: 'location', value: 'gs://bucket/dir' },
        { name: 'dir', value: 'y' },
      ],
      secrets: [
        { fieldName: 'GOOGLE_APPLICATION_CREDENTIALS', ...secret },
        { fieldName: 'BOTO_CONFIG', ...secret },
      ],
    },
  ],
  [
    'an archive in a bucket',
    (scope) => new BuildStorageResource(scope, 'a', { location: 'gs://bucket/a.zip', artifactType: 'ZipArchive' }),
    {
      type: 'storage',
      params: [
        { name: 'type', value: 'build-gcs' },
        { name: 'location', value: 'gs://bucket/a.zip' },
        { name: 'artifactType', value: 'ZipArchive' },
      ],
    },
  ],
  [
    'a cluster with a token in a Secret',
    (scope) =>
      new ClusterResource(scope, 'a', {
        url: 'https://10.0.0.1',
        username: 'deployer',
        namespace: 'web',
        cadata: secret,
        token: secret,
      }),
    {
      type: 'cluster',
      params: [
        { name: 'url', value: 'https://10.0.0.1' },
        { name: 'username', value: 'deployer' },
        { name: 'namespace', value: 'web' },
      ],
      secrets: [
        { fieldName: 'cadata', ...secret },
        { fieldName: 'token', ...secret },
      ],
    },
  ],
  [
    'a cluster without certificate verification, with a plaintext password',
    (scope) =>
      new ClusterResource(scope, 'a', {
        url: 'https://10.0.0.1',
        username: 'admin',
        insecure: true,
        unsafePlaintext: { password: 'x' },
      }),
    {
      type: 'cluster',
      params: [
        { name: 'url', value: 'https://10.0.0.1' },
        { name: 'username', value: 'admin' },
        { name: 'insecure', value: 'true' },
        { name: 'password', value: 'x' },
      ],
    },
  ],
  [
    'a receiver of events',
    (scope) => new CloudEventResource(scope, 'a', { targetURI: 'http://events.example.com' }),
    { type: 'cloudEvent', params: [{ name: 'targetURI', value: 'http://events.example.com' }] },
  ],
])('%s', (_, make, spec) => {
  const chart = new Chart(new App(), 'ci');
  make(chart);

  expect((Testing.synth(chart) as { spec: object }[])[0]?.spec).toEqual(spec);
});

test('each type can be embedded in a run', () => {
  const inline = [
    PullRequestResource.inline({ url: 'https://github.com/a/b/pull/1' }),
    StorageResource.inline({ location: 'gs://bucket/file' }),
    BuildStorageResource.inline({ location: 'gs://bucket/a.zip', artifactType: 'ZipArchive' }),
    ClusterResource.inline({ url: 'https://10.0.0.1', cadata: 'YQ==', token: secret }),
    CloudEventResource.inline({ targetURI: 'http://events.example.com' }),
  ];

  expect(
    inline.map(({ type, binding }) => [type, (binding as { resourceSpec: { type: string } }).resourceSpec.type]),
  ).toEqual(['pullRequest', 'storage', 'storage', 'cluster', 'cloudEvent'].map((type) => [type, type]));
});

export const wrong = (chart: Construct): void => {
  // @ts-expect-error -- a cluster needs either a certificate authority or `insecure`
  new ClusterResource(chart, 'a', { url: 'https://10.0.0.1', token: secret });
  // @ts-expect-error -- a token needs either a Secret or `unsafePlaintext`
  new ClusterResource(chart, 'a', { url: 'https://10.0.0.1', insecure: true, token: 'abc' });
  // @ts-expect-error -- an unknown archive format
  new BuildStorageResource(chart, 'a', { location: 'gs://bucket/a', artifactType: 'Rar' });
};

test('params and secrets are in the order of the props, and a storage has its type at the given position', () => {
  const url = 'https://a.example.com/b.git';
  const named = [
    GitResource.inline({ url, revision: 'main' }),
    GitResource.inline({ revision: 'main', url }),
    StorageResource.inline({ boto: secret, location: 'gs://bucket/file', type: 'gcs', credentials: secret }),
  ].map(({ binding }) => {
    const { params, secrets = [] } = (binding as { resourceSpec: Record<string, Record<string, string>[]> })
      .resourceSpec; // created by our constructs
    return [...(params ?? []).map(({ name }) => name), ...secrets.map(({ fieldName }) => fieldName)];
  });

  expect(named).toEqual([
    ['url', 'revision'],
    ['revision', 'url'],
    ['location', 'type', 'BOTO_CONFIG', 'GOOGLE_APPLICATION_CREDENTIALS'],
  ]);
});
