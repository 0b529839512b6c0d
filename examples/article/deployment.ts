/**
 * The Deployment `nginx`, which the pipeline updates, defined with cdk8s-plus.
 *
 * It is a separate app because it outlives every run: dist/ belongs to the pipeline, and applying it again must not
 * restore the first image.
 */

import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { Deployment, type DeploymentProps } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';

/** A Deployment that waits for its first image. */
export class NginxDeployment extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const props: DeploymentProps = {
      metadata: { name: 'nginx' },
      replicas: 0, // the image contains only the site and no server
      containers: [{ name: 'nginx', image: 'aiyijing/nginx:initial', portNumber: 80 }],
    };
    new Deployment(this, 'nginx', props);
  }
}

/** Writes `nginx.k8s.yaml` into a folder. */
export function synthesizeDeployment(outdir: string): void {
  const app = new App({ outdir });
  new NginxDeployment(app, 'nginx');
  app.synth();
}

if (process.argv[1] === import.meta.filename) synthesizeDeployment(join(import.meta.dirname, 'build'));
