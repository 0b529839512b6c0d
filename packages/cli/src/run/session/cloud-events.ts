/**
 * Reports the delivery of CloudEvents. The controller sends them after a task has ended, so the command waits for them
 * up to a limit.
 */

import type { KubeClient, KubeObject } from '@pipewright/kube';
import { TASK_RUNS, type CloudEventDelivery } from '@pipewright/tekton';

interface RunWithDeliveries extends KubeObject {
  readonly status?: { readonly cloudEvents?: readonly CloudEventDelivery[] };
}

/**
 * Milliseconds to wait for the first response of each receiver; failed deliveries are not retried after the end of the
 * command.
 */
const DELIVERY_TIMEOUT_MS = 11_000;

const hasPendingDelivery = ({ status }: RunWithDeliveries): boolean =>
  (status?.cloudEvents ?? []).some((one) => one.status.condition === 'Unknown' && one.status.retryCount === 0);

/** Returns a line for each CloudEvent: its target, or why it was not delivered. */
export async function cloudEventNotes(client: KubeClient, timeoutMs = DELIVERY_TIMEOUT_MS): Promise<readonly string[]> {
  const { items } = await client.list<RunWithDeliveries>(TASK_RUNS, {});
  const latest = new Map(items.filter(({ status }) => status?.cloudEvents).map((run) => [run.metadata.uid, run]));
  if (latest.size === 0) return [];
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    if ([...latest.values()].some(hasPendingDelivery))
      for await (const { object } of client.watch<RunWithDeliveries>(TASK_RUNS, { signal })) {
        if (latest.has(object.metadata.uid)) latest.set(object.metadata.uid, object);
        if (![...latest.values()].some(hasPendingDelivery)) break;
      }
  } catch (cause) {
    if (!(cause instanceof Error && /Abort|Timeout/.test(cause.name))) throw cause;
  }
  return [...latest.values()].flatMap(({ metadata, status }) =>
    (status?.cloudEvents ?? []).map(({ target, status: { condition, message } }) =>
      condition === 'Sent'
        ? `sent a CloudEvent for ${metadata.name ?? ''} to ${target}`
        : `could not send a CloudEvent for ${metadata.name ?? ''} to ${target}: ${message || 'no response in time'}`,
    ),
  );
}
