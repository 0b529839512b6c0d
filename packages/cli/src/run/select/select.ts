/** Selects the runs of a command line, and sets their params. Pure. */

import { closestMatch, type ParamType, type TaskModel } from '@pipewright/tekton';
import { textAt } from '../../json.js';
import type { Manifest } from '../../manifests/load.js';
import type { TektonObject, TektonObjects } from '../../manifests/tekton-objects.js';
import { tryFindPipelineOfRun } from './reachable-tasks.js';
import type { PlannedRun } from './planned-run.js';
import { parseParamValue } from './param-value.js';
import { startHint } from './start-hint.js';
import { UsageError } from '../../diagnostics/usage-error.js';
import { isTekton, namespaceOf } from '../../manifests/identity.js';

/**
 * Returns the runs among the manifests, or those with the given names. Throws a UsageError if there are none, or if a
 * name is unknown.
 */
export function selectRuns(
  manifests: readonly Manifest[],
  objects: TektonObjects,
  names: readonly string[],
  paths: readonly string[],
): readonly PlannedRun[] {
  const runs = manifests.flatMap((manifest) => plannedRun(manifest));
  if (runs.length === 0)
    throw new UsageError(`no PipelineRun or TaskRun in ${paths.join(', ')}`, startHint(objects, paths));
  const unknown = names.filter((name) => !runs.some((run) => isCalled(run, name)));
  if (unknown.length > 0) {
    const titles = runs.map(({ title }) => title);
    const guess = closestMatch(unknown[0] ?? '', titles);
    throw new UsageError(
      `no run called ${unknown.map((name) => `'${name}'`).join(', ')} in ${paths.join(', ')}`,
      guess === undefined ? `the runs are: ${titles.join(', ')}` : `did you mean '${guess}'?`,
    );
  }
  return names.length === 0 ? runs : runs.filter((run) => names.some((name) => isCalled(run, name)));
}

const isCalled = ({ title }: PlannedRun, name: string): boolean => title === name || title === `${name}-`;

/** Returns whether a manifest is a run. Runs are created last, and only if they are selected. */
export const isRunManifest = ({ object }: Manifest): boolean =>
  ['PipelineRun', 'TaskRun'].includes(textAt(object, 'kind') ?? '') && isTekton(object);

function plannedRun(manifest: Manifest): readonly PlannedRun[] {
  const { object } = manifest;
  const kind = textAt(object, 'kind');
  if (!isTekton(object) || (kind !== 'PipelineRun' && kind !== 'TaskRun')) return [];
  const title = textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName') ?? '';
  return [{ manifest, kind, title, namespace: namespaceOf(object) }];
}

/** Sets `-p NAME=VALUE` on each run whose Pipeline or Task declares the param. Throws a UsageError if none does. */
export function withCommandLineParams(
  runs: readonly PlannedRun[],
  objects: TektonObjects,
  params: ReadonlyMap<string, string>,
): readonly PlannedRun[] {
  const declared = new Map(runs.map((run) => [run, declaredParams(run, objects)]));
  const known = [...new Set([...declared.values()].flatMap((each) => [...each.keys()]))];
  const unknown = [...params.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const guess = closestMatch(unknown[0] ?? '', known);
    const has = known.length === 0 ? 'the runs have no params' : `the params are: ${known.join(', ')}`;
    throw new UsageError(
      `no run has ${unknown.length === 1 ? 'a param' : 'params'} called ${unknown.map((name) => `'${name}'`).join(', ')}`,
      guess === undefined ? has : `did you mean '${guess}'?`,
    );
  }
  return runs.map((run) => {
    const types = declared.get(run) ?? new Map<string, ParamType>();
    const paramValues = [...params].flatMap(([name, text]) => {
      const type = types.get(name);
      return type === undefined ? [] : [{ name, value: parseParamValue(type, text) }];
    });
    const read = paramValues.length > 0 ? objects.tryRead(run.manifest) : undefined;
    return read
      ? { ...run, manifest: { ...run.manifest, object: read.withParams(run.manifest.object, paramValues) } }
      : run;
  });
}

/** Returns the declared params and their types, from the run's embedded spec or the object it refers to. */
function declaredParams(run: PlannedRun, objects: TektonObjects): ReadonlyMap<string, ParamType> {
  const read = objects.tryRead(run.manifest);
  const params =
    (read && tryFindPipelineOfRun(read, objects)?.model.params) ??
    tryFindTaskOfRun(read, run.namespace, objects)?.params ??
    [];
  return new Map(params.map(({ name, type }) => [name, type]));
}

/** Returns the Task that a TaskRun refers to or embeds. */
function tryFindTaskOfRun(
  run: TektonObject | undefined,
  namespace: string,
  objects: TektonObjects,
): TaskModel | undefined {
  if (run?.model.kind !== 'TaskRun') return undefined;
  const { source } = run.model.run;
  if (source?.kind === 'embedded') return source.task;
  return source?.kind === 'reference'
    ? objects.tryFind(source.taskKind, source.name, namespace)?.model.task
    : undefined;
}
