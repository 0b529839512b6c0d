/** Valid objects, for tests that invalidate one field. */

import type { Pipeline, PipelineResource, PipelineRun, Task, TaskRun } from '@pipewright/tekton';

export const apiVersion = 'tekton.dev/v1alpha1';

export const build: Task = {
  apiVersion,
  kind: 'Task',
  metadata: { name: 'build' },
  spec: {
    inputs: {
      params: [{ name: 'target' }, { name: 'flags', type: 'array', default: [] }],
      resources: [{ name: 'source', type: 'git', targetPath: './' }],
    },
    outputs: { resources: [{ name: 'built', type: 'image' }] },
    steps: [
      {
        name: 'make',
        image: 'gcc:14',
        command: ['make'],
        args: ['$(inputs.params.target)', '$(inputs.params.flags)', '$(outputs.resources.built.url)'],
      },
    ],
  },
};

export const pipeline: Pipeline = {
  apiVersion,
  kind: 'Pipeline',
  metadata: { name: 'release' },
  spec: {
    params: [{ name: 'what', default: 'all' }],
    resources: [
      { name: 'repo', type: 'git' },
      { name: 'web', type: 'image' },
    ],
    tasks: [
      {
        name: 'compile',
        taskRef: { name: 'build' },
        params: [{ name: 'target', value: '$(params.what)' }],
        resources: {
          inputs: [{ name: 'source', resource: 'repo' }],
          outputs: [{ name: 'built', resource: 'web' }],
        },
      },
    ],
  },
};

export const repo: PipelineResource = {
  apiVersion,
  kind: 'PipelineResource',
  metadata: { name: 'repo' },
  spec: { type: 'git', params: [{ name: 'url', value: 'https://example.com/web.git' }] },
};

export const web: PipelineResource = {
  apiVersion,
  kind: 'PipelineResource',
  metadata: { name: 'web' },
  spec: { type: 'image', params: [{ name: 'url', value: 'registry.example.com/web' }] },
};

export const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot' } };

export const run: PipelineRun = {
  apiVersion,
  kind: 'PipelineRun',
  metadata: { name: 'release-1' },
  spec: {
    pipelineRef: { name: 'release' },
    serviceAccount: 'bot',
    resources: [
      { name: 'repo', resourceRef: { name: 'repo' } },
      { name: 'web', resourceRef: { name: 'web' } },
    ],
  },
};

export const taskRun: TaskRun = {
  apiVersion,
  kind: 'TaskRun',
  metadata: { name: 'build-1' },
  spec: {
    taskRef: { name: 'build' },
    inputs: {
      params: [{ name: 'target', value: 'all' }],
      resources: [{ name: 'source', resourceRef: { name: 'repo' } }],
    },
    outputs: { resources: [{ name: 'built', resourceRef: { name: 'web' } }] },
  },
};

/** All objects. Their references are consistent. */
export const everything = [build, pipeline, repo, web, account, run, taskRun];

/** Returns a copy of `object` with the value at `path` replaced, or removed if `value` is undefined. */
export function changed<T extends object>(object: T, path: string, value: unknown): T {
  const copy = structuredClone(object);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let place = copy as Record<string, unknown>; // accessed by name
  for (const key of keys) place = place[key] as Record<string, unknown>; // the path exists
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}
