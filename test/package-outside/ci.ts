/** A chart of a project that installed the library. */

import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { GitResource, Pipeline, PipelineRun, Task } from 'pipewright';

export class Ci extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const test = new Task(this, 'test', {
      inputs: { source: 'git' },
      steps: ({ inputs }) => [{ image: 'node:22', workingDir: inputs.source.path, command: ['npm', 'test'] }],
    });
    const pipeline = new Pipeline(this, 'pipeline', {
      metadata: { name: 'all' },
      resources: { source: 'git' },
      tasks: ({ task, resources }) => {
        const tested = task('test', test, { inputs: resources });
        task('again', test, { inputs: resources, after: [tested] });
      },
    });
    const source = new GitResource(this, 'source', { url: 'https://example.com/app.git' });
    new PipelineRun(this, 'run', { pipeline, resources: { source }, generateName: 'all-' });
  }
}
