/**
 * Reduces the resource requests of steps: they run one after the other, but Kubernetes reserves the sum of all containers.
 *
 * Of each resource only the largest request remains, at the first step that has it; the others are zero. Limits stay unchanged.
 */

import type { Step } from '@pipewright/tekton';
import { parseQuantity } from '@pipewright/apimachinery';

const SHARED_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

/** Returns the steps with their requests reduced to the maximum of each resource. */
export function withSharedRequests(steps: readonly Step[]): readonly Step[] {
  const keepers = new Map(SHARED_RESOURCES.map((name) => [name, indexOfLargest(steps, name)]));
  return steps.map((step, index) => {
    const own = step.resources?.requests ?? {};
    const shared = SHARED_RESOURCES.map(
      (name) => [name, keepers.get(name) === index ? (own[name] ?? '0') : '0'] as const,
    );
    return { ...step, resources: { ...step.resources, requests: { ...own, ...Object.fromEntries(shared) } } };
  });
}

function indexOfLargest(steps: readonly Step[], name: string): number {
  let [at, most] = [-1, 0];
  steps.forEach((step, index) => {
    const value = parseQuantity(step.resources?.requests?.[name] ?? 0);
    if (value > most) [at, most] = [index, value];
  });
  return at;
}
