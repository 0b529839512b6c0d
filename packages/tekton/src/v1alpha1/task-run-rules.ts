/** The rules of Tekton v0.9.2 for TaskRuns: who retries, which labels win, and the reasons and messages of failures. */

import type { PodProblem, TaskRunRules } from '../execution/task-run-rules.js';
import type { RunFailure } from '../model/run-failure.js';
import { taskReplacements } from '../variables/replacements.js';
import { substituteTask } from '../variables/task-fields.js';
import { taskNotFound, taskRunFailure, taskWorkspacesFailure } from './run-messages.js';

/** The rules. */
export const taskRunRules: TaskRunRules = {
  podLayout: 'v0.9',
  retriesItself: false,
  reportsStart: false,
  hasSettings: false,
  checksSpecs: true,
  taskLabelsTakePrecedence: true,
  permanentWaitingReasons: new Map([
    ['InvalidImageName', 'not-started'],
    ['ErrImageNeverPull', 'not-started'],
  ]),
  reportsKilledSteps: false,
  sidecarsFailFirst: false,
  cancelled: (name) => ({ reason: 'TaskRunCancelled', message: `TaskRun "${name}" was cancelled` }),
  timedOut: ({ name, timeout, pendingReason }) => ({
    reason: 'TaskRunTimeout',
    message: `TaskRun "${name}" failed to finish within "${timeout}"${pendingReason}`,
  }),
  podNotCreated: ({ namespace, task }, cause, duringTranslation) => ({
    reason: 'CouldntGetTask',
    message:
      `${task === undefined ? 'Invalid TaskSpec' : `Missing or invalid Task ${namespace}/${task}`}: ` +
      `${duringTranslation ? 'translating Build to Pod: ' : ''}${cause}`,
  }),
  taskNotFound,
  podFailure,
  argumentsFailure: ({ task, run, bound }) =>
    taskRunFailure(task, run.params, bound) ?? taskWorkspacesFailure(task, run.workspaces),
  resolveTask: (task, { run, inputs, outputs, workspaceVolumes }) => ({
    kind: 'task',
    task: substituteTask(task, taskReplacements(task, { params: run.params, inputs, outputs, workspaceVolumes })),
    workspaces: run.workspaces,
  }),
};

const failed = (message: string): RunFailure => ({ reason: 'Failed', message });

function podFailure(problem: PodProblem): RunFailure {
  switch (problem.kind) {
    case 'exited':
      return failed(
        problem.stopReason === undefined ? exitMessage(problem) : `${problem.stopReason}: ${exitMessage(problem)}`,
      );
    case 'not-started':
    case 'image-pull': {
      const container = problem.kind === 'image-pull' ? `step-${problem.step}` : problem.container;
      const cause = problem.message ? `: ${problem.message}` : '';
      return failed(`"${container}" could not start (image: "${problem.image}")${cause}`);
    }
    case 'config-error':
      return {
        reason: 'CreateContainerConfigError',
        message: `Failed to create pod due to config error: "${problem.container}": ${problem.message ?? 'no reason given'}`,
      };
    case 'pod-failed': {
      const { reason, message, initFailure } = problem;
      if (reason || message) return failed([reason, message].filter(Boolean).join(': '));
      return failed(initFailure ?? 'build failed for unspecified reasons.');
    }
    case 'node-lost':
      return failed(problem.message);
    case 'deleted':
      return failed(`the pod "${problem.podName}" was deleted before it had finished`);
  }
}

/** Returns Tekton's message, with the kubelet's reason unless it is only `Error`. */
function exitMessage(problem: PodProblem & { readonly kind: 'exited' }): string {
  const { container, exitCode, imageID, podName, namespace } = problem;
  const reason = problem.reason && problem.reason !== 'Error' ? `${problem.reason}: ` : '';
  return (
    `${reason}"${container}" exited with code ${Number.isNaN(exitCode) ? '?' : String(exitCode)} (image: "${imageID}"); ` +
    `for logs run: kubectl -n ${namespace} logs ${podName} -c ${container}`
  );
}
