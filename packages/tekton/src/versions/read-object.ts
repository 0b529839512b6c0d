/**
 * Reads one object into the model, with the places of what the model lists.
 *
 * For callers that work on users' objects of any API version. Nothing is reported: `checkObject` does that.
 */

import type { FieldPaths } from '../model/field-paths.js';
import type { ParamAssignment } from '../model/model.js';
import type { NewRun } from '../model/new-run.js';
import type { ObjectModel } from '../model/object.js';
import { suggestionBudget } from '../problems/report.js';
import { inspectObject } from './check-object.js';
import { tryFindVersion } from './versions.js';

/** An object and what it means. */
export interface ReadObject {
  readonly model: ObjectModel;
  readonly paths: FieldPaths;
  /** Returns the object of a run of this version. */
  readonly writeRun: (run: NewRun) => object;
  /** Returns a run of this version with these params; one that it has already gets the new value. */
  readonly withParams: <T extends object>(run: T, params: readonly ParamAssignment[]) => T;
}

/** Reads a Tekton object; fields with problems are left out. Undefined unless its version and kind are known. */
export function tryReadObject(object: unknown): ReadObject | undefined {
  const { id, tekton } = inspectObject(object, 0, suggestionBudget());
  const version = tryFindVersion(id.apiVersion ?? '');
  if (!tekton || !version) return undefined;
  const { fieldPaths, writeRun, withParams } = version;
  return { model: tekton.read(), paths: fieldPaths, writeRun, withParams };
}
