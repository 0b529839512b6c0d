/**
 * Does a run give a Task what it asks for? In Tekton's words, which people search for.
 *
 * One function for the TaskRun that a user wrote and for the one a pipeline is about to make. All names in a message are
 * sorted as the Task declares them.
 */

import {
  type BindingModel,
  type ParamGiven,
  type ParamModel,
  type PipelineResourceModel,
  type ResourceModel,
  type TaskModel,
} from '@pipewright/tekton';

const list = (names: readonly string[]): string => `[${names.join(' ')}]`;

const typeOf = ({ value }: ParamGiven): 'string' | 'array' => (typeof value === 'string' ? 'string' : 'array');

/** @returns what is wrong with the params given, or undefined */
export function paramsProblem(declared: readonly ParamModel[], given: readonly ParamGiven[]): string | undefined {
  const values = new Map(given.map((param) => [param.name, param]));
  const known = new Set(declared.map(({ name }) => name));
  const missing = declared.filter((param) => param.default === undefined && !values.has(param.name));
  if (missing.length > 0) {
    const names = list(missing.map(({ name }) => name));
    return `invalid input params: missing values for these params which have no default values: ${names}`;
  }
  const extra = given.filter(({ name }) => !known.has(name));
  if (extra.length > 0) {
    const names = list(extra.map(({ name }) => name));
    return `invalid input params: didn't need these params but they were provided anyway: ${names}`;
  }
  const mistyped = mistypedParams(declared, given);
  return mistyped.length > 0
    ? `invalid input params: param types don't match the user-specified type: ${list(mistyped)}`
    : undefined;
}

/** Names of the params whose value is of another type than declared. */
export function mistypedParams(declared: readonly ParamModel[], given: readonly ParamGiven[]): readonly string[] {
  const values = new Map(given.map((param) => [param.name, param]));
  return declared
    .filter((param) => {
      const value = values.get(param.name);
      return value !== undefined && typeOf(value) !== param.type;
    })
    .map(({ name }) => name);
}

/** Names that are wanted and not given, and given but not wanted. */
export function differences(
  wanted: readonly { readonly name: string; readonly optional: boolean }[],
  given: readonly string[],
): string | undefined {
  const missing = wanted.filter(({ name, optional }) => !optional && !given.includes(name)).map(({ name }) => name);
  if (missing.length > 0) return `Didn't provide required values: ${list(missing)}`;
  const extra = given.filter((name) => !wanted.some((one) => one.name === name));
  return extra.length > 0 ? `Provided extra values: ${list(extra)}` : undefined;
}

/** What is given to the inputs or outputs of a Task, by name. */
export type Resolved = ReadonlyMap<string, Pick<PipelineResourceModel, 'type'>>;

/** @returns what is wrong with the resources given, or undefined */
export function resourcesProblem(task: TaskModel, inputs: Resolved, outputs: Resolved): string | undefined {
  return sideProblem('input', task.inputs, inputs) ?? sideProblem('output', task.outputs, outputs);
}

function sideProblem(side: string, declared: readonly ResourceModel[], given: Resolved): string | undefined {
  const mismatch = differences(declared, [...given.keys()]);
  if (mismatch)
    return `invalid ${side} resources: TaskRun's declared resources didn't match usage in Task: ${mismatch}`;
  for (const { name, type } of declared) {
    const found = given.get(name);
    if (found && found.type !== type)
      return `invalid ${side} resources: resource "${name}" should be type "${type}" but was "${found.type}"`;
  }
  return undefined;
}

/** Names of the PipelineResources that bindings refer to. */
export const referenced = (bindings: readonly BindingModel[]): readonly string[] => [
  ...new Set(bindings.flatMap(({ resource }) => (resource?.from === 'cluster' ? [resource.name] : []))),
];
