/**
 * Constructs that a platform team publishes for its users: a custom task, and a service in one line.
 *
 * `MakeTask` extends our Task: it is used like any Task, and has the company's image, limits and labels. `Service` puts a
 *  whole pipeline together. Users only set the props that they have to decide.
 */

import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import {
  GitResource,
  Grants,
  Pipeline,
  PipelineRun,
  PipelineServiceAccount,
  Task,
  TektonApp,
  type None,
} from '../../lib/index.js';

type Source = { readonly source: 'git' };

/** Runs a target of the Makefile in the repository, as the company runs things. */
export class MakeTask extends Task<None, Source> {
  constructor(scope: Construct, id: string, target: string, { kubernetesApi = false } = {}) {
    super(scope, id, {
      metadata: { name: id, labels: { 'example.com/owner': 'platform' } },
      inputs: { source: 'git' },
      stepTemplate: () => ({ image: 'registry.example.com/platform/make:4.4', env: { CI: 'true' } }),
      steps: ({ inputs }) => [
        {
          name: 'make',
          workingDir: inputs.source.path,
          command: ['make'],
          args: [target],
          kubernetesApi,
          resources: { requests: { cpu: '500m' }, limits: { memory: '1Gi' } },
        },
      ],
    });
  }
}

/** Properties of a team's service. */
export interface ServiceProps {
  readonly repository: string;
  /** The Deployment that `make deploy` updates. */
  readonly deployment: string;
}

/** A service of the company: tested and deployed by `make`, with only the required permissions. */
export class Service extends Construct {
  constructor(scope: Construct, id: string, { repository, deployment }: ServiceProps) {
    super(scope, id);
    const test = new MakeTask(this, `${id}-test`, 'test');
    const deploy = new MakeTask(this, `${id}-deploy`, 'deploy', { kubernetesApi: true });
    const pipeline = new Pipeline(this, 'pipeline', {
      metadata: { name: id },
      resources: { source: 'git' },
      tasks: ({ task, resources: { source } }) => {
        const tested = task('test', test, { inputs: { source } });
        task('deploy', deploy, { after: [tested], inputs: { source } });
      },
    });
    new PipelineRun(this, 'run', {
      mode: 'manual',
      metadata: { name: id },
      pipeline,
      resources: { source: new GitResource(this, 'source', { metadata: { name: `${id}-source` }, url: repository }) },
      serviceAccount: new PipelineServiceAccount(this, 'bot', {
        metadata: { name: `${id}-bot` },
        grants: [Grants.deploy(deployment)],
      }),
    });
  }
}

const app = new TektonApp();
new Service(new Chart(app, 'shop'), 'shop', { repository: 'https://git.example.com/shop.git', deployment: 'shop' });
app.synth();
