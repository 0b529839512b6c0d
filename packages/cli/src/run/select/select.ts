/**
 * Which runs a command line means, and the params it gives them. Pure.
 */

import { closestMatch } from '@pipewright/tekton';
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../../json.js';
import type { Manifest } from '../../manifests/load.js';
import { howToStart } from './start-hint.js';
import { UsageError } from '../../diagnostics/usage-error.js';
import { isTekton, namespaceOf } from '../../manifests/identity.js';

/** A run that is to be created. */
export interface PlannedRun {
  readonly manifest: Manifest;
  readonly kind: 'PipelineRun' | 'TaskRun';
  /** Its name, or the start of the name it will get. */
  readonly title: string;
  readonly namespace: string;
}

/** The runs among manifests, or those of the given names. Throws a UsageError when there is none, or a name is unknown. */
export function selectRuns(
  manifests: readonly Manifest[],
  names: readonly string[],
  paths: readonly string[],
): readonly PlannedRun[] {
  const runs = manifests.flatMap((manifest) => plannedRun(manifest));
  if (runs.length === 0)
    throw new UsageError(`there is no PipelineRun or TaskRun in ${paths.join(', ')}`, howToStart(manifests, paths));
  const unknown = names.filter((name) => !runs.some((run) => isCalled(run, name)));
  if (unknown.length > 0) {
    const titles = runs.map(({ title }) => title);
    const guess = closestMatch(unknown[0] ?? '', titles);
    throw new UsageError(
      `there is no run called ${unknown.map((name) => `'${name}'`).join(', ')} in ${paths.join(', ')}`,
      guess === undefined ? `the runs are: ${titles.join(', ')}` : `did you mean '${guess}'?`,
    );
  }
  return names.length === 0 ? runs : runs.filter((run) => names.some((name) => isCalled(run, name)));
}

const isCalled = ({ title }: PlannedRun, name: string): boolean => title === name || title === `${name}-`;

/** Whether a manifest is a run, and so created last and only when it is meant. */
export const isRun = ({ object }: Manifest): boolean =>
  ['PipelineRun', 'TaskRun'].includes(textAt(object, 'kind') ?? '') && isTekton(object);

function plannedRun(manifest: Manifest): readonly PlannedRun[] {
  const { object } = manifest;
  const kind = textAt(object, 'kind');
  if (!isTekton(object) || (kind !== 'PipelineRun' && kind !== 'TaskRun')) return [];
  const title = textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName') ?? '';
  return [{ manifest, kind, title, namespace: namespaceOf(object) }];
}

/** Gives `-p NAME=VALUE` to every run whose pipeline declares the param. Throws when none does. */
export function withParams(
  runs: readonly PlannedRun[],
  manifests: readonly Manifest[],
  params: ReadonlyMap<string, string>,
): readonly PlannedRun[] {
  const declared = new Map(runs.map((run) => [run, declaredParams(run, manifests)]));
  const known = [...new Set([...declared.values()].flatMap((each) => [...each.keys()]))];
  const unknown = [...params.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const guess = closestMatch(unknown[0] ?? '', known);
    const has = known.length === 0 ? 'the runs take no params' : `the params are: ${known.join(', ')}`;
    throw new UsageError(
      `no run takes ${unknown.length === 1 ? 'a param' : 'params'} called ${unknown.map((name) => `'${name}'`).join(', ')}`,
      guess === undefined ? has : `did you mean '${guess}'?`,
    );
  }
  return runs.map((run) => {
    const own = [...params].filter(([name]) => declared.get(run)?.has(name) === true);
    return own.length === 0
      ? run
      : { ...run, manifest: { ...run.manifest, object: give(run, own, declared.get(run)) } };
  });
}

/** Declared params and their types, from the run's own spec or the object it refers to. */
function declaredParams(
  { kind, manifest, namespace }: PlannedRun,
  manifests: readonly Manifest[],
): ReadonlyMap<string, string> {
  const { object } = manifest;
  const what = kind === 'PipelineRun' ? 'pipeline' : 'task';
  const embedded = objectAt(object, 'spec')[`${what}Spec`];
  const spec = isObject(embedded) ? embedded : objectAt(findReferred(object, what, namespace, manifests), 'spec');
  const params =
    kind === 'PipelineRun' ? listAt(spec, 'params') : [...listAt(spec, 'inputs', 'params'), ...listAt(spec, 'params')];
  return new Map(
    params.flatMap((param) => {
      const name = textAt(param, 'name');
      const array = textAt(param, 'type') === 'array' || Array.isArray(objectAt(param)['default']);
      return name === undefined ? [] : [[name, array ? 'array' : 'string'] as const];
    }),
  );
}

function findReferred(
  run: JsonObject,
  what: 'pipeline' | 'task',
  namespace: string,
  manifests: readonly Manifest[],
): JsonObject | undefined {
  const name = textAt(run, 'spec', `${what}Ref`, 'name');
  const kind = what === 'pipeline' ? 'Pipeline' : (textAt(run, 'spec', 'taskRef', 'kind') ?? 'Task');
  return manifests.find(
    ({ object }) =>
      isTekton(object) &&
      textAt(object, 'kind') === kind &&
      textAt(object, 'metadata', 'name') === name &&
      (kind === 'ClusterTask' || namespaceOf(object) === namespace),
  )?.object;
}

function give(
  run: PlannedRun,
  given: readonly (readonly [string, string])[],
  types: ReadonlyMap<string, string> | undefined,
): JsonObject {
  const { object } = run.manifest;
  const spec = objectAt(object, 'spec');
  const values: readonly Json[] = given.map(([name, text]) => ({
    name,
    value: types?.get(name) === 'array' ? text.split(',') : text,
  }));
  const names = new Set(given.map(([name]) => name));
  const others = (list: readonly Json[]): readonly Json[] =>
    list.filter((param) => !names.has(textAt(param, 'name') ?? ''));
  if (run.kind === 'PipelineRun' || spec['params'] !== undefined) {
    return { ...object, spec: { ...spec, params: [...others(listAt(spec, 'params')), ...values] } };
  }
  const inputs = objectAt(spec, 'inputs');
  return {
    ...object,
    spec: { ...spec, inputs: { ...inputs, params: [...others(listAt(inputs, 'params')), ...values] } },
  };
}
