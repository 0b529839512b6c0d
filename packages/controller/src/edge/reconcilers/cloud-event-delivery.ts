/**
 * Delivers the CloudEvents of TaskRuns that have ended, and writes the results to their status.
 *
 * Has its own queue, so that a slow receiver delays no run; deliveries are sent when they are due (`dueDeliveries`), however often a key
 * is added. Results that could not be written are kept and written later, so that only a crash in between repeats an event, with its id.
 */

import { ownerKey, type Result } from '@pipewright/kube';
import type { Clock, Send } from '@pipewright/apimachinery';
import {
  awaitsDelivery,
  isDone,
  type PipelineRunObject,
  type PipelineRunStatus,
  type TaskRunObject,
} from '@pipewright/tekton';
import {
  afterAttempt,
  dueDeliveries,
  cloudEventOf,
  readResponse,
  type DeliveryResult,
} from '../../resources/cloud-events.js';
import type { Enqueue } from '../enqueue.js';
import type { Log } from '../log.js';
import type { MutationCache } from '../mutation-cache.js';
import { resultAfterWrite, type RunWriter } from '../run-writer.js';

/** Attempts whose results the status does not have yet, because writing it failed. */
export interface UnrecordedDelivery {
  readonly uid: string | undefined;
  /** By index in `status.cloudEvents`. */
  readonly attempts: ReadonlyMap<number, { readonly result: DeliveryResult; readonly at: Date }>;
}

/** What CloudEvents are delivered with. */
export interface CloudEventDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly sendEvent: Send;
  readonly taskRuns: MutationCache<TaskRunObject>;
  readonly pipelineRuns: Pick<MutationCache<PipelineRunObject>, 'get'>;
  readonly writer: RunWriter<TaskRunObject>;
  /** Deliveries to record, by key of the TaskRun. */
  readonly unrecorded: Map<string, UnrecordedDelivery>;
  readonly enqueue: Enqueue;
}

/** Reconciles the deliveries of one TaskRun: sends what is due. */
export async function deliverCloudEvents(deps: CloudEventDeps, key: string): Promise<Result> {
  const run = deps.taskRuns.get(key);
  const unrecorded = deps.unrecorded.get(key);
  if (unrecorded && unrecorded.uid === run?.metadata.uid) return record(deps, key, unrecorded);
  deps.unrecorded.delete(key);
  if (!run || !awaitsDelivery(run.status) || mayRetry(deps, run)) return {};
  const { due, requeueAfterMs } = dueDeliveries(run.status?.cloudEvents ?? [], deps.clock.date());
  if (due.length === 0) return { requeueAfterMs };
  const event = cloudEventOf(run);
  const attempts = await Promise.all(
    due.map(async (index) => {
      const result = await send(deps, run.status?.cloudEvents?.[index]?.target ?? '', event);
      return [index, { result, at: deps.clock.date() }] as const;
    }),
  );
  return record(deps, key, { uid: run.metadata.uid, attempts: new Map(attempts) });
}

/** Does not send a failure event while the PipelineRun may still retry. */
function mayRetry({ pipelineRuns }: CloudEventDeps, run: TaskRunObject): boolean {
  const owner = ownerKey(run, 'PipelineRun');
  const pipelineRun = owner === undefined ? undefined : pipelineRuns.get(owner);
  if (!pipelineRun || isDone(pipelineRun.status)) return false;
  const { taskRuns } = (pipelineRun.status ?? {}) as PipelineRunStatus; // only runs of tekton.dev/v1alpha1 have CloudEvents
  const seen = taskRuns?.[run.metadata.name ?? '']?.status;
  const sameAttempt = (seen?.retriesStatus?.length ?? 0) === (run.status?.retriesStatus?.length ?? 0);
  return !sameAttempt || seen?.completionTime !== run.status?.completionTime;
}

async function send(
  { sendEvent, log }: CloudEventDeps,
  target: string,
  { headers, body }: ReturnType<typeof cloudEventOf>,
): Promise<DeliveryResult> {
  if (!URL.canParse(target)) return { kind: 'failed', message: 'the targetURI is not a URL', canRetry: false };
  try {
    return readResponse(await sendEvent(new Request(target, { method: 'POST', headers, body })));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.warn('a CloudEvent was not delivered', { host: new URL(target).host, error: why });
    return { kind: 'failed', message: why, canRetry: true };
  }
}

/** Writes the results of attempts. Keeps them and rejects if they cannot be written now. */
async function record(deps: CloudEventDeps, key: string, unrecorded: UnrecordedDelivery): Promise<Result> {
  deps.unrecorded.set(key, unrecorded);
  const run = deps.taskRuns.get(key);
  if (run?.metadata.uid !== unrecorded.uid || !run) return { requeueAfterMs: 0 }; // deleted meanwhile
  const cloudEvents = (run.status?.cloudEvents ?? []).map((delivery, index) => {
    const attempt = unrecorded.attempts.get(index);
    return attempt ? afterAttempt(delivery, attempt.result, attempt.at) : delivery;
  });
  const write = await deps.writer.writeStatus(run, { ...run.status, cloudEvents });
  if (write !== 'stale') deps.unrecorded.delete(key);
  if (write !== 'written') return resultAfterWrite(write);
  const owner = ownerKey(run, 'PipelineRun');
  if (owner !== undefined) deps.enqueue('PipelineRun', owner);
  return { requeueAfterMs: dueDeliveries(cloudEvents, deps.clock.date()).requeueAfterMs };
}
