/**
 * The subset of JSONPath in printer columns: fields, quoted fields, indices, `[*]`, and `[?(@.field=="value")]`.
 *
 * Pure. An unsupported path finds no values, like Kubernetes' `AllowMissingKeys`.
 */

import { isObject } from '../../model/json.js';

type Step = (values: readonly unknown[]) => unknown[];

/** Returns all values at a path, in order. */
export type ReadPath = (object: unknown) => readonly unknown[];

/** Compiles a path. */
export function pathReader(path: string): ReadPath {
  const steps = compile(path);
  return (object) => steps.reduce<readonly unknown[]>((values, step) => step(values), [object]);
}

const PART =
  /\.?(?:\[\?\(@\.([\w.-]+)\s*(==|!=)\s*['"]([^'"]*)['"]\)\]|\[(\*|-?\d+)\]|\[['"]([^'"]+)['"]\]|((?:\\\.|[^.[\]])+))/gy;

function compile(path: string): readonly Step[] {
  const text = path.replace(/^\{|\}$/g, '').replace(/^\$/, '');
  const steps: Step[] = [];
  let end = 0;
  for (const found of text.matchAll(PART)) {
    end = found.index + found[0].length;
    const [, field, operator, operand, index, quoted, plain] = found;
    if (field !== undefined) steps.push(filter(field, operator === '==', operand ?? ''));
    else if (index !== undefined) steps.push(index === '*' ? all : nth(Number(index)));
    else steps.push(named((quoted ?? plain ?? '').replaceAll('\\.', '.')));
  }
  return end < text.length ? [() => []] : steps;
}

const named =
  (field: string): Step =>
  (values) =>
    values.flatMap((value) => (isObject(value) && Object.hasOwn(value, field) ? [value[field]] : []));

const all: Step = (values) =>
  values.flatMap((value): unknown[] => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []));

const nth =
  (index: number): Step =>
  (values) =>
    values.flatMap((value): unknown[] =>
      Array.isArray(value) && value.at(index) !== undefined ? [value.at(index)] : [],
    );

function filter(field: string, equal: boolean, operand: string): Step {
  const path = field.split('.').map(named);
  return (values) =>
    all(values).filter((item) => {
      const [found] = path.reduce<readonly unknown[]>((here, step) => step(here), [item]);
      return (String(found) === operand) === equal;
    });
}
