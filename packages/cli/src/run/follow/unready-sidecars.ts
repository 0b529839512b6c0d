/**
 * Determines which sidecars delay the steps of a TaskRun, and why, from the results of their readiness probes. Pure.
 *
 * Reads events in addition to the pod's status, because only events contain the output of a probe.
 */

import type { KubeObject } from '@pipewright/kube';
import { READY_ANNOTATION } from '@pipewright/tekton';
import type { ObservedPod } from './observed.js';

/** An Event about a pod. */
export interface ObservedEvent extends KubeObject {
  readonly involvedObject?: { readonly namespace?: string; readonly name?: string; readonly fieldPath?: string };
  readonly message?: string;
}

/** Returns the pod of an event, as `NAMESPACE/NAME`. */
export const podOf = ({ involvedObject }: ObservedEvent): string =>
  `${involvedObject?.namespace ?? ''}/${involvedObject?.name ?? ''}`;

/** Returns a message for each failed probe of an unready sidecar; none once the steps have started. */
export function unreadySidecars(
  { metadata, status }: ObservedPod,
  events: readonly ObservedEvent[],
): readonly string[] {
  if (metadata.annotations?.[READY_ANNOTATION] !== undefined) return [];
  const unready = (status?.containerStatuses ?? []).filter(({ ready, state }) => ready === false && state?.running);
  return unready.flatMap(({ name }) => {
    if (!name.startsWith('sidecar-')) return [];
    const about = events.filter(({ involvedObject }) => involvedObject?.fieldPath === `spec.containers{${name}}`);
    return about.map(({ message = '' }) => `sidecar ${name.slice('sidecar-'.length)} is not ready: ${message}`);
  });
}
