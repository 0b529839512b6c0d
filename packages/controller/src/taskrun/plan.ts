/**
 * Decides what to do about one TaskRun.
 *
 *     reconcile:  observe ──▶  plan  ──▶ apply
 *                   I/O        pure       I/O
 *
 * `planTaskRun` is pure: equal observed states give equal decisions for any event. The order is Tekton v0.9.2's
 * (cancel, timeout, pod), with two rules of this project: an attempt has one pod, so a deleted pod is a failure and is never created
 * again; a pod whose images lack a shell is replaced once, before anything in it has run.
 */

import {
  statusWithCondition,
  succeededCondition,
  taskRunFormatOf,
  taskRunModel,
  taskRunRulesOf,
  conditionsOf,
  deadlineOf,
  DEFAULT_TIMEOUT_MS,
  formatDuration,
  isDone,
  READY_ANNOTATION,
  type ConditionUpdate,
  type TaskRunModel,
  type TaskRunObject,
  type RunFailure,
  type TaskRunObjectStatus,
  type TaskRunRules,
} from '@pipewright/tekton';
import { timestamp } from '@pipewright/apimachinery';
import { nonStepContainers, type Pod } from '../pod/pod-types.js';
import { evaluatePod, statusWithPod } from './status.js';
import { pendingReason } from './pending-reason.js';

/** Everything a decision depends on. */
export interface ObservedTaskRun {
  readonly run: TaskRunObject;
  /** The attempt's pods that exist and belong to the run. Both exist while one replaces the other. */
  readonly pod?: Pod;
  readonly replacement?: Pod;
  readonly now: Date;
}

/** One idempotent change to the cluster. */
export type TaskRunAction =
  /** Start the attempt (see `planAttempt`); `replacement`: with the pod that replaces one whose images have no shell. */
  | {
      readonly kind: 'start';
      readonly attempt: number;
      readonly replacement: boolean;
      readonly shellLess: readonly string[];
    }
  | { readonly kind: 'delete'; readonly pod: Pod }
  | { readonly kind: 'announce'; readonly pod: Pod }
  | { readonly kind: 'stop-sidecars'; readonly pod: Pod; readonly containers: readonly number[] };

/** The status and the actions that follow from the observed state. */
export interface TaskRunDecision {
  /** The desired status; equal to the observed one if nothing changes. */
  readonly status: TaskRunObjectStatus;
  readonly actions: readonly TaskRunAction[];
  /** When to decide again if nothing changes first. Absent: only a change matters. */
  readonly requeueAt?: Date;
}

/** The rules, first match wins. */
export function planTaskRun(observed: ObservedTaskRun): TaskRunDecision {
  const { run, now } = observed;
  const rules = taskRunRulesOf(run);
  const status = run.status ?? {};
  const pod = observed.replacement ?? observed.pod;
  if (run.metadata.deletionTimestamp !== undefined) return { status, actions: [] };
  if (isDone(status)) return { status, actions: podsOf(observed).flatMap((one) => cleanUp(one, rules, now)) };

  const model = taskRunModel(run);
  if (model.managedBy !== undefined && model.managedBy !== THIS_CONTROLLER) return { status, actions: [] };
  if (model.isPending && status.startTime === undefined) return { status: pendingStatus(run, now), actions: [] };
  const timeout = model.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = deadlineOf(status.startTime, timeout);
  const end = (failure: RunFailure): TaskRunDecision => {
    const update: ConditionUpdate = { status: 'False', ...failure };
    const next = pod
      ? statusWithPod(run, pod, update, now, rules.reportsKilledSteps)
      : statusWithCondition(status, update, now);
    return { status: next, actions: podsOf(observed).map((one) => ({ kind: 'delete', pod: one })) };
  };
  const name = run.metadata.name ?? '';
  if (model.isCancelRequested) return end(rules.cancelled(name, model.cancelReason));
  if (deadline && now >= deadline && !hasEnded(pod, rules, now)) {
    const failure = rules.timedOut({
      name,
      timeout: formatDuration(timeout),
      pendingReason: pendingReason(status, pod, rules, now),
      condition: succeededCondition(status),
    });
    return withRetry(run, model, end(failure), now);
  }
  const decision = pod ? planWithPod(observed, pod) : planWithoutPod(run, now);
  if (isDone(decision.status)) return withRetry(run, model, decision, now);
  return deadline ? { ...decision, requeueAt: earlierOf(decision.requeueAt, deadline) } : decision;
}

/** The value of `managedBy` of runs that this controller executes. */
const THIS_CONTROLLER = 'tekton.dev/pipeline';

const pendingStatus = (run: TaskRunObject, now: Date): TaskRunObjectStatus => ({
  ...run.status,
  conditions: conditionsOf(
    run.status,
    {
      status: 'Unknown',
      reason: 'TaskRunPending',
      message: `TaskRun "${run.metadata.name ?? ''}" is pending`,
    },
    now,
  ),
});

/** Returns a decision that ends a run, or that begins its next attempt if the run retries itself. */
function withRetry(
  run: TaskRunObject,
  { retries }: TaskRunModel,
  decision: TaskRunDecision,
  now: Date,
): TaskRunDecision {
  const { status, actions } = decision;
  const isOver = succeededCondition(status)?.status !== 'False' || attemptOf(run) >= retries;
  if (isOver || !taskRunRulesOf(run).retriesItself) return decision;
  return { status: taskRunFormatOf(run).nextAttempt(status, now), actions, requeueAt: now };
}

/** The outcome of a pod that has ended takes precedence over a timeout that passed before it was observed. */
const hasEnded = (pod: Pod | undefined, rules: TaskRunRules, now: Date): boolean =>
  pod !== undefined && evaluatePod(pod, rules, now).kind === 'ended';

const podsOf = ({ pod, replacement }: ObservedTaskRun): readonly Pod[] =>
  [pod, replacement].flatMap((one) => (one && one.metadata.deletionTimestamp === undefined ? [one] : []));

const earlierOf = (a: Date | undefined, b: Date): Date => (a && a < b ? a : b);

/** Returns what a finished run must still stop: sidecars, or a pod that was not deleted because of a crash. */
function cleanUp(pod: Pod, rules: TaskRunRules, now: Date): readonly TaskRunAction[] {
  const outcome = evaluatePod(pod, rules, now);
  const over = outcome.kind === 'ended' && !outcome.mustDelete;
  return over ? sidecarsToStop(pod) : [{ kind: 'delete', pod }];
}

/** Returns the number of earlier attempts. */
export const attemptOf = (run: TaskRunObject): number => taskRunFormatOf(run).attempt(run.status);

function planWithoutPod(run: TaskRunObject, now: Date): TaskRunDecision {
  const status = run.status ?? {};
  if (status.podName) {
    const failure = taskRunRulesOf(run).podFailure({ kind: 'deleted', podName: status.podName });
    return { status: statusWithCondition(status, { status: 'False', ...failure }, now), actions: [] };
  }
  const started: TaskRunObjectStatus = {
    ...status,
    conditions: conditionsOf(status, { status: 'Unknown', reason: 'Pending', message: 'Pending' }, now),
    startTime: status.startTime ?? timestamp(now),
  };
  return {
    status: started,
    actions: [{ kind: 'start', attempt: attemptOf(run), replacement: false, shellLess: [] }],
  };
}

function planWithPod({ run, pod: first, replacement, now }: ObservedTaskRun, pod: Pod): TaskRunDecision {
  const status = run.status ?? {};
  const deleteFirst: readonly TaskRunAction[] =
    replacement && first && first.metadata.deletionTimestamp === undefined ? [{ kind: 'delete', pod: first }] : [];
  const outcome = evaluatePod(pod, taskRunRulesOf(run), now);
  switch (outcome.kind) {
    case 'shell-less':
      return {
        status,
        actions: [{ kind: 'start', attempt: attemptOf(run), replacement: true, shellLess: outcome.images }],
      };
    case 'ended':
      return {
        status: statusWithPod(run, pod, outcome.update, now, outcome.isKilled),
        actions: [...deleteFirst, ...(outcome.mustDelete ? [{ kind: 'delete', pod } as const] : sidecarsToStop(pod))],
      };
    case 'going':
      return {
        status: statusWithPod(run, pod, outcome.update, now),
        actions: [...deleteFirst, ...announceReadiness(pod)],
        ...(outcome.requeueAt && { requeueAt: outcome.requeueAt }),
      };
  }
}

/** Annotates the pod when its sidecars are ready; step 0 waits for the annotation. */
function announceReadiness(pod: Pod): readonly TaskRunAction[] {
  const sidecars = nonStepContainers(pod);
  const isAnnounced = pod.metadata.annotations?.[READY_ANNOTATION] !== undefined;
  // A terminated sidecar counts as ready: it may have prepared something.
  const isReady =
    pod.status?.phase === 'Running' &&
    sidecars.every(({ status }) => status?.ready === true || status?.state?.terminated !== undefined);
  return sidecars.length > 0 && !isAnnounced && isReady ? [{ kind: 'announce', pod }] : [];
}

/** Stops sidecars that still run after the steps, by their index in the pod. */
function sidecarsToStop(pod: Pod): readonly TaskRunAction[] {
  if (pod.metadata.deletionTimestamp !== undefined) return [];
  const running = new Set(
    nonStepContainers(pod)
      .filter(({ status }) => status?.state?.running)
      .map(({ name }) => name),
  );
  const containers = pod.spec.containers.flatMap(({ name }, index) => (running.has(name) ? [index] : []));
  return containers.length > 0 ? [{ kind: 'stop-sidecars', pod, containers }] : [];
}
