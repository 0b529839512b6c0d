/**
 * Merges a Task's `stepTemplate` into each of its steps, as a strategic merge of Kubernetes does.
 *
 * The step's own fields take precedence; lists with a key (`env` by name, `volumeMounts` by path, `ports`) and maps are merged; other
 * lists come whole from the step or the template.
 */

import type { Container, Step } from '@pipewright/tekton';

const KEYS: Readonly<Record<string, string>> = { env: 'name', volumeMounts: 'mountPath', ports: 'containerPort' };

type Fields = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the step with the fields of the template; the step itself without a template. */
export function withTemplate(step: Step, template: Container | undefined): Step {
  if (!template) return step;
  return merged(template, step); // a container merged with a step is a step
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

/** Returns the template's elements, each replaced by the step's element with the same key, then the step's other elements. */
function joined(under: readonly unknown[], over: readonly unknown[], key: string | undefined): readonly unknown[] {
  if (key === undefined) return over;
  const of = (value: unknown): unknown => (isMap(value) ? value[key] : undefined);
  const own = new Map(over.map((value) => [of(value), value]));
  const kept = under.filter((value) => !own.has(of(value)));
  return [...over, ...kept];
}
