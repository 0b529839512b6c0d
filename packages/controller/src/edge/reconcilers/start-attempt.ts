/**
 * Starts an attempt of a TaskRun: makes each observation that `planAttempt` requests, until the attempt is decided.
 *
 * Separate from the reconciler of TaskRuns because the start alone reads Secrets and registries and creates pods. Relies on computed pod
 * names: a repeated creation finds the pod that exists.
 */

import {
  ApiError,
  hasReason,
  isControlledBy,
  keyOf,
  ownerKey,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  TerminalError,
  type KubeClient,
} from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import { TEKTON_LABELS, type TaskRunObject } from '@pipewright/tekton';
import type { Pod } from '../../pod/pod-types.js';
import type { WorkspaceClaim } from '../../run/workspace-claims.js';
import { planAttempt, type AttemptDecision, type ObservedAttempt, type PodCreation } from '../../taskrun/attempt.js';
import type { TaskRunAction } from '../../taskrun/plan.js';
import { enqueueOwner, type Enqueue } from '../enqueue.js';
import type { MutationCache } from '../mutation-cache.js';
import type { QuotaWaitQueue } from '../quota-wait-queue.js';
import type { RunWriter, StatusWriteResult } from '../run-writer.js';
import { findCommands, gatherInputs, type AttemptInputsDeps } from './attempt-inputs.js';

/** What an attempt is started with. */
export interface StartAttemptDeps extends AttemptInputsDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly taskRuns: MutationCache<TaskRunObject>;
  readonly pods: MutationCache<Pod>;
  readonly writer: RunWriter<TaskRunObject>;
  readonly quotaWaitQueue: QuotaWaitQueue;
  /** Pods that were created, also those deleted since, and that no status names yet: by the TaskRun's key and the pod's name. */
  readonly unnamedPods: Map<string, ReadonlyMap<string, Pod>>;
  readonly enqueue: Enqueue;
}

/** An attempt that is decided, or whose start ends because a status was not written. */
export type StartResult =
  | { readonly kind: 'decided'; readonly run: TaskRunObject; readonly decision: AttemptDecision }
  | { readonly kind: 'not-written'; readonly write: Exclude<StatusWriteResult, 'written'> };

/** Starts an attempt, or continues a start that an earlier reconcile did not complete. */
export async function startAttempt(
  deps: StartAttemptDeps,
  { run, status, now }: Omit<ObservedAttempt, 'stage'>,
  action: TaskRunAction & { readonly kind: 'start' },
): Promise<StartResult> {
  const quotaDelayMs = deps.quotaWaitQueue.delayMs(keyOf(run));
  let observed: ObservedAttempt = { run, status, now, stage: { kind: 'waiting', quotaDelayMs } };
  for (;;) {
    const step = planAttempt(observed);
    switch (step.kind) {
      case 'gather-inputs': {
        for (const image of action.shellLess) deps.shellLess.add(image);
        const inputs = await gatherInputs(deps, run, action);
        observed = { ...observed, now: deps.clock.date(), stage: { kind: 'gathered', inputs, hasCommands: false } };
        break;
      }
      case 'find-commands': {
        const inputs = { ...step.inputs, commands: await findCommands(deps, run, step.images) };
        observed = { ...observed, now: deps.clock.date(), stage: { kind: 'gathered', inputs, hasCommands: true } };
        break;
      }
      case 'record-targets': {
        const write = await deps.writer.writeStatus(observed.run, step.status);
        enqueueOwner(deps.enqueue, observed.run, step.status);
        if (write !== 'written') return { kind: 'not-written', write };
        const written = deps.taskRuns.get(keyOf(run)) ?? run;
        observed = { ...observed, run: written, status: step.status, stage: { kind: 'recorded', start: step.start } };
        break;
      }
      case 'create-pod': {
        await createClaims(deps, step.claims);
        const creation = await createPod(deps, observed.run, step.pod);
        observed = { ...observed, stage: { kind: 'answered', start: step.start, creation } };
        break;
      }
      case 'retry':
        throw step.canRecover ? new Error(step.message) : new TerminalError(step.message);
      case 'decided':
        return { kind: 'decided', run: observed.run, decision: step };
    }
  }
}

/** Whether a pod is that of an earlier run of the same name, which is deleted with its run. */
const isGoing = ({ metadata }: Pod, run: TaskRunObject): boolean =>
  metadata.deletionTimestamp !== undefined ||
  (metadata.labels?.[TEKTON_LABELS.taskRunUid] !== undefined &&
    metadata.labels[TEKTON_LABELS.taskRun] === run.metadata.name);

/** Creates the claims of workspaces that do not exist. */
async function createClaims({ client }: StartAttemptDeps, claims: readonly WorkspaceClaim[]): Promise<void> {
  for (const { claim } of claims) {
    try {
      await client.create(PERSISTENT_VOLUME_CLAIMS, { namespace: claim.metadata.namespace }, claim);
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
    }
  }
}

/**
 * Creates the pod, or finds the one that an earlier request created. A pod that was deleted before the status named it is not created
 * again, because its steps may have run.
 */
async function createPod(deps: StartAttemptDeps, run: TaskRunObject, pod: Pod): Promise<PodCreation> {
  const { namespace = '', name = '' } = pod.metadata;
  const before = deps.unnamedPods.get(keyOf(run))?.get(name);
  if (before) return { kind: 'created', pod: before };
  try {
    return created(deps, run, deps.pods.record(await deps.client.create<Pod>(PODS, { namespace }, pod)));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (hasReason(error, 'AlreadyExists')) {
      const existing = await deps.client.get<Pod>(PODS, { namespace, name });
      if (existing) deps.pods.record(existing);
      if (existing && isControlledBy(existing, run.metadata.uid)) return created(deps, run, existing);
      if (existing) return { kind: 'name-taken', isGoing: isGoing(existing, run) };
    }
    return { kind: 'rejected', status: error.status, message: error.message };
  }
}

/**
 * Records that a pod was deleted. If the status of its TaskRun does not name it yet, another process of this controller may have created it
 * just before its end.
 */
export function recordDeletedPod(deps: Pick<StartAttemptDeps, 'unnamedPods' | 'taskRuns'>, pod: Pod): void {
  const run = ownerKey(pod, 'TaskRun');
  if (run !== undefined && deps.taskRuns.get(run)?.status?.podName !== pod.metadata.name) recordUnnamed(deps, run, pod);
}

function recordUnnamed({ unnamedPods }: Pick<StartAttemptDeps, 'unnamedPods'>, run: string, pod: Pod): void {
  unnamedPods.set(run, new Map(unnamedPods.get(run)).set(pod.metadata.name ?? '', pod));
}

function created(deps: StartAttemptDeps, run: TaskRunObject, pod: Pod): PodCreation {
  recordUnnamed(deps, keyOf(run), pod);
  return { kind: 'created', pod };
}
