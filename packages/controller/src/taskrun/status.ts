/**
 * Derives a TaskRun's status from its pod.
 *
 * Pure and level-triggered: only the current state of the pod matters. Steps are listed in running order, and the message of a failure
 * names the step that failed, never one that was skipped because of it.
 */

import {
  parseTerminationMessage,
  statusWithCondition,
  stepReport,
  taskRunFormatOf,
  TEKTON_LABELS,
  type ConditionUpdate,
  type ContainerRole,
  type PodProblem,
  type StepReport,
  type StepState,
  type TaskRunObject,
  type TaskRunObjectStatus,
  type TaskRunRules,
} from '@pipewright/tekton';
import { podReport } from './pod-report.js';
import { containersOf, SIDECAR_PREFIX, STEP_PREFIX, type ObservedContainer, type Pod } from '../pod/pod-types.js';

/** Reasons with which a runtime reports a container that did not start. */
const NOT_STARTED_REASONS: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun', 'RunContainerError']);

/** Milliseconds for which later steps may outlive a failed one before the pod counts as stuck. */
const FAILED_STEP_GRACE_MS = 15_000;

/** Milliseconds for which a deleted pod may exist after its grace period before its node counts as lost. */
const LOST_NODE_GRACE_MS = 30_000;

/** The outcome of a pod for its TaskRun. */
export type PodOutcome =
  | { readonly kind: 'going'; readonly update: ConditionUpdate; readonly requeueAt?: Date }
  /** The containers' images have no /bin/sh; nothing has run. */
  | { readonly kind: 'shell-less'; readonly images: readonly string[] }
  /** Ended, or unable to recover; `mustDelete`: some of its containers still wait; `isKilled`: its steps count as ended. */
  | {
      readonly kind: 'ended';
      readonly update: ConditionUpdate;
      readonly mustDelete: boolean;
      readonly isKilled: boolean;
    };

/** Evaluates a pod. */
export function evaluatePod(pod: Pod, rules: TaskRunRules, now: Date): PodOutcome {
  const steps = containersOf(pod, STEP_PREFIX);
  const ended = (update: ConditionUpdate, mustDelete = false, isKilled = false): PodOutcome => ({
    kind: 'ended',
    update,
    mustDelete,
    isKilled,
  });
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const noShell = steps.filter(lacksShell).map(({ image }) => image);
  if (noShell.length > 0 && !pod.spec.initContainers?.length) return { kind: 'shell-less', images: noShell };
  const failed = (problem: PodProblem): ConditionUpdate => ({ status: 'False', ...rules.podFailure(problem) });
  const notStarted = steps.find((step) => NOT_STARTED_REASONS.has(terminated(step)?.reason ?? ''));
  if (notStarted) return ended(failed(notStartedProblem(notStarted)), !over);
  const stuck = steps.find((step) => rules.permanentWaitingReasons.has(waiting(step)?.reason ?? ''));
  if (stuck) return ended(failed(waitingProblem(pod, stuck, rules)), true, rules.reportsKilledSteps);
  const misconfigured = steps.find((step) => waiting(step)?.reason === 'CreateContainerConfigError');
  if (misconfigured) return ended(failed(configProblem(misconfigured)), true);
  if (over || (steps.length > 0 && steps.every(terminated)))
    return ended(withLogNotice(pod, finishedUpdate(pod, steps, failed, rules)));
  return evaluateRunning(pod, steps, failed, now);
}

/** Returns when a pod that is being deleted must be gone; after that its node counts as lost. */
function expectedGoneAt({ metadata }: Pod): Date | undefined {
  const due = Date.parse(metadata.deletionTimestamp ?? '');
  return Number.isNaN(due) ? undefined : new Date(due + LOST_NODE_GRACE_MS);
}

function evaluateRunning(
  pod: Pod,
  steps: readonly ObservedContainer[],
  failed: (problem: PodProblem) => ConditionUpdate,
  now: Date,
): PodOutcome {
  const gone = expectedGoneAt(pod);
  if (gone && now >= gone)
    return {
      kind: 'ended',
      update: failed({ kind: 'node-lost', message: lostNodeMessage(pod) }),
      mustDelete: true,
      isKilled: false,
    };
  if (gone) return { kind: 'going', update: progressUpdate(pod, steps), requeueAt: gone };
  const failure = steps.find((step) => (terminated(step)?.exitCode ?? 0) !== 0);
  const at = failure && Date.parse(terminated(failure)?.finishedAt ?? '');
  if (!failure || at === undefined || Number.isNaN(at)) return { kind: 'going', update: progressUpdate(pod, steps) };
  const until = new Date(at + FAILED_STEP_GRACE_MS);
  if (now < until) return { kind: 'going', update: progressUpdate(pod, steps), requeueAt: until };
  return { kind: 'ended', update: failed(exitProblem(pod, failure, 'step')), mustDelete: true, isKilled: false };
}

const terminated = ({ status }: ObservedContainer): NonNullable<StepState['terminated']> | undefined =>
  status?.state?.terminated;

const waiting = ({ status }: ObservedContainer): StepState['waiting'] => status?.state?.waiting;

/** Reports whether the container runtime did not find the entrypoint's shell in the image; the wording differs between runtimes. */
function lacksShell(step: ObservedContainer): boolean {
  const terminatedState = terminated(step);
  const message = terminatedState?.message ?? waiting(step)?.message ?? '';
  return (
    /\/bin\/sh\b/.test(message) &&
    /no such file|not found|cannot find/i.test(message) &&
    terminatedState?.exitCode !== 0
  );
}

const lostNodeMessage = ({ metadata, spec, status }: Pod): string =>
  `the pod "${metadata.name ?? ''}" was deleted, and its node "${spec.nodeName ?? ''}" does not say that it has ended` +
  [status?.reason, status?.message]
    .filter(Boolean)
    .map((message) => `: ${message ?? ''}`)
    .join('');

function notStartedProblem(step: ObservedContainer): PodProblem {
  const { exitCode, reason = '', message } = terminated(step) ?? { exitCode: 0 };
  return {
    kind: 'not-started',
    container: step.name,
    image: step.image,
    exitCode,
    reason,
    ...(message && { message }),
  };
}

/** Returns why a waiting container cannot recover. */
function waitingProblem({ metadata }: Pod, step: ObservedContainer, rules: TaskRunRules): PodProblem {
  const { reason = '', message = '' } = waiting(step) ?? {};
  const { name: container, image } = step;
  if (rules.permanentWaitingReasons.get(reason) === 'not-started')
    return { kind: 'not-started', container, image, reason, message };
  const taskRun = metadata.labels?.[TEKTON_LABELS.taskRun] ?? '';
  return { kind: 'image-pull', taskRun, step: container.slice(STEP_PREFIX.length), image, message };
}

function configProblem(step: ObservedContainer): PodProblem {
  const { message } = waiting(step) ?? {};
  return { kind: 'config-error', container: step.name, ...(message !== undefined && { message }) };
}

function exitProblem(
  { metadata }: Pod,
  container: ObservedContainer,
  role: ContainerRole,
  stopReason?: string,
): PodProblem & { readonly kind: 'exited' } {
  const state = terminated(container);
  return {
    kind: 'exited',
    role,
    container: container.name,
    exitCode: state?.exitCode ?? NaN,
    reason: state?.reason ?? '',
    imageID: container.status?.imageID ?? '',
    hasTimedOut: reportOf(container).terminationReason === 'TimeoutExceeded',
    ...(stopReason !== undefined && { stopReason }),
    podName: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
  };
}

/** Returns what the entrypoint reports about a step itself. */
const reportOf = (step: ObservedContainer): StepReport =>
  stepReport(parseTerminationMessage(terminated(step)?.message) ?? []);

/** Returns the condition after all steps of a pod have ended. */
function finishedUpdate(
  pod: Pod,
  steps: readonly ObservedContainer[],
  failed: (problem: PodProblem) => ConditionUpdate,
  { sidecarsFailFirst }: Pick<TaskRunRules, 'sidecarsFailFirst'>,
): ConditionUpdate {
  const beside = failedSidecar(pod, steps);
  if (beside && sidecarsFailFirst) return failed(exitProblem(pod, beside, 'sidecar'));
  const failure = steps.find((step) => (terminated(step)?.exitCode ?? 0) !== 0);
  if (failure) return failed(exitProblem(pod, failure, 'step', externalStopReason(pod, failure)));
  if (beside && pod.status?.phase === 'Failed') return failed(exitProblem(pod, beside, 'sidecar'));
  if (pod.status?.phase !== 'Failed' || steps.every((step) => terminated(step)?.exitCode === 0))
    return { status: 'True', reason: 'Succeeded', message: 'All Steps have completed executing' };
  const { reason = '', message = pod.metadata.deletionTimestamp === undefined ? '' : deletedMessage(pod) } = pod.status;
  const initFailure = initFailureOf(pod);
  return failed({ kind: 'pod-failed', reason, message, ...(initFailure !== undefined && { initFailure }) });
}

const deletedMessage = ({ metadata }: Pod): string =>
  `the pod "${metadata.name ?? ''}" was deleted before it had finished`;

/** The pod condition about incomplete logs. Only the embedded node sets it. */
const LOGS_INCOMPLETE = 'pipewright.dev/LogsIncomplete';

/** Adds the message about incomplete logs, since a truncated log suggests that the run stopped there. */
function withLogNotice({ status }: Pod, update: ConditionUpdate): ConditionUpdate {
  const incomplete = status?.conditions?.find((each) => each.type === LOGS_INCOMPLETE && each.status === 'True');
  return incomplete?.message ? { ...update, message: `${update.message}; ${incomplete.message}` } : update;
}

/** Returns a sidecar that failed while steps were running. A failure when it is stopped after the steps does not count. */
function failedSidecar(pod: Pod, steps: readonly ObservedContainer[]): ObservedContainer | undefined {
  const endOf = (container: ObservedContainer): number => Date.parse(terminated(container)?.finishedAt ?? '');
  const last = Math.max(...steps.map(endOf));
  return containersOf(pod, SIDECAR_PREFIX).find(
    (sidecar) => (terminated(sidecar)?.exitCode ?? 0) !== 0 && endOf(sidecar) <= last,
  );
}

/** Exit codes after SIGTERM and SIGKILL. */
const STOP_EXIT_CODES: ReadonlySet<number> = new Set([143, 137]);

/** Returns why a step was stopped from outside; its exit code alone would be misleading. */
function externalStopReason(pod: Pod, failure: ObservedContainer | undefined): string | undefined {
  const { metadata, status } = pod;
  if (status?.phase === 'Failed' && status.reason) return [status.reason, status.message].filter(Boolean).join(': ');
  const stopped = STOP_EXIT_CODES.has((failure && terminated(failure)?.exitCode) ?? 0);
  return metadata.deletionTimestamp === undefined || !stopped ? undefined : deletedMessage(pod);
}

function initFailureOf(pod: Pod): string | undefined {
  const bad = pod.status?.initContainerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  const state = bad?.state?.terminated;
  return (
    bad &&
    `init container "${bad.name}" exited with code ${String(state?.exitCode)}: ${state?.message ?? state?.reason ?? ''}`
  );
}

/** Returns the condition of a pod that waits or runs. */
function progressUpdate(pod: Pod, steps: readonly ObservedContainer[]): ConditionUpdate {
  const unknown = (reason: string, message: string): ConditionUpdate => ({ status: 'Unknown', reason, message });
  const held = steps.find((step) => waiting(step)?.message);
  if (held)
    return unknown('Pending', `build step "${held.name}" is pending with reason "${waiting(held)?.message ?? ''}"`);
  if (pod.status?.phase === 'Running') return unknown('Running', 'Not all Steps in the Task have finished executing');
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || !scheduled.message) return unknown('Pending', 'Pending');
  return scheduled.message.includes('Insufficient')
    ? unknown('ExceededNodeResources', 'TaskRun Pod exceeded available resources')
    : unknown('Pending', `pod status "PodScheduled":"False"; message: "${scheduled.message}"`);
}

/** Returns the status of a TaskRun with a pod. `killed`: its steps that have not ended are about to be killed. */
export function statusWithPod(
  run: TaskRunObject,
  pod: Pod,
  update: ConditionUpdate,
  now: Date,
  killed = false,
): TaskRunObjectStatus {
  const format = taskRunFormatOf(run);
  const hasSucceeded = update.status === 'True';
  const report = podReport(pod, update, killed ? { reason: update.reason, now } : undefined);
  const withPod = format.withPod(run.status ?? {}, report);
  const failure = hasSucceeded ? format.resultsFailure(withPod) : undefined;
  return statusWithCondition(withPod, failure ? { status: 'False', ...failure } : update, now);
}
