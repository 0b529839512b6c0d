/** Checks updates of objects by the rules of their API version. */

import { Report, suggestionBudget } from '../problems/report.js';
import type { Problem } from '../problems/problem.js';
import type { UpdatedObject } from '../validation/api-version.js';
import { tryFindVersion } from './versions.js';

/**
 * Returns why the webhook rejects an update: after a run has started, its spec can hardly change. Empty if it admits the update.
 *
 * `admissionMessage` and `admissionDenial` format the problems, together with those of `checkObject`.
 *
 * @param before the object as it is stored
 * @param after the object of the request, in the API version in which its spec is written, with its status
 */
export function updateProblems(before: UpdatedObject, after: UpdatedObject): readonly Problem[] {
  const { apiVersion, kind, metadata: { name } = {} } = after;
  const id = {
    index: 0,
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    ...(name !== undefined && { name }),
  };
  const report = new Report(id, suggestionBudget());
  tryFindVersion(apiVersion ?? '')?.checkUpdate?.(before, after, report);
  return report.problems();
}
