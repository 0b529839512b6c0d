/** Objects for the secret operators are accepted by a server that has their CRDs and rejects unknown fields. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App, Chart, Duration, Testing } from 'cdk8s';
import { fake, startCluster, type Cluster } from '@pipewright/cluster';
import { DockerCredentials, GitCredentials, type Credentials } from '../lib/index.js';
import { SECRET_OPERATORS } from './secret-operators.js';

const sealed = `Ag${'B'.repeat(400)}=`;
const store = { name: 'vault', kind: 'ClusterSecretStore' } as const;
const password = { key: 'ci/it', property: 'password', version: '3' };

const MADE: Readonly<Record<string, (chart: Chart, id: string) => Credentials>> = {
  'Git, fetched': (chart, id) =>
    GitCredentials.fromExternalSecret(chart, id, {
      store: { name: 'vault' },
      refreshInterval: Duration.minutes(90),
      server: ['https://a.example.com', 'https://b.example.com'],
      username: { key: 'user' },
      password,
    }),
  'Git over SSH, fetched': (chart, id) =>
    GitCredentials.fromExternalSecret(chart, id, {
      store,
      host: 'git.example.com:2222',
      privateKey: { key: 'ssh' },
      knownHosts: { key: 'hosts' },
    }),
  'a registry, fetched': (chart, id) =>
    DockerCredentials.fromExternalSecret(chart, id, { store, registry: 'quay.io', username: 'ci', password }),
  'a whole configuration, fetched': (chart, id) =>
    DockerCredentials.fromExternalSecret(chart, id, { store, config: { key: 'docker' } }),
  'Git, sealed': (chart, id) =>
    GitCredentials.fromSealedSecret(chart, id, {
      server: 'https://a.example.com',
      encryptedData: { username: sealed, password: sealed },
    }),
  'Git over SSH, sealed': (chart, id) =>
    GitCredentials.fromSealedSecret(chart, id, {
      scope: 'namespace-wide',
      host: 'git.example.com',
      encryptedData: { 'ssh-privatekey': sealed, known_hosts: sealed },
    }),
  'a registry, sealed': (chart, id) =>
    DockerCredentials.fromSealedSecret(chart, id, {
      scope: 'cluster-wide',
      registry: 'quay.io',
      encryptedData: { username: sealed, password: sealed },
    }),
  'a whole configuration, sealed': (chart, id) =>
    DockerCredentials.fromSealedSecret(chart, id, { encryptedData: { '.dockerconfigjson': sealed } }),
};

interface Made {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: object;
}

function objectOf(make: (chart: Chart, id: string) => Credentials): Made {
  const chart = new Chart(new App(), 'ci');
  make(chart, 'it');
  return (Testing.synth(chart) as Made[])[0] as Made; // exactly the created objects
}

describe('a server with the operators’ CRDs', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ crds: SECRET_OPERATORS, runtime: fake(), images: () => undefined });
  });
  afterAll(() => cluster.close());

  const refusal = async (object: Made): Promise<string> => {
    const path = `/apis/${object.apiVersion}/namespaces/default/${object.kind.toLowerCase()}s?fieldValidation=Strict`;
    const body = JSON.stringify(object);
    const headers = { 'content-type': 'application/json' };
    const answer = await cluster.send(new Request(`http://kubernetes${path}`, { method: 'POST', headers, body }));
    const { message = '' } = (await answer.json()) as { message?: string };
    return answer.status === 201 ? '' : message;
  };

  test.each(Object.entries(MADE))('accepts credentials for %s', async (_, make) => {
    const object = objectOf(make);
    const name = `it-${String(Object.values(MADE).indexOf(make))}`;

    expect(await refusal({ ...object, metadata: { name } } as Made)).toBe('');
  });

  test.each<[string, (chart: Chart, id: string) => Credentials, object, RegExp]>([
    ['a misspelt field', MADE['Git, fetched']!, { secretStore: {} }, /unknown field "spec\.secretStore"/],
    [
      'another kind of store',
      MADE['Git, fetched']!,
      { secretStoreRef: { kind: 'Store' } },
      /spec\.secretStoreRef\.kind/,
    ],
    ['no data', MADE['Git, sealed']!, { encryptedData: undefined }, /spec\.encryptedData: Required/],
  ])('refuses %s', async (_, make, wrong, said) => {
    const object = objectOf(make);

    expect(await refusal({ ...object, spec: { ...object.spec, ...wrong } })).toMatch(said);
  });
});
