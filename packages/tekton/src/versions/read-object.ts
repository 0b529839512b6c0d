/**
 * Reads one object into the model, with the field paths of the lists in the model.
 *
 * For callers that process user objects of any API version. Reports no problems: `checkObject` does that.
 */

import type { FieldPaths } from '../model/field-paths.js';
import type { ParamAssignment } from '../model/model.js';
import type { NewRun } from '../model/new-run.js';
import type { ObjectModel } from '../model/object.js';
import { suggestionBudget } from '../problems/report.js';
import { inspectObject } from './check-object.js';

/** The model of an object, with the writers of its API version. */
export interface ReadObject {
  readonly model: ObjectModel;
  readonly paths: FieldPaths;
  /** Creates the object of a run of this version. */
  readonly writeRun: (run: NewRun) => object;
  /** Returns a copy of a run of this version with these params added. Existing params are overwritten. */
  readonly withParams: <T extends object>(run: T, params: readonly ParamAssignment[]) => T;
}

/** Reads a Tekton object, without invalid fields. Returns undefined if its version or kind is unknown. */
export function tryReadObject(object: unknown): ReadObject | undefined {
  const { tekton, version } = inspectObject(object, 0, { budget: suggestionBudget(), settings: {} });
  if (!tekton || !version) return undefined;
  const { fieldPaths, writeRun, withParams } = version;
  return { model: tekton.read(), paths: fieldPaths, writeRun, withParams };
}
