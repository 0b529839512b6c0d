/**
 * A deployment that runs only if the repository requests it: tasks with conditions.
 *
 * One Condition, used twice with different params. A task whose condition fails is skipped with its dependents, and
 * the run still succeeds.
 */

import { Chart } from 'cdk8s';
import { Condition, GitResource, Pipeline, PipelineRun, Task, TektonApp } from '../../lib/index.js';

const app = new TektonApp();
const chart = new Chart(app, 'deploy');
const image = 'alpine:3.19';

const fileExists = new Condition(chart, 'file-exists', {
  metadata: { name: 'file-exists' },
  params: { path: { description: 'below the root of the repository' } },
  resources: { source: 'git' },
  check: ({ params, resources }) => ({
    image,
    workingDir: resources.source.path,
    env: { FILE: params.path },
    script: '#!/bin/sh\nif test -f "$FILE"; then echo "$FILE is there"; else echo "there is no $FILE"; exit 1; fi\n',
  }),
});

const say = new Task(chart, 'say', {
  metadata: { name: 'say' },
  params: { what: {} },
  steps: ({ params }) => [{ name: 'say', image, command: ['echo'], args: [params.what] }],
});

const pipeline = new Pipeline(chart, 'pipeline', {
  metadata: { name: 'deploy' },
  resources: { source: 'git' },
  tasks: ({ task, check, resources: { source } }) => {
    const has = (path: string) => check(fileExists, { params: { path }, resources: { source } });

    const tested = task('test', say, { params: { what: 'tests pass' } });
    task('docs', say, { after: [tested], conditions: [has('docs/index.md')], params: { what: 'docs published' } });
    const deployed = task('deploy', say, {
      after: [tested],
      conditions: [has('RELEASE'), has('docs/index.md')],
      params: { what: 'deployed' },
    });
    task('announce', say, { after: [deployed], params: { what: 'announced' } });
  },
});

const source = new GitResource(chart, 'source', {
  metadata: { name: 'shop' },
  url: 'https://git.example.com/shop.git',
  revision: 'main',
});
new PipelineRun(chart, 'run', { mode: 'manual', metadata: { name: 'deploy' }, pipeline, resources: { source } });
app.synth();
