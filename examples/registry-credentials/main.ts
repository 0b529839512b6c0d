/**
 * Three sources of a registry's password, none of which puts it into the manifests: an existing Secret, a secret store,
 * and a value that only the cluster can decrypt. The task builds an image and pushes it.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chart } from 'cdk8s';
import {
  DockerCredentials,
  ImageResource,
  Pipeline,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  TektonApp,
} from '../../lib/index.js';

/** Output of `kubeseal --raw --name ghcr --namespace ci`. */
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

const account = new PipelineServiceAccount(chart, 'bot', {
  metadata: { name: 'bot' },
  credentials: [existing, fetched, decrypted],
});

const publish = new Task(chart, 'publish', {
  metadata: { name: 'publish' },
  outputs: { image: 'image' },
  steps: ({ outputs }) => [
    {
      name: 'access', // all three are in one file of the step's HOME; `pipewright run` shows no password in a log
      image: 'alpine:3.19',
      script: '#!/bin/sh\ncat "$HOME/.docker/config.json"\n',
    },
    {
      name: 'context',
      image: 'alpine:3.19',
      workingDir: '/workspace',
      script: '#!/bin/sh\nset -e\necho hello >hello.txt\nprintf "FROM scratch\\nCOPY hello.txt /\\n" >Dockerfile\n',
    },
    {
      name: 'push',
      image: 'gcr.io/kaniko-project/executor:v1.23.2',
      env: { DOCKER_CONFIG: '/tekton/home/.docker' },
      command: ['/kaniko/executor'],
      args: [
        '--context=/workspace',
        '--dockerfile=Dockerfile',
        `--destination=${outputs.image.url}`,
        `--oci-layout-path=${outputs.image.path}`,
      ],
    },
  ],
});
const pipeline = new Pipeline(chart, 'pipeline', {
  metadata: { name: 'publish' },
  resources: { image: 'image' },
  tasks: ({ task, resources: { image } }) => void task('publish', publish, { outputs: { image } }),
});
new PipelineRun(chart, 'run', {
  mode: 'manual',
  metadata: { name: 'publish' },
  pipeline,
  resources: { image: ImageResource.inline({ url: 'registry.example.com/team/hello:1.0' }) },
  serviceAccount: account,
});
app.synth();
