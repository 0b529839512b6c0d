/**
 * Merges a Task's `stepTemplate` under each of its steps, as Kubernetes' strategic merge would.
 *
 * The step's own fields win; lists that have a key (`env` by name, `volumeMounts` by path, `ports`) are joined by it; maps
 * are merged; any other list is the step's or the template's, whole.
 */

import type { Container, Step } from '@pipewright/tekton';

const KEYS: Readonly<Record<string, string>> = { env: 'name', volumeMounts: 'mountPath', ports: 'containerPort' };

type Fields = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns the step with what the template adds; the step itself when there is no template */
export function withTemplate(step: Step, template: Container | undefined): Step {
  if (!template) return step;
  return merged(template, step); // a step's fields over a container's are a step's
}

function merged(below: Fields, above: Fields): Fields {
  const result: Record<string, unknown> = { ...below, ...above };
  for (const [key, under] of Object.entries(below)) {
    const over = above[key];
    if (over === undefined || (key === 'name' && over === '')) result[key] = under;
    else if (isMap(under) && isMap(over)) result[key] = merged(under, over);
    else if (Array.isArray(under) && Array.isArray(over)) result[key] = joined(under, over, KEYS[key]);
  }
  return result;
}

/** The template's elements in their order, each replaced by the step's of the same key; then the step's others. */
function joined(under: readonly unknown[], over: readonly unknown[], key: string | undefined): readonly unknown[] {
  if (key === undefined) return over;
  const of = (value: unknown): unknown => (isMap(value) ? value[key] : undefined);
  const own = new Map(over.map((value) => [of(value), value]));
  const kept = under.filter((value) => !own.has(of(value)));
  return [...over, ...kept];
}
