/**
 * Checks a set of objects: each by itself, then the references between them.
 *
 * Synth, lint, admission and controller all use it. The cost is linear in the size of the input.
 */

import { Catalog } from '../validation/catalog.js';
import { checkCredentials } from '../validation/credentials.js';
import { inspectObject, type VersionedCheckedObject } from './check-object.js';
import { checkTokenMounts } from '../validation/tokens.js';
import type { Externals, ReferenceScope } from '../validation/pipeline-references.js';
import type { Problem } from '../problems/problem.js';
import { suggestionBudget } from '../problems/report.js';
import type { FieldPath } from '../model/field-path.js';

/** How objects are checked together. */
export interface CheckOptions {
  /**
   * Objects that may exist outside of the input, so that their absence is only a warning: `none`; `shared` for ServiceAccounts, Secrets
   * and ClusterTasks; `any` if the input is a part of a larger set.
   *
   * @default 'shared'
   */
  readonly externals?: Externals;
  /**
   * Source text of a scalar, by index of the object; hints quote it.
   *
   * @default - the value as JavaScript writes it
   */
  readonly sourceText?: (index: number, path: FieldPath) => string | undefined;
}

/** All problems of all objects, in order of the objects, then of paths. Objects that are not Tekton's are allowed. */
export function checkObjects(objects: readonly unknown[], options: CheckOptions = {}): readonly Problem[] {
  const budget = suggestionBudget();
  const { externals = 'shared', sourceText } = options;
  const inspections = objects.map((object, index) =>
    inspectObject(object, index, budget, sourceText && ((path) => sourceText(index, path))),
  );
  const catalog = new Catalog(inspections);
  reportDuplicateObjects(inspections);
  for (const inspection of inspections) checkReferences(inspection, catalog, externals);
  checkCredentials(catalog, externals);
  checkTokenMounts(inspections, catalog);
  return inspections.flatMap(({ report }) => report.problems());
}

function checkReferences({ id, report, tekton }: VersionedCheckedObject, catalog: Catalog, externals: Externals): void {
  const scope: ReferenceScope = { catalog, namespace: id.namespace, externals };
  tekton?.checkReferences(scope, { path: ['spec'], report });
}

/** Reports objects with the kind, namespace and name of an earlier one. */
function reportDuplicateObjects(inspections: readonly VersionedCheckedObject[]): void {
  const first = new Map<string, number>();
  for (const { id, report } of inspections) {
    if (id.name === undefined || id.kind === undefined) continue;
    const group = id.apiVersion?.split('/', 1)[0] ?? '';
    const key = JSON.stringify([id.apiVersion?.includes('/') ? group : '', id.kind, id.namespace, id.name]);
    const seen = first.get(key);
    if (seen === undefined) first.set(key, id.index);
    else report.add('OBJECT_TWICE', ['metadata', 'name'], { kind: id.kind, name: id.name }, { otherObjectIndex: seen });
  }
}
