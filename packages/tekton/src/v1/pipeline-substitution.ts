/**
 * Substitutes variables in pipelines of tekton.dev/v1, as they are written.
 *
 * Works on the written form, since TaskRuns embed it and statuses repeat it. Objects without variables are returned unchanged. Values are
 * not substituted again: each call is a single pass.
 */

import type { ParamValue } from '../model/param.js';
import {
  mergeReplacements,
  pipelineParamValues,
  substituteParamValue,
  variableForms,
  type ValueReplacements,
} from '../variables/pipeline-values.js';
import { substitute, substituteList } from '../variables/substitution.js';
import { isCustomDefinition } from './custom-task.js';
import type { EmbeddedTask, Matrix, Param, PipelineSpec, PipelineTask, WhenExpression } from './types.js';

/** Returns a pipeline with the values of variables in its tasks. */
export const pipelineWithValues = (spec: PipelineSpec, values: ValueReplacements): PipelineSpec => ({
  ...spec,
  ...(spec.tasks && { tasks: spec.tasks.map((task) => pipelineTaskWithValues(task, values)) }),
  ...(spec.finally && { finally: spec.finally.map((task) => pipelineTaskWithValues(task, values)) }),
});

const paramsWithValues = (params: readonly Param[], values: ValueReplacements): readonly Param[] =>
  params.map((param) => ({ ...param, value: substituteParamValue(param.value, values) }));

const whenWithValues = (when: readonly WhenExpression[], values: ValueReplacements): readonly WhenExpression[] =>
  when.map((expression) => ({
    ...expression,
    ...(expression.input !== undefined && { input: substitute(expression.input, values) }),
    ...(expression.values && { values: substituteList(expression.values, values) }),
    ...(expression.cel !== undefined && { cel: substitute(expression.cel, values) }),
  }));

const matrixWithValues = ({ params, include, ...rest }: Matrix, values: ValueReplacements): Matrix => ({
  ...rest,
  ...(params && { params: paramsWithValues(params, values) }),
  ...(include && {
    include: include.map((one) => ({ ...one, ...(one.params && { params: paramsWithValues(one.params, values) }) })),
  }),
});

const refWithValues = <T extends { readonly name?: string; readonly params?: readonly Param[] }>(
  ref: T,
  values: ValueReplacements,
): T => ({
  ...ref,
  ...(ref.name !== undefined && { name: substitute(ref.name, values) }),
  ...(ref.params && { params: paramsWithValues(ref.params, values) }),
});

/** Returns a pipeline task with the values of variables, and its embedded definition with those that propagate into it. */
export function pipelineTaskWithValues(task: PipelineTask, values: ValueReplacements): PipelineTask {
  if (!JSON.stringify(task).includes('$(')) return task;
  const { displayName, onError, taskRef, pipelineRef, taskSpec, pipelineSpec, params, matrix, when, workspaces } = task;
  const inner = taskSpec || pipelineSpec ? propagatedValues(task, values) : values;
  return {
    ...task,
    ...(displayName !== undefined && { displayName: substitute(displayName, values) }),
    ...(onError !== undefined && { onError: substitute(onError, values) }),
    ...(taskRef && { taskRef: refWithValues(taskRef, values) }),
    ...(pipelineRef && { pipelineRef: refWithValues(pipelineRef, values) }),
    ...(params && { params: paramsWithValues(params, values) }),
    ...(matrix && { matrix: matrixWithValues(matrix, values) }),
    ...(when && { when: whenWithValues(when, values) }),
    ...(workspaces && {
      workspaces: workspaces.map((one) =>
        one.subPath === undefined ? one : { ...one, subPath: substitute(one.subPath, values) },
      ),
    }),
    ...(taskSpec && { taskSpec: isCustomDefinition(taskSpec) ? taskSpec : embeddedWithValues(taskSpec, inner) }),
    ...(pipelineSpec && { pipelineSpec: pipelineWithValues(pipelineSpec, onlyParams(inner)) }),
  };
}

/**
 * Returns the values that propagate into an embedded definition.
 *
 * What the task passes under the same name takes precedence; it is left to the run of the task if it depends on other tasks or the matrix.
 * Workspaces have the names of the definition there.
 */
function propagatedValues({ params = [], matrix }: PipelineTask, values: ValueReplacements): ValueReplacements {
  const combined = [...(matrix?.params ?? []), ...(matrix?.include ?? []).flatMap((one) => one.params ?? [])];
  const hidden = ['workspaces', ...[...params, ...combined].flatMap(({ name }) => variableForms('params', name))];
  const isHidden = (variable: string): boolean =>
    hidden.some((one) => variable === one || variable.startsWith(`${one}[`) || variable.startsWith(`${one}.`));
  const outer = filtered(values, (variable) => !isHidden(variable));
  const known = new Set([...values.strings.keys(), ...values.arrays.keys(), ...values.objects.keys()]);
  const passed = paramsWithValues(params, values).filter(
    ({ name, value }) =>
      (known.has(`params.${name}`) || known.has(`params.${name}[*]`)) && !JSON.stringify(value).includes('$('),
  );
  return passed.length === 0 ? outer : mergeReplacements(outer, pipelineParamValues([], passed));
}

/** A pipeline in a pipeline has its own context. */
const onlyParams = (values: ValueReplacements): ValueReplacements =>
  filtered(values, (variable) => variable.startsWith('params'));

function filtered(
  { strings, arrays, objects }: ValueReplacements,
  keeps: (variable: string) => boolean,
): ValueReplacements {
  const of = <V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> =>
    new Map([...map].filter(([variable]) => keeps(variable)));
  return { strings: of(strings), arrays: of(arrays), objects: of(objects) };
}

const SUBSTITUTED = ['steps', 'stepTemplate', 'sidecars', 'volumes', 'workspaces'] as const;

function embeddedWithValues(spec: EmbeddedTask, values: ValueReplacements): EmbeddedTask {
  const parts = SUBSTITUTED.flatMap((field) =>
    spec[field] === undefined ? [] : [[field, substituteAll(spec[field], values, '')] as const],
  );
  return { ...spec, ...Object.fromEntries(parts) };
}

/** Substitutes variables in all texts of a JSON value. `field`: its key. */
function substituteAll(value: unknown, values: ValueReplacements, field: string): unknown {
  if (typeof value === 'string') return substitute(value, values);
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (list.every((item) => typeof item === 'string')) return substituteList(list, values);
    return list.map((item) => (field === 'params' ? stepParam(item, values) : substituteAll(item, values, '')));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substituteAll(item, values, key)]));
}

/** A param of a step can be a whole array or object. */
function stepParam(param: unknown, values: ValueReplacements): unknown {
  if (typeof param !== 'object' || param === null || !('value' in param) || !isParamValue(param.value)) return param;
  return { ...param, value: substituteParamValue(param.value, values) };
}

const isParamValue = (value: unknown): value is ParamValue =>
  typeof value === 'string' || (typeof value === 'object' && value !== null);

/** Returns all texts of a pipeline task that can contain variables, with those of its embedded definition. */
export function textsOfTask(task: PipelineTask): readonly string[] {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.includes('$(')) texts.push(value);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  const { params, matrix, when, workspaces, taskRef, pipelineRef, taskSpec, displayName, onError } = task;
  // A pipeline in a pipeline refers to its own tasks.
  [params, matrix, when, workspaces, taskRef, pipelineRef, taskSpec, displayName, onError].forEach(collect);
  return texts;
}
