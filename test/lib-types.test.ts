/**
 * What does not compile. Each wrong line carries the compiler's objection, so a line that begins to compile fails the type
 * check. At run time most of the mistakes pass unnoticed, which is why the functions are never called.
 */

import { expect, test } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { EnvValue, k8s, Volume } from 'cdk8s-plus-27';
import {
  ClusterTask,
  GitResource,
  ImageResource,
  Pipeline,
  PipelineRun,
  Task,
  type None,
  type PipelineReference,
  type Step,
  type TaskReference,
} from '../lib/index.js';

const chart = new Chart(new App(), 'types');

const build = new Task(chart, 'build', {
  params: { context: {}, dockerfile: { default: './Dockerfile' }, flags: { type: 'array' }, tags: { default: ['a'] } },
  inputs: { source: 'git', base: { type: 'image', optional: true } },
  outputs: { image: 'image' },
  results: { digest: { description: 'of the image' } },
  steps: ({ params, inputs, outputs, results }) => [
    {
      image: params.context,
      args: [
        params.flags,
        params.tags,
        params.dockerfile,
        inputs.source.revision,
        outputs.image.url,
        results.digest.path,
      ],
    },
  ],
});

const idle = new Task(chart, 'idle', { steps: () => [{ image: 'busybox' }] });
const deploy = new Task(chart, 'deploy', {
  params: { digest: {} },
  inputs: { image: 'image' },
  steps: ({ params, inputs }) => [
    { image: 'kubectl', script: `#!/bin/sh\necho ${params.digest} ${inputs.image.url}\n` },
  ],
});

const pipeline = new Pipeline(chart, 'pipeline', {
  params: { context: {}, level: { default: '1' }, flags: { type: 'array' } },
  resources: { source: 'git', web: 'image' },
  tasks: ({ task, params, resources }) => {
    const built = task('build', build, {
      params: { context: params.context, flags: [params.level, params.flags] },
      inputs: { source: resources.source },
      outputs: { image: resources.web },
    });
    task('deploy', deploy, { params: { digest: built.results.digest }, inputs: { image: built.outputs.image } });
    task('idle', idle);
    task('idle-later', idle, { after: [built], retries: 2 });
  },
});

const source = new GitResource(chart, 'source', { url: 'https://example.com/a.git' });
const web = new ImageResource(chart, 'web', { url: 'example.com/web' });

export const steps = (name: string): void => {
  new Task(chart, 'a', {
    params: { known: {}, many: { type: 'array' } },
    inputs: { source: 'git' },
    steps: ({ params, inputs, outputs, results }) => [
      // @ts-expect-error -- a param that is not declared
      { image: params.unknown },
      // @ts-expect-error -- a resource that is not declared
      { image: inputs.elsewhere.path },
      // @ts-expect-error -- a git resource has no digest
      { image: inputs.source.digest },
      // @ts-expect-error -- no outputs are declared
      { image: outputs.image },
      // @ts-expect-error -- no results are declared
      { image: results.digest },
      // @ts-expect-error -- an array is no string
      { image: params.many },
      // @ts-expect-error -- an array is no environment variable
      { image: 'a', env: { MANY: params.many } },
      // @ts-expect-error -- no such field
      { image: 'a', arguments: [] },
    ],
  });
  // @ts-expect-error -- a misspelled field, though nothing else is wrong
  new Task(chart, 'misspelled', { steps: () => [{ image: 'a', comand: ['x'] }] });
  new Task(chart, 'step-template', {
    steps: () => [{ image: 'a' }],
    // @ts-expect-error -- a misspelled field of the step template
    stepTemplate: () => ({ image: 'a', workingdir: '/' }),
    // @ts-expect-error -- a misspelled field of a sidecar
    sidecars: () => [{ image: 'a', comand: ['x'] }],
    // @ts-expect-error -- a misspelled kind of volume
    volumes: () => [{ name: 'a', emptydir: {} }],
  });
  // What is computed, shared or of a class stays allowed.
  const shared: Step = { image: 'a' };
  new Task(chart, 'allowed', {
    params: { a: {}, many: { type: 'array' } },
    steps: ({ params }) => [
      shared,
      ...['x', 'y'].map((name) => ({ name, image: params.a, args: [params.many] })),
      { ...shared, ...(name !== '' && { name }), env: { A: params.a, B: EnvValue.fromValue('b') } },
      {
        image: 'a',
        env: [{ name: 'A', value: params.a }],
        resources: { requests: { cpu: k8s.Quantity.fromNumber(1) } },
      },
      {
        image: 'a',
        livenessProbe: { httpGet: { port: k8s.IntOrString.fromNumber(80) } },
        securityContext: { runAsUser: 1 },
      },
    ],
    volumes: () => [Volume.fromEmptyDir(chart, 'volume', 'v'), { name: 'w', emptyDir: { medium: 'Memory' } }],
  });
  // @ts-expect-error -- no such type of resource
  new Task(chart, 'b', { inputs: { source: 'svn' }, steps: () => [] });
  // @ts-expect-error -- an array cannot default to a string
  new Task(chart, 'c', { params: { many: { type: 'array', default: 'one' } }, steps: () => [] });
  // @ts-expect-error -- a task has steps
  new Task(chart, 'd', {});
};

export const calls = (): void => {
  new Pipeline(chart, 'calls', {
    params: { many: { type: 'array' } },
    resources: { source: 'git', web: 'image' },
    tasks: ({ task, params, resources }) => {
      const inputs = { source: resources.source };
      const outputs = { image: resources.web };
      // @ts-expect-error -- everything is missing
      task('a', build);
      // @ts-expect-error -- the param `context` is missing
      task('b', build, { params: { flags: [] }, inputs, outputs });
      // @ts-expect-error -- no such param
      task('c', build, { params: { context: 'a', flags: [], contxt: 'b' }, inputs, outputs });
      // @ts-expect-error -- a string where an array is needed
      task('d', build, { params: { context: 'a', flags: 'b' }, inputs, outputs });
      // @ts-expect-error -- an array where a string is needed
      task('e', build, { params: { context: params.many, flags: [] }, inputs, outputs });
      // @ts-expect-error -- the input is missing
      task('f', build, { params: { context: 'a', flags: [] }, outputs });
      // @ts-expect-error -- an image where a repository is needed
      task('g', build, { params: { context: 'a', flags: [] }, inputs: { source: resources.web }, outputs });
      // @ts-expect-error -- a repository where an image is needed
      task('h', build, { params: { context: 'a', flags: [] }, inputs, outputs: { image: resources.source } });
      // @ts-expect-error -- the pipeline declares no such resource
      task('i', deploy, { params: { digest: 'a' }, inputs: { image: resources.other } });
      // @ts-expect-error -- the task takes no params
      task('j', idle, { params: { a: 'b' } });
      const done = task('k', build, { params: { context: 'a', flags: params.many }, inputs, outputs });
      // @ts-expect-error -- the task has no such result
      task('l', deploy, { params: { digest: done.results.sha }, inputs: { image: done.outputs.image } });
      // @ts-expect-error -- the task has no such output
      task('m', deploy, { params: { digest: done.results.digest }, inputs: { image: done.outputs.picture } });
      // @ts-expect-error -- tasks are named by what `task` returns
      task('n', idle, { after: ['k'] });
    },
  });
};

export const runs = (): void => {
  const params = { context: 'a', flags: [] };
  // @ts-expect-error -- params and resources are missing
  new PipelineRun(chart, 'a', { pipeline });
  // @ts-expect-error -- one resource is missing
  new PipelineRun(chart, 'b', { pipeline, params, resources: { source } });
  // @ts-expect-error -- an image where a repository is needed
  new PipelineRun(chart, 'c', { pipeline, params, resources: { source: web, web } });
  // @ts-expect-error -- the param `context` is missing
  new PipelineRun(chart, 'd', { pipeline, params: { flags: [] }, resources: { source, web } });
  // @ts-expect-error -- a string where an array is needed
  new PipelineRun(chart, 'e', { pipeline, params: { context: 'a', flags: 'b' }, resources: { source, web } });
  // @ts-expect-error -- no such param
  new PipelineRun(chart, 'f', { pipeline, params: { ...params, contxt: 'a' }, resources: { source, web } });
};

test('what a pipeline needs can be written down for tasks and pipelines that live elsewhere', () => {
  const lint: TaskReference<{ readonly level: object }, { readonly source: 'git' }, None, None> = Task.fromName(
    'lint',
    {
      params: { level: {} },
      inputs: { source: 'git' },
    },
  );
  const scan = ClusterTask.fromName('scan', { results: { score: {} } });
  const release: PipelineReference<None, { readonly source: 'git' }> = Pipeline.fromName('release', {
    resources: { source: 'git' },
  });
  expect([lint.use, scan.use, release.use]).toEqual([
    { taskRef: { name: 'lint' } },
    { taskRef: { name: 'scan', kind: 'ClusterTask' } },
    { pipelineRef: { name: 'release' } },
  ]);
});
