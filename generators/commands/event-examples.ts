/** One example of each event of `pipewright run -o json`. The compiler compares them with the type, so none can be missing or outdated. */

import type { RunEvent } from '../../packages/cli/src/index.js';

const run = 'build-app';
const failed = { reason: 'Failed', message: '"step-unit" exited with code 1' };

/** An example of each event, by its type. */
export const EVENT_EXAMPLES: { readonly [Type in RunEvent['type']]: Extract<RunEvent, { readonly type: Type }> } = {
  'run-start': {
    ...{ type: 'run-start', time: '2026-01-05T09:30:00.000Z', run, kind: 'PipelineRun', namespace: 'default' },
    tasks: ['test', 'deploy'],
  },
  'task-start': {
    type: 'task-start',
    time: '2026-01-05T09:30:00.120Z',
    run,
    task: 'test',
    taskRun: 'build-app-test-x7d2k',
  },
  'check-start': {
    ...{ type: 'check-start', time: '2026-01-05T09:30:04.010Z', run, task: 'deploy', check: 'on-main' },
    taskRun: 'build-app-deploy-q8w4z-on-main-5hk2c',
  },
  'check-end': {
    ...{ type: 'check-end', time: '2026-01-05T09:30:04.400Z', run, task: 'deploy', check: 'on-main' },
    ...{ outcome: 'succeeded', reason: 'Succeeded', message: 'All Steps have completed executing', seconds: 0.39 },
  },
  'step-start': { type: 'step-start', time: '2026-01-05T09:30:00.300Z', run, task: 'test', step: 'unit' },
  'step-log': {
    type: 'step-log',
    time: '2026-01-05T09:30:00.900Z',
    run,
    task: 'test',
    step: 'unit',
    line: 'ok: 12 tests',
  },
  'sidecar-log': {
    ...{ type: 'sidecar-log', time: '2026-01-05T09:30:00.500Z', run, task: 'test', sidecar: 'database' },
    line: 'ready to accept connections',
  },
  'task-retry': { type: 'task-retry', time: '2026-01-05T09:30:02.000Z', run, task: 'test', ...failed, attempt: 2 },
  'task-held': {
    ...{ type: 'task-held', time: '2026-01-05T09:30:00.200Z', run, task: 'test', reason: 'ExceededResourceQuota' },
    message: 'exceeded quota: compute',
  },
  'log-incomplete': {
    ...{ type: 'log-incomplete', time: '2026-01-05T09:30:03.000Z', run, task: 'test' },
    message: 'the log of container "step-unit" lacks 4096 bytes: no space left on device',
  },
  'step-end': {
    ...{ type: 'step-end', time: '2026-01-05T09:30:03.100Z', run, task: 'test', step: 'unit', exitCode: 0 },
    reason: 'Completed',
  },
  'task-end': {
    ...{ type: 'task-end', time: '2026-01-05T09:30:03.200Z', run, task: 'test', outcome: 'succeeded' },
    ...{ reason: 'Succeeded', message: 'All Steps have completed executing', seconds: 3.08 },
    results: [{ resource: 'app', key: 'commit', value: '06cd1fa12c7656ae19ba63b3c11b4cfa950ae71b' }],
    taskResults: [{ name: 'version', value: '1.4.0' }],
  },
  'run-end': {
    ...{ type: 'run-end', time: '2026-01-05T09:30:06.000Z', run, outcome: 'succeeded', reason: 'Succeeded' },
    ...{ message: 'All Tasks have completed executing', seconds: 6 },
  },
  deployment: {
    ...{ type: 'deployment', time: '2026-01-05T09:30:06.010Z', name: 'app', namespace: 'default', container: 'app' },
    ...{ before: 'registry.example.com/app:1.3.0', after: 'registry.example.com/app:1.4.0' },
  },
  pushed: {
    ...{ type: 'pushed', time: '2026-01-05T09:30:06.010Z', image: 'registry.example.com/app:1.4.0' },
    digest: 'sha256:12d240275e443f6e2c0c1fa0784a691697e35d4dcefe4629494975f431f2f8d5',
  },
  'next-command': {
    ...{ type: 'next-command', time: '2026-01-05T09:30:06.020Z', purpose: 'to run the failed task alone' },
    command: 'pipewright run dist --task test --resource source=app',
  },
  note: { type: 'note', time: '2026-01-05T09:29:59.900Z', message: 'stand-ins (pipewright.yaml):' },
};
