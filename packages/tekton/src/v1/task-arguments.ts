/** Compares what a TaskRun of tekton.dev/v1 passes with what its Task declares, in the reasons and words of Tekton v1.15. */

import type { TaskRunArguments } from '../execution/task-run-rules.js';
import { paramTypeOfValue } from '../execution/matching.js';
import type { ParamAssignment, ParamModel, TaskModel, TaskRunModel } from '../model/model.js';
import { isArrayValue, type ObjectValue, type ParamValue } from '../model/param.js';
import type { RunFailure } from '../model/run-failure.js';
import { rewriteTaskFields } from '../variables/task-fields.js';
import { forbiddenParamValue, goList, userError } from './failures.js';

/** Returns the first mismatch, if any. Undeclared params are ignored, as in Tekton. */
export function taskArgumentsFailure({
  run,
  task,
  names,
  allowsSeveralClaims,
}: TaskRunArguments): RunFailure | undefined {
  const mismatch = paramsMismatch(task.params, run.params);
  if (mismatch !== undefined) return invalid(`invalid input params for task ${names.task ?? names.name}: ${mismatch}`);
  const forbidden = forbiddenParamValue(task.params, run.params);
  if (forbidden !== undefined) return userError('InvalidParamValue', forbidden);
  const beyond = indexesBeyondArrays(task, valuesOf(task.params, run.params));
  if (beyond.length > 0) return invalid(`non-existent param references:${goList(beyond)}`);
  const unknown = unknownContainer(task, run);
  if (unknown !== undefined) return invalid(unknown);
  const workspaces = workspacesMismatch(task, run);
  if (workspaces !== undefined) return invalid(workspaces);
  const claims = new Set(
    run.workspaces.flatMap(({ name, persistentVolumeClaim: claim, volumeClaimTemplate: template }) =>
      claim ? [claim.claimName] : template ? [`template of ${name}`] : [],
    ),
  );
  return claims.size > 1 && !allowsSeveralClaims ? invalid('more than one PersistentVolumeClaim is bound') : undefined;
}

/** Returns the failure of a TaskRun that does not fit its Task. */
const invalid = (message: string): RunFailure => userError('TaskRunValidationFailed', message);

function paramsMismatch(declared: readonly ParamModel[], given: readonly ParamAssignment[]): string | undefined {
  const values = new Map(given.map(({ name, value }) => [name, value]));
  const missing = declared.filter(({ name, default: fallback }) => fallback === undefined && !values.has(name));
  if (missing.length > 0)
    return `missing values for these params which have no default values: ${goList(missing.map(({ name }) => name))}`;
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  const mistyped = given.filter(({ name, value }) => types.has(name) && types.get(name) !== paramTypeOfValue(value));
  if (mistyped.length > 0)
    return `param types don't match the user-specified type: ${goList(mistyped.map(({ name }) => name))}`;
  const incomplete = declared.flatMap(({ name, keys = [], default: fallback }) => {
    const has = { ...objectOf(fallback), ...objectOf(values.get(name)) };
    const absent = keys.filter((key) => !(key in has));
    return absent.length > 0 ? [`${name}:${goList(absent)}`] : [];
  });
  if (incomplete.length === 0) return undefined;
  return `missing keys for these params which are required in ParamSpec's properties map[${incomplete.toSorted().join(' ')}]`;
}

const objectOf = (value: ParamValue | undefined): ObjectValue =>
  value === undefined || typeof value === 'string' || isArrayValue(value) ? {} : value;

/** Returns the values of params, with their defaults. */
const valuesOf = (
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
): ReadonlyMap<string, ParamValue> =>
  new Map([
    ...declared.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value] as const])),
    ...given.map(({ name, value }) => [name, value] as const),
  ]);

const INDEXED = /\$\((?:inputs\.)?params(?:\.([\w-]+)|\[(?:'([^']+)'|"([^"]+)")\])\[(\d+)\]\)/g;

/** Returns the references to elements of array params that their values do not have, sorted. */
function indexesBeyondArrays(task: TaskModel, values: ReadonlyMap<string, ParamValue>): readonly string[] {
  const found = new Set<string>();
  const look = (text: string): string => {
    for (const [reference, plain, single, double, index] of text.matchAll(INDEXED)) {
      const value = values.get(plain ?? single ?? double ?? '');
      if (value !== undefined && typeof value !== 'string' && isArrayValue(value) && Number(index) >= value.length)
        found.add(reference);
    }
    return text;
  };
  rewriteTaskFields(task, [], { text: look, list: (texts) => (texts.forEach(look), texts) });
  return [...found].toSorted();
}

function unknownContainer(task: TaskModel, { pod }: TaskRunModel): string | undefined {
  const unknown = (wanted: Iterable<string>, has: readonly { readonly name?: string }[]): string | undefined =>
    [...wanted].find((name) => !has.some((one) => one.name === name));
  const step = unknown(pod.stepResources.keys(), task.steps);
  if (step !== undefined) return `invalid StepOverride: No Step named ${step}`;
  const sidecar = unknown(pod.sidecarResources.keys(), task.sidecars);
  return sidecar === undefined ? undefined : `invalid SidecarOverride: No Sidecar named ${sidecar}`;
}

function workspacesMismatch(
  { workspaces: declared }: TaskModel,
  { source, workspaces: given }: TaskRunModel,
): string | undefined {
  const missing = declared.find(({ name, isOptional }) => !isOptional && !given.some((one) => one.name === name));
  if (missing) return `declared workspace "${missing.name}" is required but has not been bound`;
  if (source?.kind === 'embedded') return undefined; // an embedded spec gets all workspaces of its run
  const extra = given.find(({ name }) => !declared.some((one) => one.name === name));
  return extra && `workspace binding "${extra.name}" does not match any declared workspace`;
}
