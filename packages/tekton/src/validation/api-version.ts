/**
 * What the shared checks need from an API version.
 *
 * `versions/versions.ts` lists the implementations; each version's folder has one.
 */

import type { ConformanceMessages } from '../schema/conformance.js';
import type { FieldPaths } from '../model/field-paths.js';
import type { ParamAssignment } from '../model/model.js';
import type { NewRun } from '../model/new-run.js';
import type { KindDefinition } from '../schema/kind-definition.js';
import type { ReadableObject } from './catalog.js';
import type { ValidationContext } from './context.js';
import type { ReferenceScope } from './pipeline-references.js';

/** One version of the API group tekton.dev. */
export interface ApiVersion {
  readonly apiVersion: string;
  readonly kinds: Readonly<Record<string, KindDefinition>>;
  readonly messages: ConformanceMessages;
  /** Wraps an object of one of `kinds` that conforms to the schema of its kind. */
  readonly interpret: (object: object) => VersionedObject;
  /** Where objects hold what their models list. */
  readonly fieldPaths: FieldPaths;
  /** Returns the object of a new run. */
  readonly writeRun: (run: NewRun) => object;
  /** Returns a run of this version with these params; one that it has already gets the new value. */
  readonly withParams: <T extends object>(run: T, params: readonly ParamAssignment[]) => T;
}

/** A Tekton object whose version knows how to check and read it. */
export interface VersionedObject extends ReadableObject {
  /** Checks what the object means by itself. */
  readonly check: (context: ValidationContext) => void;
  /** Checks what the object refers to. */
  readonly checkReferences: (scope: ReferenceScope, context: ValidationContext) => void;
}
