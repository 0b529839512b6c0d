/**
 * Decides how an attempt of a TaskRun starts, from what has been observed of it so far.
 *
 *     observe ──▶ planAttempt ──▶ the next observation, until the attempt is decided
 *
 * Pure. An exceeded ResourceQuota, the response of an image's registry and the API server's answer to the creation of the pod are
 * observed state, so that all rules about them are here.
 */

import {
  statusWithCondition,
  taskRunFormatOf,
  taskRunModel,
  taskRunRulesOf,
  type Inherited,
  type TaskRunObject,
  type TaskRunObjectStatus,
} from '@pipewright/tekton';
import type { Pod } from '../pod/pod-types.js';
import type { WorkspaceClaim } from '../run/workspace-claims.js';
import { pendingDeliveries } from '../resources/cloud-events.js';
import type { RunEvent } from '../run/events.js';
import { creationFailedEvent } from './events.js';
import { isQuotaExceeded, quotaAttempts, quotaExceeded, quotaRetryDelayMs } from './quota.js';
import { startTaskRun, namesInMessages, type Start, type StartInputs } from './start.js';
import { statusWithPod } from './status.js';

/** The API server's answer to the creation of a pod. */
export type PodCreation =
  /** The pod exists and belongs to the run; this or an earlier request created it. */
  | { readonly kind: 'created'; readonly pod: Pod }
  /** A pod of this name exists and belongs to another object. */
  | { readonly kind: 'name-taken'; readonly isGoing: boolean }
  /** `status`: the HTTP status. */
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string };

/** How far the start of an attempt has been observed. */
export type AttemptStage =
  /** `quotaDelayMs`: milliseconds for which the TaskRun still waits for a ResourceQuota. */
  | { readonly kind: 'waiting'; readonly quotaDelayMs: number }
  /** `hasCommands`: the commands of images have been looked up, so `inputs` has them. */
  | { readonly kind: 'gathered'; readonly inputs: StartInputs; readonly hasCommands: boolean }
  /** The status has the targets of the run's CloudEvents. */
  | { readonly kind: 'recorded'; readonly start: Start }
  | { readonly kind: 'answered'; readonly start: Start; readonly creation: PodCreation };

/** Everything a decision depends on. */
export interface ObservedAttempt {
  readonly run: TaskRunObject;
  /** The status that the attempt starts from. */
  readonly status: TaskRunObjectStatus;
  readonly now: Date;
  readonly stage: AttemptStage;
}

/** What happens next. All but `decided` and `retry` are observations, after which the attempt is planned again. */
export type AttemptStep =
  | { readonly kind: 'gather-inputs' }
  /** Look up the commands of these images, and add them to the inputs. */
  | { readonly kind: 'find-commands'; readonly images: readonly string[]; readonly inputs: StartInputs }
  /** Write this status before the pod is created: later reconciles do not resolve the targets again. */
  | { readonly kind: 'record-targets'; readonly status: TaskRunObjectStatus; readonly start: Start }
  /** Create the claims that do not exist, then the pod. */
  | {
      readonly kind: 'create-pod';
      readonly pod: Pod;
      readonly claims: readonly WorkspaceClaim[];
      readonly start: Start;
    }
  /** Reconcile again later. `canRecover`: false if only a change can help, so that no retry is scheduled. */
  | { readonly kind: 'retry'; readonly message: string; readonly canRecover: boolean }
  | AttemptDecision;

/** The attempt is decided. */
export interface AttemptDecision {
  readonly kind: 'decided';
  readonly status: TaskRunObjectStatus;
  readonly events: readonly RunEvent[];
  /** Labels and annotations that the TaskRun gets from its Task. */
  readonly inherits?: Inherited;
  /** Absent: the TaskRun does not wait for a ResourceQuota. */
  readonly quotaWait?: QuotaWait;
}

/** How long a TaskRun waits for a ResourceQuota. `isNew`: its pod has just exceeded the quota, so it goes to the end of the queue. */
export interface QuotaWait {
  readonly delayMs: number;
  readonly isNew: boolean;
}

/** Age, in milliseconds, up to which a run waits for the `default` ServiceAccount of a namespace that was just created. */
const DEFAULT_ACCOUNT_DELAY_MS = 10_000;

/** Returns the next step of an attempt. */
export function planAttempt(observed: ObservedAttempt): AttemptStep {
  const { run, status, stage } = observed;
  switch (stage.kind) {
    case 'waiting':
      return stage.quotaDelayMs > 0
        ? {
            kind: 'decided',
            status: run.status ?? status,
            events: [],
            quotaWait: { delayMs: stage.quotaDelayMs, isNew: false },
          }
        : { kind: 'gather-inputs' };
    case 'gathered':
      return planStart(observed, stage);
    case 'recorded':
      return planCreation(observed, stage.start);
    case 'answered':
      return planAnswer(observed, stage);
  }
}

function planStart(
  observed: ObservedAttempt,
  { inputs, hasCommands }: AttemptStage & { readonly kind: 'gathered' },
): AttemptStep {
  if (awaitsDefaultAccount(observed, inputs)) {
    const { namespace = '' } = observed.run.metadata;
    return {
      kind: 'retry',
      message: `the ServiceAccount "default" of namespace "${namespace}" does not exist yet`,
      canRecover: true,
    };
  }
  const start = startTaskRun(inputs);
  if (start.kind === 'commands-needed')
    return hasCommands
      ? {
          kind: 'retry',
          message: `cannot determine the entrypoint of these images: ${start.images.join(', ')}`,
          canRecover: true,
        }
      : { kind: 'find-commands', images: start.images, inputs };
  const { status } = observed;
  if (start.cloudEventTargets?.length && !status.cloudEvents)
    return {
      kind: 'record-targets',
      status: { ...status, cloudEvents: pendingDeliveries(start.cloudEventTargets) },
      start,
    };
  return planCreation(observed, start);
}

/** A namespace gets its `default` account a moment after its creation. */
function awaitsDefaultAccount({ run, now }: ObservedAttempt, { hasServiceAccount }: StartInputs): boolean {
  const { serviceAccount = 'default' } = taskRunModel(run);
  const ageMs = now.getTime() - Date.parse(run.metadata.creationTimestamp ?? '');
  // The age is negative if the clock was set back.
  return !hasServiceAccount && serviceAccount === 'default' && Math.abs(ageMs) < DEFAULT_ACCOUNT_DELAY_MS;
}

function planCreation({ run, status, now }: ObservedAttempt, start: Start): AttemptStep {
  if (start.kind === 'pod') return { kind: 'create-pod', pod: start.pod, claims: start.claims ?? [], start };
  const { reason, message } = start.failure;
  const cause = message.slice(message.indexOf(': ') + 2);
  return {
    kind: 'decided',
    status: statusWithCondition(statusWithTask(run, status, start), { status: 'False', reason, message }, now),
    events: reason === 'CouldntGetTask' ? [creationFailedEvent(run, cause)] : [],
    inherits: start.inherits,
  };
}

/** Records the Task that the run executes, if it is known. */
const statusWithTask = (run: TaskRunObject, status: TaskRunObjectStatus, { started }: Start): TaskRunObjectStatus =>
  started ? taskRunFormatOf(run).withTask(status, started) : status;

const PENDING = { status: 'Unknown', reason: 'Pending', message: 'Pending' } as const;

function planAnswer(
  { run, status, now }: ObservedAttempt,
  { start, creation }: AttemptStage & { readonly kind: 'answered' },
): AttemptStep {
  const fail = (cause: string): AttemptDecision => {
    const failure = taskRunRulesOf(run).podNotCreated(namesInMessages(run), cause, false);
    return {
      kind: 'decided',
      status: statusWithCondition(status, { status: 'False', ...failure }, now),
      events: [creationFailedEvent(run, cause)],
    };
  };
  if (creation.kind === 'created')
    return {
      kind: 'decided',
      status: statusWithPod({ ...run, status: statusWithTask(run, status, start) }, creation.pod, PENDING, now),
      events: [],
      inherits: start.inherits,
    };
  if (creation.kind === 'name-taken') {
    const name = start.kind === 'pod' ? start.pod.metadata.name : undefined;
    if (creation.isGoing)
      return { kind: 'retry', message: `pod "${name ?? ''}" of an earlier run still exists`, canRecover: true };
    return fail(`pod "${name ?? ''}" exists already and belongs to something else; delete it`);
  }
  const { message } = creation;
  if (isQuotaExceeded(message)) {
    const attempts = quotaAttempts(run.status) + 1;
    return {
      kind: 'decided',
      status: statusWithCondition(status, quotaExceeded(attempts, message), now),
      events: [creationFailedEvent(run, message)],
      quotaWait: { delayMs: quotaRetryDelayMs(attempts), isNew: true },
    };
  }
  if (/being terminated/.test(message)) return { kind: 'retry', message, canRecover: false };
  return isFinalPodRejection(creation) ? fail(message) : { kind: 'retry', message, canRecover: true };
}

/** The pod is invalid or forbidden. Missing permissions of the controller itself are not the run's failure. */
const isFinalPodRejection = ({ status, message }: PodCreation & { readonly kind: 'rejected' }): boolean =>
  status === 422 || status === 400 || (status === 403 && !/cannot create resource/.test(message));
