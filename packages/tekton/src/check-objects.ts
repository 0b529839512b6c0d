/**
 * Checks objects together: each by itself, then how they fit.
 *
 * This is the one reading that synth, lint, admission and controller share. The cost grows with the size of the input, not
 * with pairs of objects.
 */

import { Catalog } from './catalog.js';
import { checkPipelineRunAmong, checkTaskRunAmong } from './check-bindings.js';
import { checkCredentials } from './check-credentials.js';
import { inspect, type Inspection } from './check-object.js';
import { checkTokens } from './check-token.js';
import { checkUses, type Surroundings } from './check-uses.js';
import type { Problem } from './problem.js';
import { readPipeline } from './read.js';
import { someGuesses } from './report.js';
import type { Where } from './where.js';

/** How objects are checked together. */
export interface CheckOptions {
  /**
   * Whether the objects are all there is: a ServiceAccount, Secret or ClusterTask that is not among them does not exist.
   *
   * @default false - these may live elsewhere, and their absence is a warning
   */
  readonly complete?: boolean;
}

/** All problems of all objects, in order of the objects, then of paths. Objects that are not Tekton's are allowed. */
export function checkObjects(objects: readonly unknown[], options: CheckOptions = {}): readonly Problem[] {
  const guesses = someGuesses();
  const inspections = objects.map((object, index) => inspect(object, index, guesses));
  const catalog = new Catalog(inspections);
  const complete = options.complete === true;
  reportTwins(inspections);
  for (const inspection of inspections) checkAmong(inspection, catalog, complete);
  checkCredentials(catalog, complete);
  checkTokens(inspections, catalog);
  return inspections.flatMap(({ report }) => report.problems());
}

function checkAmong({ id, report, tekton }: Inspection, catalog: Catalog, complete: boolean): void {
  if (!tekton) return;
  const around: Surroundings = { catalog, namespace: id.namespace, complete };
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
