/**
 * One repository with several packages and one pipeline per package: the packages are a list, the tasks are shared.
 *
 * Each package has a chart, so its file changes only when it does.
 */

import { Chart } from 'cdk8s';
import { GitResource, Pipeline, PipelineRun, Task, TektonApp } from '../../lib/index.js';

const PACKAGES = ['api', 'web'];

const app = new TektonApp();
const shared = new Chart(app, 'shared');
const source = new GitResource(shared, 'source', {
  metadata: { name: 'monorepo' },
  url: 'https://git.example.com/monorepo.git',
  revision: 'main',
});

/** Runs a script of one package; the package is a param, so one Task works for all. */
const script = new Task(shared, 'script', {
  metadata: { name: 'package-script' },
  params: { package: { description: 'directory below packages/' }, script: { description: 'a file of the package' } },
  inputs: { source: 'git' },
  steps: ({ params, inputs }) => [
    {
      name: 'run',
      image: 'alpine:3.19',
      workingDir: `${inputs.source.path}/packages/${params.package}`,
      command: ['sh'],
      args: [params.script],
    },
  ],
});

for (const name of PACKAGES) {
  const chart = new Chart(app, name);
  const pipeline = new Pipeline(chart, 'pipeline', {
    metadata: { name },
    resources: { source: 'git' },
    tasks: (its) => {
      const inputs = { source: its.resources.source };
      const tested = its.task('test', script, { params: { package: name, script: 'test.sh' }, inputs });
      its.task('build', script, { after: [tested], params: { package: name, script: 'build.sh' }, inputs });
    },
  });
  new PipelineRun(chart, 'run', { mode: 'manual', metadata: { name }, pipeline, resources: { source } });
}
app.synth();
