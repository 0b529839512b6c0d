/**
 * Two environments from one program: the same pipeline, each in its namespace, with what differs in one table.
 *
 * Each may change its own Deployment only, and in each only the step that does so has a token. A run in production waits for a person; staging runs whenever the pipeline, or
 * what it is given, changes.
 */

import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  Grants,
  Pipeline,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  TektonApp,
  type RunMode,
} from '../../lib/index.js';

interface Environment {
  readonly version: string;
  readonly replicas: string;
  readonly runs: RunMode;
}

const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  staging: { version: 'latest', replicas: '1', runs: 'content-hash' },
  production: { version: '1.4.0', replicas: '3', runs: 'manual' },
};

/** A line of shell that says whether a step has a token for the Kubernetes API. */
const tokenSeenBy = (step: string): string =>
  `[ -e /var/run/secrets/kubernetes.io/serviceaccount/token ] && echo "${step}: a token" || echo "${step}: no token"\n`;

/** Everything of one environment. The chart's namespace is that of all its objects. */
class Shop extends Chart {
  constructor(scope: Construct, namespace: string, { version, replicas, runs }: Environment) {
    super(scope, namespace, { namespace });
    new ApiObject(this, 'namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const scale = new Task(this, 'scale', {
      metadata: { name: 'scale' },
      params: { version: {}, replicas: {} },
      steps: ({ params }) => [
        {
          name: 'show',
          image: 'alpine:3.19',
          env: { REPLICAS: params.replicas, VERSION: params.version },
          script: `#!/bin/sh\necho "scale to $REPLICAS at $VERSION"\n${tokenSeenBy('show')}`,
        },
        {
          name: 'scale', // in place of `kubectl scale`; the one step that may speak to the Kubernetes API
          image: 'alpine:3.19',
          kubernetesApi: true,
          script: `#!/bin/sh\n${tokenSeenBy('scale')}`,
        },
      ],
    });
    const pipeline = new Pipeline(this, 'pipeline', {
      metadata: { name: 'deploy' },
      params: { version: {}, replicas: {} },
      tasks: ({ task, params: { version, replicas } }) => void task('scale', scale, { params: { version, replicas } }),
    });
    new PipelineRun(this, 'run', {
      mode: runs,
      metadata: { name: 'deploy' },
      pipeline,
      params: { version, replicas },
      serviceAccount: new PipelineServiceAccount(this, 'bot', {
        metadata: { name: 'bot' },
        grants: [Grants.deploy('shop')],
      }),
    });
  }
}

const app = new TektonApp({ syncWaves: true });
for (const [namespace, environment] of Object.entries(ENVIRONMENTS)) new Shop(app, namespace, environment);
app.synth();
