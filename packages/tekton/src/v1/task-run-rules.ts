/** The rules of Tekton v1.15 for TaskRuns: who retries, which labels win, and the reasons and messages of failures. */

import type { ExpiredTaskRun, PodProblem, TaskRunNames, TaskRunRules } from '../execution/task-run-rules.js';
import type { RunFailure } from '../model/run-failure.js';
import { resolveTask } from './task-values.js';
import { taskArgumentsFailure } from './task-arguments.js';

/** The rules. */
export const taskRunRules: TaskRunRules = {
  podLayout: 'v1',
  retriesItself: true,
  reportsStart: true,
  hasSettings: true,
  checksSpecs: false, // the settings of the cluster decide what is valid, and its admission knows them
  taskLabelsTakePrecedence: false,
  permanentWaitingReasons: new Map([
    ['InvalidImageName', 'image-pull'],
    ['ImagePullBackOff', 'image-pull'],
    ['ErrImageNeverPull', 'image-pull'],
  ]),
  reportsKilledSteps: true,
  sidecarsFailFirst: true,
  cancelled: (name, cancelReason = '') => ({
    reason: 'TaskRunCancelled',
    message: `TaskRun "${name}" was cancelled. ${cancelReason}`,
  }),
  timedOut: (expired) => ({ reason: 'TaskRunTimeout', message: timeoutMessage(expired) }),
  podNotCreated: (names, cause, duringTranslation) => ({
    reason: 'PodCreationFailed',
    message: `failed to create task run pod "${names.name}": ${duringTranslation ? 'translating TaskSpec to Pod: ' : ''}${cause}. ${suspect(names)}`,
  }),
  taskNotFound: (taskRun, kind, name) => ({
    reason: 'TaskRunResolutionFailed',
    message: `error when listing tasks for taskRun ${taskRun}: ${kind}s.tekton.dev "${name}" not found`,
  }),
  podFailure,
  argumentsFailure: taskArgumentsFailure,
  resolveTask,
};

const suspect = ({ namespace, task }: TaskRunNames): string =>
  task === undefined ? 'Maybe invalid TaskSpec' : `Maybe missing or invalid Task ${namespace}/${task}`;

function timeoutMessage({ name, timeout, condition, pendingReason }: ExpiredTaskRun): string {
  const message = `TaskRun "${name}" failed to finish within "${timeout}"`;
  const { reason = '', message: before = '' } = condition ?? {};
  if (pendingReason === '') return message;
  // Tekton repeats its condition, which says nothing if it is only `Pending`.
  return before === '' || before === reason
    ? `${message}${pendingReason}`
    : `${message}\nPrevious status: [${reason}] ${before}`;
}

const REASONS = { step: 'Step', sidecar: 'Sidecar', init: 'InitContainer' } as const;

function podFailure(problem: PodProblem): RunFailure {
  switch (problem.kind) {
    case 'exited': {
      const { container, exitCode, reason, hasTimedOut } = problem;
      const subject = REASONS[problem.role];
      if (hasTimedOut)
        return {
          reason: `${subject}Failed`,
          message: `"${container}" exited because the step exceeded the specified timeout limit`,
        };
      const message = `"${container}" exited with code ${Number.isNaN(exitCode) ? '?' : String(exitCode)}: ${reason || 'Error'}`;
      return {
        reason: reason === 'OOMKilled' ? `${subject}OOM` : `${subject}Failed`,
        message: problem.role === 'init' ? `init container failed, ${message}` : message,
      };
    }
    case 'not-started':
      return problem.exitCode === undefined
        ? {
            reason: 'StepFailed',
            message: `"${problem.container}" could not start: ${problem.message ?? problem.reason}`,
          }
        : {
            reason: 'StepFailed',
            message: `"${problem.container}" exited with code ${String(problem.exitCode)}: ${problem.reason}`,
          };
    case 'config-error':
      return { reason: 'CreateContainerConfigError', message: 'Failed to create pod due to config error' };
    case 'image-pull': {
      const { step, taskRun, image, message } = problem;
      return {
        reason: 'TaskRunImagePullFailed',
        message: `the step "${step}" in TaskRun "${taskRun}" failed to pull the image "${image}". The pod errored with the message: "${message}."`,
      };
    }
    case 'pod-failed': {
      const { reason, message, initFailure } = problem;
      if (reason === 'Evicted') return { reason: 'PodEvicted', message };
      return { reason: 'Failed', message: initFailure ?? (message || 'build failed for unspecified reasons.') };
    }
    case 'node-lost':
      return { reason: 'Failed', message: problem.message };
    case 'deleted':
      return { reason: 'Failed', message: `the pod "${problem.podName}" was deleted before it had finished` };
  }
}
