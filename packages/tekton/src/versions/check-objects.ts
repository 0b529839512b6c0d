/**
 * Checks a set of objects: each on its own, then the references between them.
 *
 * Used by synth, lint, admission and the controller. The cost is linear in the size of the input.
 */

import { Catalog } from '../validation/catalog.js';
import type { ClusterSettings } from '../validation/cluster-settings.js';
import { checkCredentials } from '../validation/credentials.js';
import { inspectObject, type VersionedCheckedObject } from './check-object.js';
import { checkTokenMounts } from '../validation/tokens.js';
import type { Externals, ReferenceScope } from '../validation/pipeline-references.js';
import type { Problem } from '../problems/problem.js';
import { suggestionBudget } from '../problems/report.js';
import type { FieldPath } from '../model/field-path.js';

/** Options of a check of several objects. */
export interface CheckOptions extends ClusterSettings {
  /**
   * Objects that may exist outside the input, so that their absence is only a warning: `none`; `shared` for
   * ServiceAccounts, Secrets and ClusterTasks; `any` if the input is part of a larger set.
   *
   * @default 'shared'
   */
  readonly externals?: Externals;
  /**
   * Returns the source text of a scalar in the object with this index, to quote in hints.
   *
   * @default - the value formatted by JavaScript
   */
  readonly sourceText?: (index: number, path: FieldPath) => string | undefined;
}

/** Returns all problems, ordered by object, then by path. Objects of other API groups are allowed. */
export function checkObjects(objects: readonly unknown[], options: CheckOptions = {}): readonly Problem[] {
  const budget = suggestionBudget();
  const { externals = 'shared', sourceText } = options;
  const inspections = objects.map((object, index) =>
    inspectObject(object, index, {
      budget,
      settings: options,
      ...(sourceText && { sourceText: (path) => sourceText(index, path) }),
    }),
  );
  const catalog = new Catalog(inspections);
  reportDuplicateObjects(inspections);
  for (const inspection of inspections) checkReferences(inspection, catalog, externals);
  checkCredentials(catalog, externals);
  checkTokenMounts(inspections, catalog);
  return inspections.flatMap(({ report }) => report.problems());
}

function checkReferences({ id, report, tekton }: VersionedCheckedObject, catalog: Catalog, externals: Externals): void {
  const scope: ReferenceScope = { catalog, namespace: id.namespace, externals, apiVersion: id.apiVersion };
  tekton?.checkReferences(scope, { path: ['spec'], report });
}

/** Reports objects with the same kind, namespace and name as an earlier object. */
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
