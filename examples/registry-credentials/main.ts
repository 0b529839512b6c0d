/**
 * Three ways to a registry's password, none of which puts it into the manifests: a Secret that is there, one that a store has,
 * one that only the cluster can decrypt.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chart } from 'cdk8s';
import { DockerCredentials, PipelineServiceAccount, TektonApp } from '../../lib/index.js';

/** What `kubeseal --raw --name ghcr --namespace ci` printed. */
const sealed = (name: string): string => readFileSync(join(import.meta.dirname, `${name}.sealed`), 'utf8').trim();

const app = new TektonApp({ syncWaves: true });
const chart = new Chart(app, 'registries', { namespace: 'ci' });

// kubectl create secret docker-registry quay --docker-server=quay.io --docker-username=… --docker-password=…
const existing = DockerCredentials.fromSecret('quay');

const fetched = DockerCredentials.fromExternalSecret(chart, 'own', {
  metadata: { name: 'own-registry' },
  store: { name: 'vault', kind: 'ClusterSecretStore' },
  registry: 'registry.example.com',
  username: 'ci',
  password: { key: 'ci/registry', property: 'password' },
});

const decrypted = DockerCredentials.fromSealedSecret(chart, 'ghcr', {
  metadata: { name: 'ghcr' },
  registry: 'ghcr.io',
  encryptedData: { username: sealed('username'), password: sealed('password') },
});

new PipelineServiceAccount(chart, 'bot', {
  metadata: { name: 'bot' },
  credentials: [existing, fetched, decrypted],
});
app.synth();
