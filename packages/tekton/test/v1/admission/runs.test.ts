/** Answers of Tekton v1.15's webhooks about runs: status, timeouts, settings of tasks, debugging. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'invalid value: Cancelled should be TaskRunCancelled or TaskRunPending: spec.status',
    'TaskRun',
    { taskRef: { name: 'ok' }, status: 'Cancelled' },
  ],
  [
    'invalid value: statusMessage should not be set if status is not set, but it is currently set to because: spec.statusMessage',
    'TaskRun',
    { taskRef: { name: 'ok' }, statusMessage: 'because' },
  ],
  [
    'invalid value: PipelineRunCancelled should be Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending: spec.status',
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      status: 'PipelineRunCancelled',
    },
  ],
  [
    'invalid value: TaskRunCancelled should be Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending: spec.status',
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      status: 'TaskRunCancelled',
    },
  ],
  [
    'invalid value: cancelled should be Cancelled, CancelledRunFinally, StoppedRunFinally or PipelineRunPending: spec.status',
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      status: 'cancelled',
    },
  ],
  ['invalid value: -1s should be >= 0: spec.timeout', 'TaskRun', { taskRef: { name: 'nope' }, timeout: '-1s' }],
  [
    'cannot decode incoming new object: time: missing unit in duration "1"',
    'TaskRun',
    { taskRef: { name: 'nope' }, timeout: '1' },
  ],
  [
    'cannot decode incoming new object: time: unknown unit "d" in duration "1d"',
    'TaskRun',
    { taskRef: { name: 'nope' }, timeout: '1d' },
  ],
  [
    'invalid value: -1s should be >= 0: spec.timeouts.pipeline',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { pipeline: '-1s' } },
  ],
  [
    'invalid value: -1s should be >= 0: spec.timeouts.tasks',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { tasks: '-1s' } },
  ],
  [
    'invalid value: -1m0s should be >= 0: spec.timeouts.finally',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { finally: '-1m' } },
  ],
  [
    'invalid value: 1h0m0s + 1s should be <= pipeline duration: spec.timeouts.finally, spec.timeouts.tasks',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { pipeline: '1h', tasks: '1h', finally: '1s' } },
  ],
  [
    'invalid value: 2h0m0s should be <= pipeline duration: spec.timeouts.tasks',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { pipeline: '1h', tasks: '2h' } },
  ],
  [
    'invalid value: 2h0m0s should be <= pipeline duration: spec.timeouts.finally',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { pipeline: '1h', finally: '2h' } },
  ],
  [
    'invalid value: 0s (no timeout) should be <= pipeline duration: spec.timeouts.tasks',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { pipeline: '1h', tasks: '0' } },
  ],
  [
    'invalid value: 2h0m0s should be <= pipeline duration: spec.timeouts.tasks',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { tasks: '2h' } },
  ],
  [
    'invalid value: 30m0s + 31m0s should be <= pipeline duration: spec.timeouts.finally, spec.timeouts.tasks',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { tasks: '30m', finally: '31m' } },
  ],
  [
    'invalid value: 0s (no timeout) should be <= pipeline duration: spec.timeouts.finally',
    'PipelineRun',
    { pipelineRef: { name: 'nope' }, timeouts: { finally: '0' } },
  ],
  [
    'expected exactly one, got both: spec.taskRunSpecs[0].computeResources, spec.taskRunSpecs[0].stepSpecs.resources',
    'PipelineRun',
    {
      pipelineRef: { name: 'p' },
      taskRunSpecs: [
        {
          pipelineTaskName: 'a',
          computeResources: { requests: { cpu: '10m' } },
          stepSpecs: [{ name: 's1', computeResources: { requests: { cpu: '10m' } } }],
        },
      ],
    },
  ],
  [
    'expected exactly one, got both: spec.computeResources, spec.stepSpecs.resources',
    'TaskRun',
    {
      taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
      computeResources: { requests: { cpu: '10m' } },
      stepSpecs: [{ name: 's1', computeResources: { requests: { cpu: '10m' } } }],
    },
  ],
  [
    'expected exactly one, got both: spec.stepSpecs[1].name',
    'TaskRun',
    {
      taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
      stepSpecs: [
        { name: 's1', computeResources: {} },
        { name: 's1', computeResources: {} },
      ],
    },
  ],
  [
    'missing field(s): spec.stepSpecs[0].name',
    'TaskRun',
    {
      taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
      stepSpecs: [{ computeResources: {} }],
    },
  ],
  [
    'invalid value: -1s should be >= 0: spec.taskRunSpecs[0].timeout',
    'PipelineRun',
    { pipelineRef: { name: 'p' }, taskRunSpecs: [{ pipelineTaskName: 'a', timeout: '-1s' }] },
  ],
  [
    'invalid value: onFailure breakpoint is empty, it is only allowed to be set as enabled: spec.debug.breakpoints.onFailure',
    'TaskRun',
    {
      taskSpec: {
        steps: [
          { name: 's1', image: 'busybox', script: 'echo one' },
          { name: 's2', image: 'busybox', script: 'echo two' },
        ],
      },
      debug: { breakpoints: { beforeSteps: ['s2'] } },
      timeout: '30s',
    },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
      'default-resolver-type': 'git',
    },
  ],
  [
    'before step must be unique, the same step: s1 is defined multiple times at: spec.debug.breakpoints.beforeSteps[1]\ninvalid value: onFailure breakpoint is empty, it is only allowed to be set as enabled: spec.debug.breakpoints.onFailure',
    'TaskRun',
    {
      taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] },
      debug: { breakpoints: { beforeSteps: ['s1', 's1'] } },
    },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
      'default-resolver-type': 'git',
    },
  ],
  [
    'invalid value: onFailure breakpoint is empty, it is only allowed to be set as enabled: spec.debug.breakpoints.onFailure',
    'TaskRun',
    { taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] }, debug: { breakpoints: {} } },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
      'default-resolver-type': 'git',
    },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  ['TaskRun', { taskRef: { name: 'ok' }, status: 'TaskRunCancelled' }],
  ['TaskRun', { taskRef: { name: 'ok' }, status: 'TaskRunCancelled', statusMessage: 'because' }],
  [
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      status: 'Cancelled',
    },
  ],
  [
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      status: 'CancelledRunFinally',
    },
  ],
  [
    'PipelineRun',
    {
      pipelineSpec: {
        tasks: [{ name: 'a', taskSpec: { steps: [{ name: 's1', image: 'busybox', script: 'echo ok' }] } }],
      },
      status: 'StoppedRunFinally',
    },
  ],
  ['TaskRun', { taskRef: { name: 'nope' }, timeout: '0' }],
  ['TaskRun', { taskRef: { name: 'nope' }, timeout: '0s' }],
  ['TaskRun', { taskRef: { name: 'nope' }, timeout: '1h' }],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
