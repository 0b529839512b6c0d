/** A chart of a project that installed the library. */

import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { GitResource, Pipeline, PipelineRun, Task } from 'pipewright';

export class Ci extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const find = new Task(this, 'find', {
      metadata: { name: 'find' },
      inputs: { source: 'git' },
      results: { version: {} },
      steps: ({ inputs, results }) => [
        {
          name: 'read',
          image: 'node:22',
          workingDir: inputs.source.path,
          command: ['sh', '-c', 'node -p "require(\'./app.json\').version" | tr -d "\\n" > "$0"'],
          args: [results.version.path],
        },
      ],
    });
    const say = new Task(this, 'say', {
      metadata: { name: 'say' },
      params: { what: {}, version: { default: 'none' } },
      steps: ({ params }) => [
        { name: 'print', image: 'node:22', command: ['echo'], args: [`${params.what} ${params.version}`] },
      ],
    });
    const pipeline = new Pipeline(this, 'pipeline', {
      metadata: { name: 'release' },
      resources: { source: 'git' },
      tasks: ({ task, resources }) => {
        const found = task('find', find, { inputs: resources });
        const built = task('build', say, { params: { what: 'built', version: found.results.version }, retries: 1 });
        task('ship', say, { params: { what: 'shipped', version: found.results.version }, after: [built] });
      },
    });
    const source = new GitResource(this, 'source', {
      metadata: { name: 'app' },
      url: 'https://git.example.com/app.git',
    });
    new PipelineRun(this, 'run', { mode: 'manual', metadata: { name: 'release' }, pipeline, resources: { source } });
  }
}
