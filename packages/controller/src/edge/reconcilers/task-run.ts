/**
 * Observes one TaskRun, has `planTaskRun` decide, and carries the decision out.
 *
 * No rule about runs is here. A pod is made before the status is written, because that is what the user waits for; all
 * other changes come after it, so that a crash leaves the reason behind rather than its effect.
 */

import { ApiError, keyOf, PODS, hasReason, TerminalError, type Result } from '@pipewright/kube';
import { readTaskRun, type TaskRun, type TaskRunStatus } from '@pipewright/tekton';
import { awaitsDelivery, pendingDeliveries } from '../../resources/cloud-events.js';
import { isDone, succeededCondition } from '../../run/condition.js';
import { labels } from '../../run/labels.js';
import type { Pod } from '../../pod/pod-types.js';
import {
  isQuotaExceeded,
  quotaExceeded,
  quotaRetryDelayMs,
  quotaAttempts,
} from '../../taskrun/pod-creation-failure.js';
import { podNameOf } from '../../pod/pod.js';
import { attemptOf, planTaskRun, type TaskRunAction } from '../../taskrun/plan.js';
import { missingTaskPrefix, type Start } from '../../taskrun/start.js';
import { statusWithPod, statusWithCondition } from '../../taskrun/status.js';
import { gatherAndStart } from './start-inputs.js';
import {
  resultAfterWrite,
  isControlledBy,
  writeMetadata,
  writeStatus,
  TASK_RUNS,
  enqueueOwner,
  type StatusWriteResult,
  type ReconcilerDeps,
} from '../reconciler-deps.js';

/** One look at one TaskRun. */
export async function reconcileTaskRun(deps: ReconcilerDeps, key: string): Promise<Result> {
  const run = deps.taskRuns.get(key);
  if (!run) {
    deps.quotaWaitQueue.remove(key);
    deps.createdPods.delete(key);
    return {};
  }
  const now = deps.clock.date();
  const decision = planTaskRun({ run, ...(await podsOf(deps, run)), now });
  let started: StartResult = { run, status: decision.status };
  for (const action of decision.actions)
    if (action.kind === 'start') started = await startAttempt(deps, run, action, started.status);
  const { status, wanted, requeueAfterMs, unwritten } = started;
  if (unwritten) return resultAfterWrite(unwritten);
  if (requeueAfterMs === undefined) deps.quotaWaitQueue.remove(key);
  const write = await writeTaskRunStatus(deps, started.run, status);
  if (write !== 'written') return resultAfterWrite(write);
  deps.createdPods.delete(key);
  for (const action of decision.actions) await apply(deps, action);
  if (awaitsDelivery(status)) deps.cloudEventQueue.add(key);
  if (wanted) await writeMetadata(deps, deps.taskRuns, TASK_RUNS, key, wanted.inherits);
  const due = decision.requeueAt && !isDone(status) ? decision.requeueAt.getTime() - now.getTime() : undefined;
  return {
    requeueAfterMs: requeueAfterMs === undefined || (due !== undefined && due < requeueAfterMs) ? due : requeueAfterMs,
  };
}

/** The attempt's pods. What the status remembers and the cache does not know is asked for: it may just be new. */
async function podsOf(deps: ReconcilerDeps, run: TaskRun): Promise<{ readonly pod?: Pod; readonly replacement?: Pod }> {
  const { name = '', uid = '', namespace = '' } = run.metadata;
  const attempt = attemptOf(run.status);
  const look = async (podName: string): Promise<Pod | undefined> => {
    const cached = deps.pods.get(`${namespace}/${podName}`);
    const pod =
      cached ??
      (run.status?.podName === podName && !isDone(run.status) ? await getPod(deps, namespace, podName) : undefined);
    return pod && isControlledBy(pod, uid) ? pod : undefined;
  };
  const pod = await look(podNameOf({ name, uid }, attempt, false));
  const replacement = await look(podNameOf({ name, uid }, attempt, true));
  return { ...(pod && { pod }), ...(replacement && { replacement }) };
}

async function getPod(deps: ReconcilerDeps, namespace: string, name: string): Promise<Pod | undefined> {
  const pod = await deps.client.get<Pod>(PODS, { namespace, name });
  if (pod) deps.pods.record(pod);
  return pod;
}

interface StartResult {
  /** The run as it is known by then, and its status as it should be. */
  readonly run: TaskRun;
  readonly status: TaskRunStatus;
  readonly wanted?: Start;
  readonly requeueAfterMs?: number;
  /** What had to be written before the pod was made, and was not: it is not made. */
  readonly unwritten?: Exclude<StatusWriteResult, 'written'>;
}

async function startAttempt(
  deps: ReconcilerDeps,
  seen: TaskRun,
  action: TaskRunAction & { readonly kind: 'start' },
  before: TaskRunStatus,
): Promise<StartResult> {
  const wait = deps.quotaWaitQueue.delayMs(keyOf(seen));
  if (wait > 0) return { run: seen, status: seen.status ?? before, requeueAfterMs: wait };
  for (const image of action.shellLess) deps.shellLess.add(image);
  const wanted = await gatherAndStart(deps, seen, action);
  const now = deps.clock.date();
  const noted = await recordCloudEventTargets(deps, seen, before, wanted);
  if (noted.unwritten) return noted;
  const { run, status } = noted;
  if ('refused' in wanted) {
    const { reason, message } = wanted.refused;
    if (reason === 'CouldntGetTask') recordCreationFailure(deps, run, message.slice(message.indexOf(': ') + 2));
    return { run, status: statusWithCondition(status, { status: 'False', reason, message }, now), wanted };
  }
  const podCreated = await createPod(deps, run, wanted.pod);
  if (podCreated.kind !== 'made') recordCreationFailure(deps, run, podCreated.message);
  if (podCreated.kind === 'refused') {
    const { namespace = '' } = run.metadata;
    const message = `${missingTaskPrefix(readTaskRun(run.spec), namespace)}: ${podCreated.message}`;
    return { run, status: statusWithCondition(status, { status: 'False', reason: 'CouldntGetTask', message }, now) };
  }
  if (podCreated.kind === 'no-quota') {
    const tries = quotaAttempts(run.status) + 1;
    const again = quotaRetryDelayMs(tries);
    deps.quotaWaitQueue.enqueue(keyOf(run), again);
    return {
      run,
      status: statusWithCondition(status, quotaExceeded(tries, podCreated.message), now),
      requeueAfterMs: again,
    };
  }
  const pending = { status: 'Unknown', reason: 'Pending', message: 'Pending' } as const;
  return { run, status: statusWithPod(status, podCreated.pod, pending, now), wanted };
}

/** Records the targets of the run's events before its pod is created; later reconciles do not resolve them. */
async function recordCloudEventTargets(
  deps: ReconcilerDeps,
  run: TaskRun,
  before: TaskRunStatus,
  { cloudEventTargets }: Start,
): Promise<StartResult> {
  if (!cloudEventTargets?.length || before.cloudEvents) return { run, status: before };
  const status = { ...before, cloudEvents: pendingDeliveries(cloudEventTargets) };
  const write = await writeTaskRunStatus(deps, run, status);
  if (write !== 'written') return { run, status, unwritten: write };
  return { run: deps.taskRuns.get(keyOf(run)) ?? run, status };
}

function recordCreationFailure(deps: ReconcilerDeps, run: TaskRun, why: string): void {
  const message = `Failed to create build pod ${JSON.stringify(run.metadata.name)}: ${why}`;
  deps.taskRunEvents.record(run, { type: 'Warning', reason: 'BuildCreationFailed', message });
}

type PodCreation =
  | { readonly kind: 'made'; readonly pod: Pod }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'no-quota'; readonly message: string };

/**
 * Creates the pod, or finds the one that an earlier try created. A pod that was deleted before the status named it is not created
 * again, because its steps may have run.
 */
async function createPod(deps: ReconcilerDeps, run: TaskRun, pod: Pod): Promise<PodCreation> {
  const { namespace = '', name = '' } = pod.metadata;
  const before = deps.createdPods.get(keyOf(run));
  if (before?.metadata.name === name) return { kind: 'made', pod: before };
  try {
    return made(deps, run, deps.pods.record(await deps.client.create<Pod>(PODS, { namespace }, pod)));
  } catch (error) {
    if (hasReason(error, 'AlreadyExists')) {
      const there = await getPod(deps, namespace, name);
      if (there && isControlledBy(there, run.metadata.uid)) return made(deps, run, there);
      if (there)
        return { kind: 'refused', message: `pod "${name}" exists already and belongs to something else; delete it` };
    }
    if (!(error instanceof ApiError)) throw error;
    if (isQuotaExceeded(error.message)) return { kind: 'no-quota', message: error.message };
    if (/being terminated/.test(error.message)) throw new TerminalError(error.message);
    const ourFault = /cannot create resource/.test(error.message);
    if ((error.status === 403 && !ourFault) || error.status === 422 || error.status === 400)
      return { kind: 'refused', message: error.message };
    throw error;
  }
}

function made(deps: ReconcilerDeps, run: TaskRun, pod: Pod): PodCreation {
  deps.createdPods.set(keyOf(run), pod);
  return { kind: 'made', pod };
}

const exceedsNodeResources = (status: TaskRunStatus | undefined): boolean =>
  succeededCondition(status)?.reason === 'ExceededNodeResources';

async function writeTaskRunStatus(
  deps: ReconcilerDeps,
  run: TaskRun,
  status: TaskRunStatus,
): Promise<StatusWriteResult> {
  const kind = { cache: deps.taskRuns, resource: TASK_RUNS, events: deps.taskRunEvents };
  const written = await writeStatus(deps, kind, run, status);
  if (written === 'written' && exceedsNodeResources(status) && !exceedsNodeResources(run.status)) {
    const message = `Insufficient resources to schedule pod ${JSON.stringify(status.podName ?? '')}`;
    deps.taskRunEvents.record(run, { type: 'Warning', reason: 'ExceededNodeResources', message });
  }
  if (run.status !== status) enqueueOwner(deps.runQueue, run, status);
  return written;
}

async function apply({ client, pods, images }: ReconcilerDeps, action: TaskRunAction): Promise<void> {
  if (action.kind === 'start') return;
  const { namespace, name = '', uid } = action.pod.metadata;
  const at = { namespace, name };
  switch (action.kind) {
    case 'delete':
      await client.delete(PODS, at, { uid });
      pods.forget(keyOf(action.pod));
      return;
    case 'announce': {
      const body = { metadata: { annotations: { [labels.ready]: 'READY' } } };
      pods.record(await client.patch<Pod>(PODS, at, body, { type: 'merge' }));
      return;
    }
    case 'stop-sidecars': {
      const path = (index: number): string => `/spec/containers/${String(index)}/image`;
      const stop = action.containers
        .filter((index) => action.pod.spec.containers[index]?.image !== images.nop)
        .map((index) => ({ op: 'replace', path: path(index), value: images.nop }));
      if (stop.length > 0) pods.record(await client.patch<Pod>(PODS, at, stop, { type: 'json' }));
    }
  }
}
