/**
 * The pipeline of docs/guide.md: tests a repository, and packs it if the tests pass.
 */

import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { GitResource, Pipeline, PipelineRun, Task, TektonApp } from '../../lib/index.js';

/** Two tasks, the pipeline that puts them in order, and one run of it. */
export class Hello extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    const test = new Task(this, 'test', {
      metadata: { name: 'test' },
      inputs: { source: 'git' },
      steps: ({ inputs }) => [
        { name: 'unit', image: 'node:22', workingDir: inputs.source.path, command: ['node'], args: ['hello.test.js'] },
      ],
    });

    const pack = new Task(this, 'pack', {
      metadata: { name: 'pack' },
      params: { version: { description: 'goes into the name of the archive', default: 'dev' } },
      inputs: { source: 'git' },
      steps: ({ params, inputs }) => [
        {
          name: 'tar',
          image: 'node:22',
          workingDir: inputs.source.path,
          env: { VERSION: params.version },
          script: '#!/bin/sh\nset -e\ntar -czf "/tmp/hello-$VERSION.tgz" *.js\necho "packed hello-$VERSION.tgz"\n',
        },
      ],
    });

    const pipeline = new Pipeline(this, 'pipeline', {
      metadata: { name: 'hello' },
      params: { version: { default: 'dev' } },
      resources: { app: 'git' },
      tasks: ({ task, params, resources }) => {
        const tested = task('test', test, { inputs: { source: resources.app } });
        task('pack', pack, { after: [tested], params, inputs: { source: resources.app } });
      },
    });

    const app = new GitResource(this, 'app', {
      metadata: { name: 'hello-app' },
      url: 'https://git.example.com/hello.git',
      revision: 'main',
    });
    new PipelineRun(this, 'run', { mode: 'manual', metadata: { name: 'hello' }, pipeline, resources: { app } });
  }
}

if (process.argv[1] === import.meta.filename) {
  const app = new TektonApp();
  new Hello(app, 'hello');
  app.synth();
}
