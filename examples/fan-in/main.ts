/**
 * Three parallel checks, and one task that waits for all of them and uses a result of the first.
 *
 * The checks run in parallel because they do not depend on each other. Passing a result makes a task wait.
 */

import { Chart } from 'cdk8s';
import { Pipeline, PipelineRun, Task, TektonApp } from '../../lib/index.js';

const app = new TektonApp();
const chart = new Chart(app, 'release');
const image = 'alpine:3.19';

const version = new Task(chart, 'version', {
  metadata: { name: 'version' },
  results: { version: { description: 'of this release' } },
  steps: ({ results }) => [
    { name: 'find', image, env: { RESULT: results.version.path }, script: '#!/bin/sh\nprintf 1.4.0 > "$RESULT"\n' },
  ],
});

const check = new Task(chart, 'check', {
  metadata: { name: 'check' },
  params: { what: {} },
  steps: ({ params }) => [{ name: 'check', image, command: ['echo'], args: ['checked:', params.what] }],
});

const publish = new Task(chart, 'publish', {
  metadata: { name: 'publish' },
  params: { version: {} },
  steps: ({ params }) => [{ name: 'publish', image, command: ['echo'], args: ['published:', params.version] }],
});

const pipeline = new Pipeline(chart, 'pipeline', {
  metadata: { name: 'release' },
  tasks: ({ task }) => {
    const found = task('version', version);
    const checks = ['lint', 'unit', 'integration'].map((what) => task(what, check, { params: { what } }));
    task('publish', publish, { after: checks, params: { version: found.results.version } });
  },
});
new PipelineRun(chart, 'run', { mode: 'manual', metadata: { name: 'release' }, pipeline });
app.synth();
