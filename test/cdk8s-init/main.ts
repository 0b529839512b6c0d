import { Construct } from 'constructs';
import { Chart, ChartProps } from 'cdk8s';
import { GitResource, Pipeline, PipelineRun, Task, TektonApp } from 'pipewright';

export class MyChart extends Chart {
  constructor(scope: Construct, id: string, props: ChartProps = {}) {
    super(scope, id, props);
    const test = new Task(this, 'test', {
      metadata: { name: 'test' },
      inputs: { source: 'git' },
      steps: ({ inputs }) => [
        { name: 'unit', image: 'node:22', workingDir: inputs.source.path, command: ['npm', 'test'] },
      ],
    });
    const pipeline = new Pipeline(this, 'pipeline', {
      metadata: { name: 'ci' },
      resources: { app: 'git' },
      tasks: ({ task, resources }) => {
        task('test', test, { inputs: { source: resources.app } });
      },
    });
    const app = new GitResource(this, 'app', { metadata: { name: 'app' }, url: 'https://git.example.com/app.git' });
    new PipelineRun(this, 'run', { mode: 'manual', metadata: { name: 'ci' }, pipeline, resources: { app } });
  }
}

const app = new TektonApp();
new MyChart(app, 'hello');
app.synth();
