/**
 * CloudEvents about TaskRuns that have ended: their content, targets and delivery.
 *
 * Pure. Types, id, source and data are Tekton's. The envelope is CloudEvents 1.0 in binary mode; except for the version its headers equal
 * those of 0.2, which Tekton v0.9.2 sent. A failed delivery is retried with growing delays from the status, so it survives a restart.
 */

import {
  awaitsDelivery,
  isPendingDelivery,
  succeededCondition,
  type CloudEventDelivery,
  type TaskModel,
  type TaskRunObject,
  type TaskRunObjectStatus,
} from '@pipewright/tekton';
import { timestamp } from '@pipewright/apimachinery';
import type { ResourceBindings } from './resource-steps.js';

/** Milliseconds between attempts; after the last one the delivery has failed. */
const RETRY_DELAYS_MS = [1_000, 5_000, 15_000, 60_000] as const;

/** Returns the targets of a run's events: the cloudEvent outputs, in the Task's order. */
export const cloudEventTargets = ({ outputs }: TaskModel, bindings: ResourceBindings): readonly string[] =>
  outputs.flatMap(({ name }) => {
    const resource = bindings.outputs.get(name)?.resource;
    return resource?.type === 'cloudEvent' ? [resource.params.get('targeturi') ?? ''] : [];
  });

/** Returns `status.cloudEvents` of a run that starts. */
export const pendingDeliveries = (targets: readonly string[]): readonly CloudEventDelivery[] =>
  targets.map((target) => ({ target, status: { condition: 'Unknown', message: '', retryCount: 0 } }));

/**
 * Returns when a pending delivery is due, in milliseconds since the epoch. `sentAt` is in whole seconds, of which the last counts in full.
 * If the last attempt is in the future because the clock was set back, the next one is due now.
 */
function dueAt({ status }: CloudEventDelivery, now: Date): number {
  const last = Date.parse(status.sentAt ?? '');
  const pause = RETRY_DELAYS_MS[status.retryCount - 1];
  return Number.isNaN(last) || last > now.getTime() || pause === undefined ? 0 : last + 999 + pause;
}

/** Returns the indexes of deliveries that are due, and when the next one will be. */
export function dueDeliveries(
  deliveries: readonly CloudEventDelivery[],
  now: Date,
): { readonly due: readonly number[]; readonly requeueAfterMs: number | undefined } {
  const pending = deliveries.flatMap((delivery, index) =>
    isPendingDelivery(delivery) ? [{ index, at: dueAt(delivery, now) }] : [],
  );
  const due = pending.filter(({ at }) => at <= now.getTime()).map(({ index }) => index);
  const later = pending.map(({ at }) => at).filter((at) => at > now.getTime());
  return { due, requeueAfterMs: later.length > 0 ? Math.min(...later) - now.getTime() : undefined };
}

/** Reports whether a run has ended and has a delivery that is due. */
export const hasDueDelivery = (status: TaskRunObjectStatus | undefined, now: Date): boolean =>
  awaitsDelivery(status) && dueDeliveries(status?.cloudEvents ?? [], now).due.length > 0;

/** The result of an attempt. `canRetry`: a later attempt can succeed. */
export type DeliveryResult =
  { readonly kind: 'sent' } | { readonly kind: 'failed'; readonly message: string; readonly canRetry: boolean };

/** Returns a delivery after an attempt. */
export function afterAttempt(delivery: CloudEventDelivery, result: DeliveryResult, now: Date): CloudEventDelivery {
  const retryCount = delivery.status.retryCount + 1;
  const sentAt = timestamp(now);
  if (result.kind === 'sent') return { ...delivery, status: { condition: 'Sent', sentAt, message: '', retryCount } };
  const condition = result.canRetry && retryCount <= RETRY_DELAYS_MS.length ? 'Unknown' : 'Failed';
  return { ...delivery, status: { condition, sentAt, message: result.message, retryCount } };
}

/** Reads a receiver's response. Only its status is used, because the receiver may be any host that the controller can reach. */
export function readResponse(response: { readonly status: number }): DeliveryResult {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const again = status >= 500 || status === 408 || status === 429;
  const why = status >= 300 && status < 400 ? 'which is a redirect; name the address it leads to' : 'and not 2xx';
  return { kind: 'failed', message: `the receiver answered ${String(status)}, ${why}`, canRetry: again };
}

const TYPES = { True: 'successful', False: 'failed', Unknown: 'unknown' } as const;

/** Returns the event about a run as headers and body of a POST. */
export function cloudEventOf(run: TaskRunObject): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const { name = '', namespace = '' } = run.metadata;
  const { managedFields: _, ...metadata } = run.metadata as TaskRunObject['metadata'] & {
    readonly managedFields?: unknown;
  }; // bookkeeping of the API server
  const source = `/apis/${run.apiVersion}/namespaces/${namespace}/taskruns/${name}`;
  return {
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': name,
      'ce-type': `dev.tekton.event.task.${TYPES[succeededCondition(run.status)?.status ?? 'Unknown']}.v1`,
      'ce-source': source,
      'ce-subject': name,
      ...(run.status?.completionTime !== undefined && { 'ce-time': run.status.completionTime }),
    },
    body: JSON.stringify({ taskRun: { ...run, metadata } }),
  };
}
