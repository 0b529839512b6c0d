/**
 * Which sidecars keep the steps of a TaskRun waiting, and why: what their readiness probes say. Pure.
 *
 * Separate from the pod's status because a probe's own words are in events alone.
 */

import type { KubeObject } from '@pipewright/kube';
import type { ObservedPod } from './observed.js';

/** An event about a pod. */
export interface ObservedEvent extends KubeObject {
  readonly involvedObject?: { readonly namespace?: string; readonly name?: string; readonly fieldPath?: string };
  readonly message?: string;
}

/** The pod that an event is about, as `NAMESPACE/NAME`. */
export const podOf = ({ involvedObject }: ObservedEvent): string =>
  `${involvedObject?.namespace ?? ''}/${involvedObject?.name ?? ''}`;

/** The controller's sign that all sidecars were ready once: steps have begun. */
const READY = 'tekton.dev/ready';

/** Says of each event about a sidecar's failed probe that steps wait for it; nothing once they have begun. */
export function unreadySidecars(
  { metadata, status }: ObservedPod,
  events: readonly ObservedEvent[],
): readonly string[] {
  if (metadata.annotations?.[READY] !== undefined) return [];
  const unready = (status?.containerStatuses ?? []).filter(({ ready, state }) => ready === false && state?.running);
  return unready.flatMap(({ name }) => {
    if (!name.startsWith('sidecar-')) return [];
    const about = events.filter(({ involvedObject }) => involvedObject?.fieldPath === `spec.containers{${name}}`);
    return about.map(({ message = '' }) => `sidecar ${name.slice('sidecar-'.length)} is not ready: ${message}`);
  });
}
