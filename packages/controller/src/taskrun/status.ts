/**
 * Reads a TaskRun's status off its pod.
 *
 * Pure, and level: whatever changes of the pod were missed, the pod as it is gives the status as it is. Steps are listed in
 * the order in which they run, and the message of a failure names the step that failed, never one that was skipped for it.
 */

import type { ResourceResult, SidecarState, StepState, TaskRunResult, TaskRunStatus } from '@pipewright/tekton';
import { conditionsOf, timestamp, type Verdict } from '../run/condition.js';
import { containersOf, SIDECAR_PREFIX, STEP_PREFIX, type ContainerSeen, type Pod } from '../pod/pod-types.js';

/** Reasons of a waiting container that no waiting mends. */
const HOPELESS: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull']);

/** Reasons with which a runtime reports a container that never began. */
const NEVER_BEGAN: ReadonlySet<string> = new Set(['StartError', 'ContainerCannotRun', 'RunContainerError']);

/** How long (milliseconds) later steps may outlive a failed one before the pod is taken for stuck. */
const PATIENCE = 15_000;

/** How long (milliseconds) after its time a deleted pod may still be there before its node is taken for lost. */
const FAREWELL = 30_000;

/** How a pod is doing, as far as its TaskRun is concerned. */
export type PodVerdict =
  | { readonly is: 'going'; readonly verdict: Verdict; readonly againAt?: Date }
  /** The containers' images have no /bin/sh; nothing has run. */
  | { readonly is: 'shell-less'; readonly images: readonly string[] }
  /** Ended, or beyond hope; `stop`: some of its containers still wait, so it must be deleted. */
  | { readonly is: 'ended'; readonly verdict: Verdict; readonly stop: boolean };

/** Judges a pod. */
export function judgePod(pod: Pod, now: Date): PodVerdict {
  const steps = containersOf(pod, STEP_PREFIX);
  const ended = (verdict: Verdict, stop = false): PodVerdict => ({ is: 'ended', verdict, stop });
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const noShell = steps.filter(lacksShell).map(({ image }) => image);
  if (noShell.length > 0 && !pod.spec.initContainers?.length) return { is: 'shell-less', images: noShell };
  const never = steps.find((step) => NEVER_BEGAN.has(terminated(step)?.reason ?? ''));
  if (never) return ended(failed(couldNotStart(never, terminated(never)?.message)), !over);
  const hopeless = steps.find((step) => HOPELESS.has(waiting(step)?.reason ?? ''));
  if (hopeless) return ended(failed(couldNotStart(hopeless, waiting(hopeless)?.message)), true);
  const misconfigured = steps.find((step) => waiting(step)?.reason === 'CreateContainerConfigError');
  if (misconfigured) return ended(configError(misconfigured), true);
  if (over || (steps.length > 0 && steps.every(terminated))) return ended(withLogNotice(pod, outcome(pod, steps)));
  return stuckOrGoing(pod, steps, now);
}

/** When a pod that somebody deletes should long be gone: only a node that no longer answers keeps it. */
function goneAt({ metadata }: Pod): Date | undefined {
  const due = Date.parse(metadata.deletionTimestamp ?? '');
  return Number.isNaN(due) ? undefined : new Date(due + FAREWELL);
}

function stuckOrGoing(pod: Pod, steps: readonly ContainerSeen[], now: Date): PodVerdict {
  const gone = goneAt(pod);
  if (gone && now >= gone) return { is: 'ended', verdict: failed(lost(pod)), stop: true };
  if (gone) return { is: 'going', verdict: progress(pod, steps), againAt: gone };
  const failure = steps.find((step) => (terminated(step)?.exitCode ?? 0) !== 0);
  const at = failure && Date.parse(terminated(failure)?.finishedAt ?? '');
  if (!failure || at === undefined || Number.isNaN(at)) return { is: 'going', verdict: progress(pod, steps) };
  const until = new Date(at + PATIENCE);
  if (now < until) return { is: 'going', verdict: progress(pod, steps), againAt: until };
  return { is: 'ended', verdict: failed(exitMessage(pod, failure)), stop: true };
}

const terminated = ({ status }: ContainerSeen): NonNullable<StepState['terminated']> | undefined =>
  status?.state?.terminated;

const waiting = ({ status }: ContainerSeen): StepState['waiting'] => status?.state?.waiting;

/** What container runtimes say when the entrypoint's shell is not in the image; wording differs, the facts do not. */
function lacksShell(step: ContainerSeen): boolean {
  const told = terminated(step);
  const said = told?.message ?? waiting(step)?.message ?? '';
  return /\/bin\/sh\b/.test(said) && /no such file|not found|cannot find/i.test(said) && told?.exitCode !== 0;
}

const lost = ({ metadata, spec, status }: Pod): string =>
  `the pod "${metadata.name ?? ''}" was deleted, and its node "${spec.nodeName ?? ''}" does not say that it has ended` +
  [status?.reason, status?.message]
    .filter(Boolean)
    .map((said) => `: ${said ?? ''}`)
    .join('');

const failed = (message: string): Verdict => ({ status: 'False', reason: 'Failed', message });

const couldNotStart = (step: ContainerSeen, said: string | undefined): string =>
  `"${step.name}" could not start (image: "${step.image}")${said ? `: ${said}` : ''}`;

const configError = (step: ContainerSeen): Verdict => ({
  status: 'False',
  reason: 'CreateContainerConfigError',
  message: `Failed to create pod due to config error: "${step.name}": ${waiting(step)?.message ?? 'no reason given'}`,
});

/** What became of a pod all of whose steps are over. */
function outcome(pod: Pod, steps: readonly ContainerSeen[]): Verdict {
  const failure = steps.find((step) => (terminated(step)?.exitCode ?? 0) !== 0);
  const ended = endedByOthers(pod, failure);
  if (failure && ended) return failed(`${ended}: ${exitMessage(pod, failure)}`);
  if (failure) return failed(exitMessage(pod, failure));
  const beside = pod.status?.phase === 'Failed' ? failedBeside(pod, steps) : undefined;
  if (beside) return failed(exitMessage(pod, beside));
  if (pod.status?.phase !== 'Failed' || steps.every((step) => terminated(step)?.exitCode === 0))
    return { status: 'True', reason: 'Succeeded', message: 'All Steps have completed executing' };
  const { reason, message } = pod.status;
  if (reason || message) return failed([reason, message].filter(Boolean).join(': '));
  return failed(initFailure(pod) ?? 'build failed for unspecified reasons.');
}

/** The pod's condition that says which logs are incomplete, and why. Only the embedded node knows it. */
const LOGS_INCOMPLETE = 'pipewright.dev/LogsIncomplete';

/** Adds what is missing of the logs: a run whose log ends early looks as if it had stopped there. */
function withLogNotice({ status }: Pod, verdict: Verdict): Verdict {
  const incomplete = status?.conditions?.find((each) => each.type === LOGS_INCOMPLETE && each.status === 'True');
  return incomplete?.message ? { ...verdict, message: `${verdict.message}; ${incomplete.message}` } : verdict;
}

/** A sidecar that failed while the steps still ran. One that fails when it is stopped, after them, has done its work. */
function failedBeside(pod: Pod, steps: readonly ContainerSeen[]): ContainerSeen | undefined {
  const endOf = (container: ContainerSeen): number => Date.parse(terminated(container)?.finishedAt ?? '');
  const last = Math.max(...steps.map(endOf));
  return containersOf(pod, SIDECAR_PREFIX).find(
    (sidecar) => (terminated(sidecar)?.exitCode ?? 0) !== 0 && endOf(sidecar) <= last,
  );
}

/** Exit codes of what was told to stop: SIGTERM, SIGKILL. */
const STOPPED: ReadonlySet<number> = new Set([143, 137]);

/** Why a step was stopped, when it was not the step's own doing: its exit code alone would lead astray. */
function endedByOthers({ metadata, status }: Pod, failure: ContainerSeen | undefined): string | undefined {
  if (status?.phase === 'Failed' && status.reason) return [status.reason, status.message].filter(Boolean).join(': ');
  const stopped = STOPPED.has((failure && terminated(failure)?.exitCode) ?? 0);
  if (metadata.deletionTimestamp === undefined || !stopped) return undefined;
  return `the pod "${metadata.name ?? ''}" was deleted before it had finished`;
}

/** Tekton's sentence; the kubelet's reason is added when it says more than that the exit code was not 0. */
function exitMessage(pod: Pod, step: ContainerSeen): string {
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

/** What a pod is waiting for, or that it runs. */
function progress(pod: Pod, steps: readonly ContainerSeen[]): Verdict {
  const unknown = (reason: string, message: string): Verdict => ({ status: 'Unknown', reason, message });
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

/** The status of a TaskRun whose pod is there and was judged so. */
export function statusWithPod(before: TaskRunStatus, pod: Pod, verdict: Verdict, now: Date): TaskRunStatus {
  const podName = pod.metadata.name !== undefined && { podName: pod.metadata.name };
  // Until something has begun, each container's turn from one kind of waiting to the next is no news.
  if (verdict.message === 'Pending') return { ...statusWithVerdict(before, verdict, now), ...podName };
  const steps = containersOf(pod, STEP_PREFIX).flatMap(stepState);
  const sidecars = containersOf(pod, SIDECAR_PREFIX).flatMap(sidecarState);
  const said = verdict.status === 'True' ? reportsOf(pod) : [];
  const results = said.flatMap(resultOf);
  const taskResults = said.flatMap(taskResultOf);
  return {
    ...statusWithVerdict(before, verdict, now),
    ...podName,
    ...(steps.length > 0 && { steps }),
    ...(sidecars.length > 0 && { sidecars }),
    ...(results.length > 0 && { resourcesResult: results }),
    ...(taskResults.length > 0 && { taskResults }),
  };
}

/** The status of a TaskRun about whose pod there is nothing new. Starts the clock the first time, stops it at the end. */
export function statusWithVerdict(before: TaskRunStatus, verdict: Verdict, now: Date): TaskRunStatus {
  return {
    ...before,
    conditions: conditionsOf(before, verdict, now),
    startTime: before.startTime ?? timestamp(now),
    ...(verdict.status !== 'Unknown' && { completionTime: before.completionTime ?? timestamp(now) }),
  };
}

const stepState = ({ name, status }: ContainerSeen): readonly StepState[] =>
  status
    ? [{ name: name.slice(STEP_PREFIX.length), container: name, ...imageOf(status), ...(status.state ?? {}) }]
    : [];

const sidecarState = ({ name, status }: ContainerSeen): readonly SidecarState[] =>
  status ? [{ name: name.slice(SIDECAR_PREFIX.length), ...imageOf(status) }] : [];

const imageOf = ({ imageID }: { readonly imageID?: string }): { readonly imageID?: string } =>
  imageID ? { imageID } : {};

type Report = Readonly<Record<string, unknown>>;

/** What steps left in their termination messages, in the order of the steps. A message that is something else is passed over. */
function reportsOf(pod: Pod): readonly Report[] {
  return containersOf(pod, STEP_PREFIX).flatMap((step) => {
    const said = terminated(step)?.message?.trim() ?? '';
    if (!said.startsWith('[')) return [];
    try {
      const entries: unknown = JSON.parse(said);
      return Array.isArray(entries) ? entries.filter(isReport) : [];
    } catch {
      return [];
    }
  });
}

const isReport = (entry: unknown): entry is Report => typeof entry === 'object' && entry !== null;

/** How Tekton marks the value of a task's result among the facts about resources. */
const TASK_RESULT = 'TaskRunResult';

const text = (given: unknown): string => (typeof given === 'string' ? given : '');

const taskResultOf = ({ key, value, type }: Report): readonly TaskRunResult[] =>
  type === TASK_RESULT && text(key) ? [{ name: text(key), value: text(value) }] : [];

function resultOf({ name, digest, key, value, resourceRef, type }: Report): readonly ResourceResult[] {
  if (type === TASK_RESULT || (!text(key) && !text(digest))) return [];
  const ref = isReport(resourceRef) ? resourceRef : {};
  return [{ name: text(name), digest: text(digest), key: text(key), value: text(value), resourceRef: ref }];
}
