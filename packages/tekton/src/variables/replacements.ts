/**
 * The variables of tasks and their values in one run.
 *
 * Variable names per resource type are Tekton's. Validation and execution use the same table.
 */

import { containsPath, joinPath } from '../model/container-path.js';
import type { ParamAssignment, ParamModel, PipelineResourceModel, ResourceModel, TaskModel } from '../model/model.js';
import { substitute, substituteList, type Replacements } from './substitution.js';
import { isArrayValue, type ParamValue } from '../model/param.js';
import type { ResourceType } from '../model/resource.js';

/** Params per resource type that a task can use as `$(inputs.resources.NAME.KEY)`, with their defaults. */
const VARIABLE_DEFAULTS: Readonly<Record<ResourceType, Readonly<Record<string, string>>>> = {
  git: { url: '', revision: 'master', depth: '1', sslVerify: 'true', submodules: 'true' },
  image: { url: '', digest: '' },
  pullRequest: { url: '', provider: '', 'insecure-skip-tls-verify': 'false' },
  storage: { location: '' },
  cluster: {
    url: '',
    revision: '',
    username: '',
    password: '',
    namespace: '',
    token: '',
    insecure: 'false',
    cadata: '',
  },
  cloudEvent: { 'target-uri': '' },
};

/** Variables whose name differs from the name of the param. */
const PARAM_OF_VARIABLE: Readonly<Record<string, string>> = { 'target-uri': 'targeturi' };

const COMMON_VARIABLES = ['name', 'type', 'path'];

const VARIABLE_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(VARIABLE_DEFAULTS).map(([type, params]) => [type, [...COMMON_VARIABLES, ...Object.keys(params)]]),
);

/** Returns the variables of a resource type: the keys that can follow `inputs.resources.NAME.`. */
export function resourceVariableNames(type: ResourceType): readonly string[] {
  return VARIABLE_NAMES.get(type) ?? COMMON_VARIABLES; // an unknown type is reported at its own field
}

/** Returns the values of a resource's variables, except `path`, which depends on the task. */
export function resourceVariables(resource: PipelineResourceModel): Map<string, string> {
  const called = resource.type === 'cluster' ? resource.params.get('name') : undefined;
  const values = new Map([
    ['name', called || resource.name],
    ['type', resource.type],
  ]);
  for (const [key, fallback] of Object.entries(VARIABLE_DEFAULTS[resource.type])) {
    const given = resource.params.get(PARAM_OF_VARIABLE[key] ?? key.toLowerCase());
    values.set(key, given === undefined || given === '' ? fallback : given);
  }
  return values;
}

/** Whether a targetPath is below /workspace. It is relative to /workspace even if it starts with a slash. */
export const isInsideWorkspace = (targetPath: string): boolean =>
  containsPath('/workspace', joinPath('/workspace', targetPath));

/** Returns the absolute, normalized directory of an input: `/workspace/NAME`, or its targetPath below /workspace. */
export function inputPath(input: Pick<ResourceModel, 'name' | 'targetPath'>): string {
  return joinPath('/workspace', input.targetPath ?? input.name);
}

/** Returns the absolute directory of an output: `/workspace/output/NAME`, or its targetPath below /workspace. */
export function outputPath(output: Pick<ResourceModel, 'name' | 'targetPath'>): string {
  return output.targetPath === undefined
    ? `/workspace/output/${output.name}`
    : joinPath('/workspace', output.targetPath);
}

/** Params, resources and workspaces that a run passes to a task. */
export interface TaskArguments {
  readonly params: readonly ParamAssignment[];
  /** By name of the input. Optional inputs may be absent. */
  readonly inputs: ReadonlyMap<string, PipelineResourceModel>;
  readonly outputs: ReadonlyMap<string, PipelineResourceModel>;
  /** Names of the pod volumes of the workspaces, by name of the workspace. */
  readonly workspaceVolumes?: ReadonlyMap<string, string>;
}

/**
 * Returns the values of a task's variables in one run, in order of substitution: params, inputs, outputs, workspaces,
 * results.
 *
 * Each stage is applied to the result of the previous stages, so a param value can refer to a resource, but not the
 * reverse.
 */
export function taskReplacements(task: TaskModel, given: TaskArguments): readonly Replacements[] {
  const { variablePrefixes, workspaces } = task;
  const storage = new Map<string, string>();
  for (const { name, mountPath } of workspaces) {
    storage.set(`workspaces.${name}.path`, mountPath);
    storage.set(`workspaces.${name}.volume`, given.workspaceVolumes?.get(name) ?? '');
  }
  const results = new Map(task.results.map((name) => [`results.${name}.path`, `/tekton/results/${name}`]));
  return [
    paramReplacements(task.params, given.params, variablePrefixes.params),
    resourceReplacements(task.inputs, given.inputs, variablePrefixes.inputs, inputPath),
    resourceReplacements(task.outputs, given.outputs, variablePrefixes.outputs, outputPath),
    stringReplacements(storage),
    stringReplacements(results),
  ].filter(({ strings, arrays }) => strings.size + arrays.size > 0);
}

const stringReplacements = (strings: ReadonlyMap<string, string>): Replacements => ({ strings, arrays: new Map() });

function resourceReplacements(
  declared: readonly ResourceModel[],
  bound: ReadonlyMap<string, PipelineResourceModel>,
  prefixes: readonly string[],
  path: (resource: ResourceModel) => string,
): Replacements {
  const strings = new Map<string, string>();
  for (const resource of declared) {
    const found = bound.get(resource.name);
    // Steps check for the directory to find out whether an optional resource is bound.
    const values = [...(found ? resourceVariables(found) : []), ['path', path(resource)] as const];
    for (const prefix of prefixes)
      for (const [key, value] of values) strings.set(`${prefix}.${resource.name}.${key}`, value);
  }
  return stringReplacements(strings);
}

/** Returns the values of params under each of `prefixes`. A param without a value or default is not substituted. */
export function paramReplacements(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
  prefixes: readonly string[],
): { readonly strings: Map<string, string>; readonly arrays: Map<string, readonly string[]> } {
  const strings = new Map<string, string>();
  const arrays = new Map<string, readonly string[]>();
  const values = new Map<string, ParamValue>();
  for (const param of declared) if (param.default !== undefined) values.set(param.name, param.default);
  for (const param of given) values.set(param.name, param.value);
  for (const [name, value] of values) {
    for (const prefix of prefixes) {
      if (typeof value === 'string') strings.set(`${prefix}.${name}`, value);
      else if (isArrayValue(value)) arrays.set(`${prefix}.${name}`, value);
      else for (const [key, item] of Object.entries(value)) strings.set(`${prefix}.${name}.${key}`, item);
    }
  }
  return { strings, arrays };
}

/** Substitutes variables in a param value. An array element can expand to several elements. */
export function substituteValue(value: ParamValue, replacements: Replacements): ParamValue {
  if (typeof value === 'string') return substitute(value, replacements);
  if (isArrayValue(value)) return substituteList(value, replacements);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, substitute(text, replacements)]));
}
