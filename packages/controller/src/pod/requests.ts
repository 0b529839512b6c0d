/**
 * Reduces the resource requests of steps: they run one after the other, but Kubernetes reserves the sum of all containers.
 *
 * Of each resource only the largest request remains, at the first step that has it; the others are zero. Limits stay unchanged.
 */

import type { Step } from '@pipewright/tekton';

const SHARED_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'] as const;

const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Returns a Kubernetes quantity as a number; an invalid one counts as zero, since the API server rejects it. */
export function parseQuantity(text: string | number): number {
  if (typeof text === 'number') return text;
  const [, digits = '', unit = ''] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(text.trim()) ?? [];
  const value = Number(digits) * (UNITS[unit] ?? 0);
  return digits === '' || !Number.isFinite(value) ? 0 : value;
}

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
