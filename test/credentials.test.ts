/** Credentials that operators create in the cluster: manifests contain no values, and Secrets have Tekton's annotations. */

import { describe, expect, test } from '@jest/globals';
import { App, Chart, Duration, Testing } from 'cdk8s';
import {
  DockerCredentials,
  GitCredentials,
  PipelineServiceAccount,
  warningsOf,
  type Credentials,
} from '../lib/index.js';

const store = { name: 'vault' };
const sealed = `Ag${'B'.repeat(400)}=`;

/** Returns the objects that `make` adds to a chart, without the account that uses the credentials. */
function made(make: (chart: Chart) => Credentials): unknown[] {
  const chart = new Chart(new App(), 'ci');
  new PipelineServiceAccount(chart, 'bot', { metadata: { name: 'bot' }, credentials: [make(chart)] });
  const objects = Testing.synth(chart) as { kind: string; metadata: { name: string }; secrets?: object[] }[];
  expect(warningsOf(chart)).toEqual([]);
  const others = objects.filter(({ kind }) => kind !== 'ServiceAccount');
  expect(objects.find(({ kind }) => kind === 'ServiceAccount')?.secrets).toEqual([{ name: others[0]?.metadata.name }]);
  return others;
}

describe('an ExternalSecret', () => {
  const object = (spec: object): object => ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'c' },
    spec: { refreshInterval: '1h0m0s', secretStoreRef: { name: 'vault', kind: 'SecretStore' }, ...spec },
  });
  const metadata = { name: 'c' };

  test.each<[string, (chart: Chart) => Credentials, object]>([
    [
      'for Git fetches user and password, and has the servers as annotations',
      (chart) =>
        GitCredentials.fromExternalSecret(chart, 'c', {
          metadata,
          store,
          server: ['https://a.example.com', 'https://b.example.com'],
          username: { key: 'git', property: 'user' },
          password: { key: 'git', property: 'password', version: '3' },
        }),
      object({
        target: {
          template: {
            engineVersion: 'v2',
            type: 'kubernetes.io/basic-auth',
            metadata: {
              annotations: { 'tekton.dev/git-0': 'https://a.example.com', 'tekton.dev/git-1': 'https://b.example.com' },
            },
          },
        },
        data: [
          { secretKey: 'username', remoteRef: { key: 'git', property: 'user' } },
          { secretKey: 'password', remoteRef: { key: 'git', property: 'password', version: '3' } },
        ],
      }),
    ],
    [
      'for Git accepts a plaintext user name',
      (chart) =>
        GitCredentials.fromExternalSecret(chart, 'c', {
          metadata,
          store: { name: 'vault', kind: 'ClusterSecretStore' },
          refreshInterval: Duration.minutes(5),
          server: 'https://github.com',
          username: 'x-access-token',
          password: { key: 'token' },
        }),
      object({
        refreshInterval: '5m0s',
        secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
        target: {
          template: {
            engineVersion: 'v2',
            type: 'kubernetes.io/basic-auth',
            metadata: { annotations: { 'tekton.dev/git-0': 'https://github.com' } },
            data: { username: 'x-access-token', password: '{{ .password }}' },
          },
        },
        data: [{ secretKey: 'password', remoteRef: { key: 'token' } }],
      }),
    ],
    [
      'for Git over SSH fetches the key and the known hosts',
      (chart) =>
        GitCredentials.fromExternalSecret(chart, 'c', {
          metadata,
          store,
          host: 'git.example.com:2222',
          privateKey: { key: 'ssh' },
          knownHosts: { key: 'hosts' },
        }),
      object({
        target: {
          template: {
            engineVersion: 'v2',
            type: 'kubernetes.io/ssh-auth',
            metadata: { annotations: { 'tekton.dev/git-0': 'git.example.com:2222' } },
          },
        },
        data: [
          { secretKey: 'ssh-privatekey', remoteRef: { key: 'ssh' } },
          { secretKey: 'known_hosts', remoteRef: { key: 'hosts' } },
        ],
      }),
    ],
    [
      'for a registry creates Docker’s configuration in the cluster',
      (chart) =>
        DockerCredentials.fromExternalSecret(chart, 'c', {
          metadata,
          store,
          registry: 'registry.example.com',
          username: 'ci',
          password: { key: 'registry' },
        }),
      object({
        target: {
          template: {
            engineVersion: 'v2',
            type: 'kubernetes.io/dockerconfigjson',
            data: {
              '.dockerconfigjson':
                '{"auths":{"registry.example.com":{"username":{{ "ci" | toJson }},"password":{{ .password | toJson }},' +
                '"auth":{{ printf "%s:%s" "ci" .password | b64enc | toJson }}}}}',
            },
          },
        },
        data: [{ secretKey: 'password', remoteRef: { key: 'registry' } }],
      }),
    ],
    [
      'for a registry fetches Docker’s configuration unchanged',
      (chart) => DockerCredentials.fromExternalSecret(chart, 'c', { metadata, store, config: { key: 'docker' } }),
      object({
        target: { template: { engineVersion: 'v2', type: 'kubernetes.io/dockerconfigjson' } },
        data: [{ secretKey: '.dockerconfigjson', remoteRef: { key: 'docker' } }],
      }),
    ],
  ])('%s', (_, make, expected) => {
    expect(made(make)).toEqual([expected]);
  });

  test('rejects text with template syntax of its operator', () => {
    const chart = new Chart(new App(), 'ci');
    const password = { key: 'token' };
    expect(() =>
      GitCredentials.fromExternalSecret(chart, 'c', { store, server: 'https://a.b', username: '{{ .a }}', password }),
    ).toThrow(
      'ci: the External Secrets Operator would replace the {{…}} in this text (got "{{ .a }}") — keep the value in the store [TEMPLATE_IN_TEXT]',
    );
  });
});

describe('a SealedSecret', () => {
  const object = (spec: object, annotations?: object): object => ({
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    metadata: { name: 'c', ...(annotations && { annotations }) },
    spec,
  });
  const metadata = { name: 'c' };

  test.each<[string, (chart: Chart) => Credentials, object]>([
    [
      'for Git names the server',
      (chart) =>
        GitCredentials.fromSealedSecret(chart, 'c', {
          metadata,
          server: 'https://github.com',
          encryptedData: { username: sealed, password: sealed },
        }),
      object({
        encryptedData: { username: sealed, password: sealed },
        template: {
          type: 'kubernetes.io/basic-auth',
          metadata: { annotations: { 'tekton.dev/git-0': 'https://github.com' } },
        },
      }),
    ],
    [
      'for Git over SSH names the host',
      (chart) =>
        GitCredentials.fromSealedSecret(chart, 'c', {
          metadata,
          host: 'github.com',
          encryptedData: { 'ssh-privatekey': sealed },
        }),
      object({
        encryptedData: { 'ssh-privatekey': sealed },
        template: { type: 'kubernetes.io/ssh-auth', metadata: { annotations: { 'tekton.dev/git-0': 'github.com' } } },
      }),
    ],
    [
      'for a registry contains Docker’s configuration',
      (chart) =>
        DockerCredentials.fromSealedSecret(chart, 'c', {
          metadata,
          scope: 'namespace-wide',
          encryptedData: { '.dockerconfigjson': sealed },
        }),
      object(
        {
          encryptedData: { '.dockerconfigjson': sealed },
          template: {
            type: 'kubernetes.io/dockerconfigjson',
            metadata: { annotations: { 'sealedsecrets.bitnami.com/namespace-wide': 'true' } },
          },
        },
        { 'sealedsecrets.bitnami.com/namespace-wide': 'true' },
      ),
    ],
    [
      'for a registry with user and password has its host as an annotation',
      (chart) =>
        DockerCredentials.fromSealedSecret(chart, 'c', {
          metadata,
          registry: 'registry.example.com',
          encryptedData: { username: sealed, password: sealed },
        }),
      object({
        encryptedData: { username: sealed, password: sealed },
        template: {
          type: 'kubernetes.io/basic-auth',
          metadata: { annotations: { 'tekton.dev/docker-0': 'registry.example.com' } },
        },
      }),
    ],
  ])('%s', (_, make, expected) => {
    expect(made(make)).toEqual([expected]);
  });

  test('with a plaintext password is rejected without showing it', () => {
    const chart = new Chart(new App(), 'ci');
    const encryptedData = { username: sealed, password: 'hunter2' };
    expect(() => GitCredentials.fromSealedSecret(chart, 'c', { server: 'https://a.b', encryptedData })).toThrow(
      'ci/c: the value of "password" is not an output of kubeseal — seal it with `kubeseal --raw`, and change the password if it was one [NOT_SEALED]',
    );
  });
});

test('a plaintext password causes a warning', () => {
  const chart = new Chart(new App(), 'ci');
  GitCredentials.unsafePlaintext(chart, 'git', { server: 'https://a.b', username: 'u', password: 'p' });

  expect(warningsOf(chart)).toEqual([expect.stringMatching(/^\[ci\/git\] stringData: .*\[SECRET_PLAINTEXT\]$/)]);
});
