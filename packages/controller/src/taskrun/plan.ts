/**
 * Decides what to do about one TaskRun.
 *
 *     reconcile:  observe ──▶  plan  ──▶ apply
 *                   I/O        pure       I/O
 *
 * `planTaskRun` reads no clock, calls no API and remembers nothing: equal `Observed` gives an equal decision, whatever woke it.
 * Rules are Tekton v0.9.2's order (cancel, then timeout, then the pod), and two of our own: an attempt has one pod, so a
 * pod that somebody deleted is a failure and never made again; a pod whose images lack a shell is replaced once, before
 * anything in it has run.
 */

import { DEFAULT_TIMEOUT_MS, formatDuration, readTaskRun, type TaskRun, type TaskRunStatus } from '@pipewright/tekton';
import { conditionsOf, deadlineOf, isDone, timestamp, type Verdict } from '../run/condition.js';
import { labels } from '../run/labels.js';
import { besideSteps, type Pod } from '../pod/pod-types.js';
import { judgePod, statusWithPod, statusWithVerdict } from './status.js';
import { whyNotBegun } from './pending-reason.js';

/** All that a decision may depend on. */
export interface ObservedTaskRun {
  readonly run: TaskRun;
  /** The attempt's pods that are there and ours. Both are, while one takes the other's place. */
  readonly pod?: Pod;
  readonly replacement?: Pod;
  readonly now: Date;
}

/** One change to the cluster. Doing it twice is the same as doing it once. */
export type TaskRunAction =
  /** Make the attempt's pod; `replacement`: the one that takes the place of a pod whose images had no shell. */
  | {
      readonly do: 'start';
      readonly attempt: number;
      readonly replacement: boolean;
      readonly shellLess: readonly string[];
    }
  | { readonly do: 'delete'; readonly pod: Pod }
  | { readonly do: 'announce'; readonly pod: Pod }
  | { readonly do: 'stop-sidecars'; readonly pod: Pod; readonly containers: readonly number[] };

/** What is to be. */
export interface TaskRunDecision {
  /** The status as it should be; equal to the observed one when nothing is to be written. */
  readonly status: TaskRunStatus;
  readonly actions: readonly TaskRunAction[];
  /** When to decide again if nothing changes first. Absent: only a change can matter. */
  readonly againAt?: Date;
}

/** The rules, first match wins. */
export function planTaskRun(seen: ObservedTaskRun): TaskRunDecision {
  const { run, now } = seen;
  const status = run.status ?? {};
  const pod = seen.replacement ?? seen.pod;
  if (run.metadata.deletionTimestamp !== undefined) return { status, actions: [] };
  if (isDone(status)) return { status, actions: podsOf(seen).flatMap((one) => leftovers(one, now)) };

  const model = readTaskRun(run.spec);
  const timeout = model.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = deadlineOf(status.startTime, timeout);
  const end = (reason: string, message: string): TaskRunDecision => {
    const verdict: Verdict = { status: 'False', reason, message };
    const next = pod ? statusWithPod(status, pod, verdict, now) : statusWithVerdict(status, verdict, now);
    return { status: next, actions: podsOf(seen).map((one) => ({ do: 'delete', pod: one })) };
  };
  const name = run.metadata.name ?? '';
  if (model.isCancelRequested) return end('TaskRunCancelled', `TaskRun "${name}" was cancelled`);
  if (deadline && now >= deadline && !endedInTime(pod, now))
    return end(
      'TaskRunTimeout',
      `TaskRun "${name}" failed to finish within "${formatDuration(timeout)}"${whyNotBegun(status, pod, now)}`,
    );

  const decision = pod ? planWithPod(seen, pod) : planWithoutPod(run, now);
  return deadline ? { ...decision, againAt: earlier(decision.againAt, deadline) } : decision;
}

/** A pod that ended before anybody looked is judged by how it ended, not by how late it was looked at. */
const endedInTime = (pod: Pod | undefined, now: Date): boolean =>
  pod !== undefined && judgePod(pod, now).is === 'ended';

const podsOf = ({ pod, replacement }: ObservedTaskRun): readonly Pod[] =>
  [pod, replacement].flatMap((one) => (one && one.metadata.deletionTimestamp === undefined ? [one] : []));

const earlier = (a: Date | undefined, b: Date): Date => (a && a < b ? a : b);

/** What a finished run still has to end: a pod that a crash kept us from deleting, or sidecars. */
function leftovers(pod: Pod, now: Date): readonly TaskRunAction[] {
  const judged = judgePod(pod, now);
  const over = judged.is === 'ended' && !judged.stop;
  return over ? sidecarsToStop(pod) : [{ do: 'delete', pod }];
}

/** How many attempts came before. */
export const attemptOf = (status: TaskRunStatus | undefined): number => status?.retriesStatus?.length ?? 0;

function planWithoutPod(run: TaskRun, now: Date): TaskRunDecision {
  const status = run.status ?? {};
  if (status.podName) {
    const message = `the pod "${status.podName}" was deleted before it had finished`;
    return { status: statusWithVerdict(status, { status: 'False', reason: 'Failed', message }, now), actions: [] };
  }
  const started: TaskRunStatus = {
    ...status,
    conditions: conditionsOf(status, { status: 'Unknown', reason: 'Pending', message: 'Pending' }, now),
    startTime: status.startTime ?? timestamp(now),
  };
  return {
    status: started,
    actions: [{ do: 'start', attempt: attemptOf(status), replacement: false, shellLess: [] }],
  };
}

function planWithPod({ run, pod: first, replacement, now }: ObservedTaskRun, pod: Pod): TaskRunDecision {
  const status = run.status ?? {};
  const leftOver: readonly TaskRunAction[] =
    replacement && first && first.metadata.deletionTimestamp === undefined ? [{ do: 'delete', pod: first }] : [];
  const judged = judgePod(pod, now);
  switch (judged.is) {
    case 'shell-less':
      return {
        status,
        actions: [{ do: 'start', attempt: attemptOf(status), replacement: true, shellLess: judged.images }],
      };
    case 'ended':
      return {
        status: statusWithPod(status, pod, judged.verdict, now),
        actions: [...leftOver, ...(judged.stop ? [{ do: 'delete', pod } as const] : sidecarsToStop(pod))],
      };
    case 'going':
      return {
        status: statusWithPod(status, pod, judged.verdict, now),
        actions: [...leftOver, ...readiness(pod)],
        ...(judged.againAt && { againAt: judged.againAt }),
      };
  }
}

/** Step 0 waits for this annotation when there are sidecars. */
function readiness(pod: Pod): readonly TaskRunAction[] {
  const sidecars = besideSteps(pod);
  const announced = pod.metadata.annotations?.[labels.ready] !== undefined;
  // One that has ended will not get readier: a sidecar may be there to prepare something.
  const ready =
    pod.status?.phase === 'Running' &&
    sidecars.every(({ status }) => status?.ready === true || status?.state?.terminated !== undefined);
  return sidecars.length > 0 && !announced && ready ? [{ do: 'announce', pod }] : [];
}

/** Sidecars that still run although the steps are over, by their place in the pod. */
function sidecarsToStop(pod: Pod): readonly TaskRunAction[] {
  if (pod.metadata.deletionTimestamp !== undefined) return [];
  const running = new Set(
    besideSteps(pod)
      .filter(({ status }) => status?.state?.running)
      .map(({ name }) => name),
  );
  const containers = pod.spec.containers.flatMap(({ name }, index) => (running.has(name) ? [index] : []));
  return containers.length > 0 ? [{ do: 'stop-sidecars', pod, containers }] : [];
}
