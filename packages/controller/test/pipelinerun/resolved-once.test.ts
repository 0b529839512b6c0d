import { expect, test } from '@jest/globals';
import type { PipelineRun } from '@pipewright/tekton';
import { ResolveCache, resolvePipelineRun } from '../../src/pipelinerun/resolve.js';

const run: PipelineRun = {
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'PipelineRun',
  metadata: { name: 'run', namespace: 'default', uid: 'resolved-once' },
  spec: { pipelineRef: { name: 'p' } },
};
const pipeline = { apiVersion: 'tekton.dev/v1alpha1', spec: { tasks: [{ name: 'a', taskRef: { name: 't' } }] } };
const tasks = new Map([
  ['Task/t', { apiVersion: 'tekton.dev/v1alpha1', spec: { steps: [{ name: 's', image: 'busybox' }] } }],
]);
const cache = new ResolveCache();
const resolveWith = (differences: object = {}) =>
  resolvePipelineRun(
    {
      run: { ...run, status: {} },
      pipeline,
      tasks: new Map(tasks),
      resources: new Map(),
      conditions: new Map(),
      ...differences,
    },
    cache,
  );

test('a run is not resolved again if only its status has changed', () => {
  expect(resolveWith()).toBe(resolveWith());
});

test('a run is resolved again if its Pipeline has changed', () => {
  const first = resolveWith();
  expect(resolveWith({ pipeline: { ...pipeline, spec: { ...pipeline.spec } } })).not.toBe(first);
});
