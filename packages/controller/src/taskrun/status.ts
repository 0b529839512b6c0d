/**
 * Derives a TaskRun's status from its pod.
 *
 * Pure and level-triggered: only the current state of the pod matters. Steps are listed in running order, and the message of a failure
 * names the step that failed, never one that was skipped because of it.
 */

import {
  statusWithCondition,
  taskRunFormatOf,
  type ConditionUpdate,
  type ContainerReport,
  type PodReport,
  type StepOutput,
  type StepState,
  type TaskRunObject,
  type TaskRunObjectStatus,
} from '@pipewright/tekton';
import { containersOf, SIDECAR_PREFIX, STEP_PREFIX, type ObservedContainer, type Pod } from '../pod/pod-types.js';

/** Reasons of a waiting container that cannot recover. */
const PERMANENT_WAITING_REASONS: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull']);

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
  /** Ended, or unable to recover; `mustDelete`: some of its containers still wait. */
  | { readonly kind: 'ended'; readonly update: ConditionUpdate; readonly mustDelete: boolean };

/** Evaluates a pod. */
export function evaluatePod(pod: Pod, now: Date): PodOutcome {
  const steps = containersOf(pod, STEP_PREFIX);
  const ended = (update: ConditionUpdate, mustDelete = false): PodOutcome => ({
    kind: 'ended',
    update,
    mustDelete,
  });
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const noShell = steps.filter(lacksShell).map(({ image }) => image);
  if (noShell.length > 0 && !pod.spec.initContainers?.length) return { kind: 'shell-less', images: noShell };
  const notStarted = steps.find((step) => NOT_STARTED_REASONS.has(terminated(step)?.reason ?? ''));
  if (notStarted) return ended(failedUpdate(couldNotStart(notStarted, terminated(notStarted)?.message)), !over);
  const unrecoverable = steps.find((step) => PERMANENT_WAITING_REASONS.has(waiting(step)?.reason ?? ''));
  if (unrecoverable) return ended(failedUpdate(couldNotStart(unrecoverable, waiting(unrecoverable)?.message)), true);
  const misconfigured = steps.find((step) => waiting(step)?.reason === 'CreateContainerConfigError');
  if (misconfigured) return ended(configErrorUpdate(misconfigured), true);
  if (over || (steps.length > 0 && steps.every(terminated)))
    return ended(withLogNotice(pod, finishedUpdate(pod, steps)));
  return evaluateRunning(pod, steps, now);
}

/** Returns when a pod that is being deleted must be gone; after that its node counts as lost. */
function expectedGoneAt({ metadata }: Pod): Date | undefined {
  const due = Date.parse(metadata.deletionTimestamp ?? '');
  return Number.isNaN(due) ? undefined : new Date(due + LOST_NODE_GRACE_MS);
}

function evaluateRunning(pod: Pod, steps: readonly ObservedContainer[], now: Date): PodOutcome {
  const gone = expectedGoneAt(pod);
  if (gone && now >= gone) return { kind: 'ended', update: failedUpdate(lostNodeMessage(pod)), mustDelete: true };
  if (gone) return { kind: 'going', update: progressUpdate(pod, steps), requeueAt: gone };
  const failure = steps.find((step) => (terminated(step)?.exitCode ?? 0) !== 0);
  const at = failure && Date.parse(terminated(failure)?.finishedAt ?? '');
  if (!failure || at === undefined || Number.isNaN(at)) return { kind: 'going', update: progressUpdate(pod, steps) };
  const until = new Date(at + FAILED_STEP_GRACE_MS);
  if (now < until) return { kind: 'going', update: progressUpdate(pod, steps), requeueAt: until };
  return { kind: 'ended', update: failedUpdate(exitMessage(pod, failure)), mustDelete: true };
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

const failedUpdate = (message: string): ConditionUpdate => ({ status: 'False', reason: 'Failed', message });

const couldNotStart = (step: ObservedContainer, message: string | undefined): string =>
  `"${step.name}" could not start (image: "${step.image}")${message ? `: ${message}` : ''}`;

const configErrorUpdate = (step: ObservedContainer): ConditionUpdate => ({
  status: 'False',
  reason: 'CreateContainerConfigError',
  message: `Failed to create pod due to config error: "${step.name}": ${waiting(step)?.message ?? 'no reason given'}`,
});

/** Returns the condition after all steps of a pod have ended. */
function finishedUpdate(pod: Pod, steps: readonly ObservedContainer[]): ConditionUpdate {
  const failure = steps.find((step) => (terminated(step)?.exitCode ?? 0) !== 0);
  const ended = externalStopReason(pod, failure);
  if (failure && ended) return failedUpdate(`${ended}: ${exitMessage(pod, failure)}`);
  if (failure) return failedUpdate(exitMessage(pod, failure));
  const beside = pod.status?.phase === 'Failed' ? failedSidecar(pod, steps) : undefined;
  if (beside) return failedUpdate(exitMessage(pod, beside));
  if (pod.status?.phase !== 'Failed' || steps.every((step) => terminated(step)?.exitCode === 0))
    return { status: 'True', reason: 'Succeeded', message: 'All Steps have completed executing' };
  const { reason, message } = pod.status;
  if (reason || message) return failedUpdate([reason, message].filter(Boolean).join(': '));
  return failedUpdate(initFailure(pod) ?? 'build failed for unspecified reasons.');
}

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
function externalStopReason({ metadata, status }: Pod, failure: ObservedContainer | undefined): string | undefined {
  if (status?.phase === 'Failed' && status.reason) return [status.reason, status.message].filter(Boolean).join(': ');
  const stopped = STOP_EXIT_CODES.has((failure && terminated(failure)?.exitCode) ?? 0);
  if (metadata.deletionTimestamp === undefined || !stopped) return undefined;
  return `the pod "${metadata.name ?? ''}" was deleted before it had finished`;
}

/** Returns Tekton's message, with the kubelet's reason unless it is only `Error`. */
function exitMessage(pod: Pod, step: ObservedContainer): string {
  const state = terminated(step);
  const { name = '', namespace = '' } = pod.metadata;
  const reason = state?.reason && state.reason !== 'Error' ? `${state.reason}: ` : '';
  return (
    `${reason}"${step.name}" exited with code ${String(state?.exitCode ?? '?')} (image: "${step.status?.imageID ?? ''}"); ` +
    `for logs run: kubectl -n ${namespace} logs ${name} -c ${step.name}`
  );
}

function initFailure(pod: Pod): string | undefined {
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

/** Returns the status of a TaskRun with a pod. */
export function statusWithPod(run: TaskRunObject, pod: Pod, update: ConditionUpdate, now: Date): TaskRunObjectStatus {
  const status = statusWithCondition(run.status ?? {}, update, now);
  return taskRunFormatOf(run).withPod(status, podReport(pod, update));
}

function podReport(pod: Pod, update: ConditionUpdate): PodReport {
  const { name: podName } = pod.metadata;
  // Before a container has started, changes of the reasons for which containers wait are not reported.
  const isReported = update.message !== 'Pending';
  return {
    ...(podName !== undefined && { podName }),
    steps: isReported ? containerReports(pod, STEP_PREFIX) : [],
    sidecars: isReported ? containerReports(pod, SIDECAR_PREFIX) : [],
    outputs: update.status === 'True' ? terminationEntries(pod).flatMap(outputOf) : [],
  };
}

/** Returns the states of the containers with a prefix whose status the kubelet has reported. */
const containerReports = (pod: Pod, prefix: string): readonly ContainerReport[] =>
  containersOf(pod, prefix).flatMap(({ name: container, status }) =>
    status
      ? [
          {
            name: container.slice(prefix.length),
            container,
            ...(status.imageID && { imageID: status.imageID }),
            state: status.state ?? {},
          },
        ]
      : [],
  );

type TerminationEntry = Readonly<Record<string, unknown>>;

/** Returns the entries of the steps' termination messages, in the order of the steps. Skips messages in other formats. */
function terminationEntries(pod: Pod): readonly TerminationEntry[] {
  return containersOf(pod, STEP_PREFIX).flatMap((step) => {
    const message = terminated(step)?.message?.trim() ?? '';
    if (!message.startsWith('[')) return [];
    try {
      const entries: unknown = JSON.parse(message);
      return Array.isArray(entries) ? entries.filter(isEntry) : [];
    } catch {
      return [];
    }
  });
}

const isEntry = (entry: unknown): entry is TerminationEntry => typeof entry === 'object' && entry !== null;

/** Tekton's type of an entry that is a result of the task, as opposed to a property of a resource. */
const TASK_RESULT = 'TaskRunResult';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function outputOf({ name, digest, key, value, resourceRef, type }: TerminationEntry): readonly StepOutput[] {
  if (type === TASK_RESULT) return text(key) ? [{ kind: 'result', name: text(key), value: text(value) }] : [];
  if (!text(key) && !text(digest)) return [];
  const reference = isEntry(resourceRef) ? resourceRef : {};
  return [
    {
      kind: 'resource',
      name: text(name),
      digest: text(digest),
      key: text(key),
      value: text(value),
      resourceRef: reference,
    },
  ];
}
