/**
 * A private repository over SSH: the private key and the known hosts come from a store and are not in the manifests.
 */

import { Chart } from 'cdk8s';
import {
  GitCredentials,
  GitResource,
  Pipeline,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  TektonApp,
} from '../../lib/index.js';

const app = new TektonApp({ syncWaves: true });
const chart = new Chart(app, 'private', { namespace: 'ci' });

const key = GitCredentials.fromExternalSecret(chart, 'key', {
  metadata: { name: 'git-ssh' },
  store: { name: 'vault' },
  host: 'git.example.com:2222',
  privateKey: { key: 'ci/git', property: 'ssh-key' },
  knownHosts: { key: 'ci/git', property: 'known-hosts' },
});

// A step has git's credentials in its HOME, for its own git and ssh: the hosts and the key, readable only by its user.
const list = new Task(chart, 'list', {
  metadata: { name: 'list' },
  inputs: { source: 'git' },
  steps: ({ inputs }) => [
    {
      name: 'access',
      image: 'alpine:3.19',
      script: '#!/bin/sh\nset -e\ncd "$HOME/.ssh"\ncat config known_hosts\nstat -c "%a %n" *\n',
    },
    { name: 'list', image: 'alpine:3.19', command: ['ls'], args: [inputs.source.path] },
  ],
});
const pipeline = new Pipeline(chart, 'pipeline', {
  metadata: { name: 'list' },
  resources: { source: 'git' },
  tasks: ({ task, resources: { source } }) => void task('list', list, { inputs: { source } }),
});
new PipelineRun(chart, 'run', {
  mode: 'manual',
  metadata: { name: 'list' },
  pipeline,
  resources: {
    source: GitResource.inline({ url: 'ssh://git@git.example.com:2222/team/private.git', revision: 'main' }),
  },
  serviceAccount: new PipelineServiceAccount(chart, 'bot', { metadata: { name: 'bot' }, credentials: [key] }),
});
app.synth();
