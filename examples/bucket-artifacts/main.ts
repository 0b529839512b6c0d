/**
 * Files that are downloaded from a bucket, passed between tasks, and uploaded to the bucket.
 *
 * The output of `build` is both uploaded and passed to `check`, which gets it from `build` directly and not from the bucket.
 */

import { Chart } from 'cdk8s';
import { Pipeline, PipelineRun, StorageResource, Task, TektonApp } from '../../lib/index.js';

const app = new TektonApp();
const chart = new Chart(app, 'site');
const image = 'alpine:3.19';

const account = { secretName: 'site-bucket', secretKey: 'service-account.json' };
const pages = new StorageResource(chart, 'pages', {
  metadata: { name: 'pages' },
  location: 'gs://example-site/pages',
  directory: true,
});
const site = new StorageResource(chart, 'site', {
  metadata: { name: 'site' },
  location: 'gs://example-site/site',
  directory: true,
  credentials: account,
});

const build = new Task(chart, 'build', {
  metadata: { name: 'build' },
  inputs: { pages: 'storage' },
  outputs: { site: 'storage' },
  steps: ({ inputs, outputs }) => [
    {
      name: 'build',
      image,
      env: { PAGES: inputs.pages.path, SITE: outputs.site.path },
      script:
        '#!/bin/sh\ncd "$PAGES"\nfor page in *.txt; do sed \'s/.*/<p>&<\\/p>/\' "$page" >"$SITE/${page%.txt}.html"; done\n',
    },
  ],
});

const check = new Task(chart, 'check', {
  metadata: { name: 'check' },
  inputs: { site: 'storage' },
  steps: ({ inputs }) => [
    { name: 'check', image, workingDir: inputs.site.path, script: '#!/bin/sh\ngrep "<p>" *.html\n' },
  ],
});

const pipeline = new Pipeline(chart, 'pipeline', {
  metadata: { name: 'site' },
  resources: { pages: 'storage', site: 'storage' },
  tasks: ({ task, resources }) => {
    const built = task('build', build, { inputs: { pages: resources.pages }, outputs: { site: resources.site } });
    task('check', check, { inputs: { site: built.outputs.site } });
  },
});
new PipelineRun(chart, 'run', { mode: 'manual', metadata: { name: 'site' }, pipeline, resources: { pages, site } });
app.synth();
