/**
 * Checks objects together: each by itself, then how they fit.
 *
 * This is the one reading that synth, lint, admission and controller share. The cost grows with the size of the input, not
 * with pairs of objects.
 */

import { Catalog } from '../validation/catalog.js';
import { checkPipelineRunAmong, checkTaskRunAmong } from '../validation/run-references.js';
import { checkCredentials } from '../validation/credentials.js';
import { inspect, type Inspection } from './check-object.js';
import { checkTokens } from '../validation/tokens.js';
import { checkUses, type Elsewhere, type Surroundings } from '../validation/pipeline-references.js';
import type { Problem } from '../problems/problem.js';
import { readPipeline } from '../v1alpha1/reader.js';
import { someGuesses } from '../problems/report.js';
import type { Path } from '../variables/task-fields.js';
import type { Where } from '../validation/location.js';

/** How objects are checked together. */
export interface CheckOptions {
  /**
   * What may live elsewhere, so that its absence is only a warning: `nothing`; what namespaces share or Git does not hold
   * (ServiceAccounts, Secrets, ClusterTasks); or `anything`, where the objects are some of those there will be.
   *
   * @default 'shared'
   */
  readonly elsewhere?: Elsewhere;
  /**
   * The text of a scalar as the file of an object has it, by the object's place in the list: hints quote it.
   *
   * @default - the value as JavaScript writes it
   */
  readonly written?: (index: number, path: Path) => string | undefined;
}

/** All problems of all objects, in order of the objects, then of paths. Objects that are not Tekton's are allowed. */
export function checkObjects(objects: readonly unknown[], options: CheckOptions = {}): readonly Problem[] {
  const guesses = someGuesses();
  const { elsewhere = 'shared', written } = options;
  const inspections = objects.map((object, index) =>
    inspect(object, index, guesses, written && ((path) => written(index, path))),
  );
  const catalog = new Catalog(inspections);
  reportTwins(inspections);
  for (const inspection of inspections) checkAmong(inspection, catalog, elsewhere);
  checkCredentials(catalog, elsewhere);
  checkTokens(inspections, catalog);
  return inspections.flatMap(({ report }) => report.problems());
}

function checkAmong({ id, report, tekton }: Inspection, catalog: Catalog, elsewhere: Elsewhere): void {
  if (!tekton) return;
  const around: Surroundings = { catalog, namespace: id.namespace, elsewhere };
  const where: Where = { path: ['spec'], report };
  if (tekton.kind === 'Pipeline') checkUses(readPipeline(tekton.spec), around, where);
  if (tekton.kind === 'TaskRun') checkTaskRunAmong(tekton.spec, around, where);
  if (tekton.kind === 'PipelineRun') checkPipelineRunAmong(tekton.spec, around, where);
}

/** Two objects of one kind, namespace and name: the second is reported. */
function reportTwins(inspections: readonly Inspection[]): void {
  const first = new Map<string, number>();
  for (const { id, report } of inspections) {
    if (id.name === undefined || id.kind === undefined) continue;
    const group = id.apiVersion?.split('/', 1)[0] ?? '';
    const key = JSON.stringify([id.apiVersion?.includes('/') ? group : '', id.kind, id.namespace, id.name]);
    const seen = first.get(key);
    if (seen === undefined) first.set(key, id.index);
    else report.add('OBJECT_TWICE', ['metadata', 'name'], { kind: id.kind, name: id.name }, { other: seen });
  }
}
