/**
 * A release with common sources of mistakes: an order, a passed version, a flaky upload, a deployment from one branch only.
 *
 * `release.test.ts` tests all four, without a cluster and without waiting.
 */

import { Chart, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { Condition, GitResource, Pipeline, PipelineRun, Task, TektonApp } from '../../lib/index.js';

const image = 'alpine:3.19';

/** The pipeline, and a run of it for a branch. */
export class Release extends Chart {
  constructor(scope: Construct, id: string, { branch }: { readonly branch: string }) {
    super(scope, id);

    const version = new Task(this, 'version', {
      metadata: { name: 'version' },
      inputs: { source: 'git' },
      results: { version: {} },
      steps: ({ inputs, results }) => [
        {
          name: 'read',
          image,
          workingDir: inputs.source.path,
          command: ['sh', '-c', 'tr -d "\\n" < VERSION > "$0"'],
          args: [results.version.path],
        },
      ],
    });
    const check = new Task(this, 'check', {
      metadata: { name: 'check' },
      params: { what: {} },
      steps: ({ params }) => [{ name: 'check', image, command: ['echo'], args: ['checked:', params.what] }],
    });
    const ship = new Task(this, 'ship', {
      metadata: { name: 'ship' },
      params: { how: {}, version: {} },
      steps: ({ params }) => [{ name: 'send', image, command: ['echo'], args: [params.how, params.version] }],
    });
    const onMain = new Condition(this, 'on-main', {
      metadata: { name: 'on-main' },
      resources: { source: 'git' },
      check: ({ resources }) => ({ image, command: ['test'], args: [resources.source.revision, '=', 'main'] }),
    });

    const pipeline = new Pipeline(this, 'pipeline', {
      metadata: { name: 'release' },
      resources: { source: 'git' },
      tasks: ({ task, check: when, resources }) => {
        const found = task('version', version, { inputs: resources });
        const checks = ['lint', 'unit'].map((what) => task(what, check, { params: { what } }));
        const uploaded = task('upload', ship, {
          params: { how: 'upload', version: found.results.version },
          after: checks,
          retries: 2,
          timeout: Duration.minutes(10),
        });
        task('deploy', ship, {
          params: { how: 'deploy', version: found.results.version },
          after: [uploaded],
          conditions: [when(onMain, { resources })],
        });
      },
    });

    const source = new GitResource(this, 'source', {
      metadata: { name: 'app' },
      url: 'https://git.example.com/app.git',
      revision: branch,
    });
    new PipelineRun(this, 'run', { mode: 'manual', metadata: { name: 'release' }, pipeline, resources: { source } });
  }
}

if (process.argv[1] === import.meta.filename) {
  const app = new TektonApp();
  new Release(app, 'release', { branch: 'main' });
  app.synth();
}
