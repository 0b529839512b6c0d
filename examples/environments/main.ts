/**
 * Two environments from one program: the same pipeline in two namespaces, with the differences in one table.
 *
 * Each may change only its own Deployment, and only the step that changes it has a token. A run in production is created manually; staging runs whenever the pipeline or
 * its params change.
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

/** A line of shell that prints whether a step has a token for the Kubernetes API. */
const tokenSeenBy = (step: string): string =>
  `[ -e /var/run/secrets/kubernetes.io/serviceaccount/token ] && echo "${step}: a token" || echo "${step}: no token"\n`;

/** All objects of one environment, in the chart's namespace. */
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
          name: 'scale', // in place of `kubectl scale`; the only step that may access the Kubernetes API
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
