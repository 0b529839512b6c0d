/** The outcome of a small case, for tests of its normalization. */

import type { Outcome, Recording } from '../parity/recording.js';

export const nothing: Outcome = {
  note: '',
  namespace: 'c-x',
  finished: true,
  seconds: 1,
  applied: [],
  actions: [],
  taskruns: [],
  pipelineruns: [],
  customruns: [],
  pods: [],
  pvcs: [],
  deleted: [],
  logs: {},
  events: [],
};

/** Returns a recording of v0.9.2 with these manifests and this outcome. */
export const recordingOf = (outcome: Outcome, input = ''): Recording => ({
  name: 'case',
  release: 'v0.9.2',
  input,
  config: {},
  outcome,
});

export const succeeded = {
  type: 'Succeeded',
  status: 'True',
  reason: 'Succeeded',
  message: 'All Steps have completed executing',
};

export const ownedBy = (name: string) => ({ ownerReferences: [{ kind: 'PipelineRun', name }] });

/** Returns the outcome of a PipelineRun `r` with one task `a`, whose names have the given suffixes. */
export function played(end: string, hex: string, more: Partial<Outcome> = {}): Outcome {
  const taskRun = `r-a-${end}`;
  const pod = `${taskRun}-pod-${hex}`;
  const status = {
    conditions: [succeeded],
    completionTime: '2020-01-01T00:00:00Z',
    podName: pod,
    steps: [{ name: 's', container: 'step-s', terminated: { exitCode: 0, reason: 'Completed' } }],
  };
  return {
    ...nothing,
    applied: [{ apiVersion: 'tekton.dev/v1alpha1', kind: 'PipelineRun', name: 'r', code: 201 }],
    pipelineruns: [
      {
        metadata: { name: 'r' },
        status: {
          conditions: [succeeded],
          completionTime: 'x',
          taskRuns: { [taskRun]: { pipelineTaskName: 'a', status } },
        },
      },
    ],
    taskruns: [{ metadata: { name: taskRun, ...ownedBy('r') }, status }],
    pods: [
      {
        metadata: { name: pod, labels: { 'tekton.dev/taskRun': taskRun } },
        spec: { containers: [{ name: 'step-s', image: 'ubuntu', command: ['true'] }] },
      },
    ],
    logs: { [pod]: { 'step-s': `2020-01-01T00:00:00.5Z in ${pod}\n` } },
    events: [{ kind: 'TaskRun', name: taskRun, type: 'Normal', reason: 'Succeeded' }],
    ...more,
  };
}
