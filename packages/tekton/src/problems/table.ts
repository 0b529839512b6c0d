/**
 * The table of all problems that this package reports about manifests.
 *
 * `docs/problems.md` is generated from it. To add a problem, add a row to the table of its subject, report it, and run
 * `npm run docs`.
 */

import { displayValue, type ObjectId, type Problem, type ProblemDefinition, type Severity } from './problem.js';
import { PIPELINE_PROBLEMS } from './pipeline-problems.js';
import { REFERENCE_PROBLEMS } from './reference-problems.js';
import { OBJECT_PROBLEMS } from './object-problems.js';
import { TASK_PROBLEMS } from './task-problems.js';
import { FEATURE_PROBLEMS } from './feature-problems.js';
import type { FieldPath } from '../model/field-path.js';
import { formatFieldErrors, type FieldError } from './field-error.js';

/** All rows, by code. */
export const PROBLEMS = {
  ...OBJECT_PROBLEMS,
  ...TASK_PROBLEMS,
  ...PIPELINE_PROBLEMS,
  ...REFERENCE_PROBLEMS,
  ...FEATURE_PROBLEMS,
} as const;

/** The code of a row. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The values that the message and hint of a row contain. */
export type ProblemDetails<C extends ProblemCode> =
  (typeof PROBLEMS)[C] extends ProblemDefinition<infer Details> ? Details : never;

/** Optional parts of a reported problem. */
export interface ProblemOptions {
  readonly object?: ObjectId;
  /** The value at the path, shown shortened. Omit secrets. */
  readonly value?: unknown;
  readonly severity?: Severity;
  readonly otherObjectIndex?: number;
  readonly tektonMessage?: string | undefined;
  readonly fieldErrors?: readonly FieldError[] | undefined;
}

/** Creates a problem with the message and hint of its row. */
export function createProblem<C extends ProblemCode>(
  code: C,
  path: FieldPath,
  details: ProblemDetails<C>,
  more: ProblemOptions = {},
): Problem {
  const row = PROBLEMS[code] as unknown as ProblemDefinition<ProblemDetails<C>>; // typed as a union
  return {
    code,
    severity: more.severity ?? row.severity,
    ...(more.object && { object: more.object }),
    path,
    message: row.message(details),
    hint: row.hint(details),
    ...(more.value !== undefined && { value: displayValue(more.value) }),
    ...(more.otherObjectIndex !== undefined && { otherObjectIndex: more.otherObjectIndex }),
    ...(more.tektonMessage !== undefined && { tektonMessage: more.tektonMessage }),
    ...(more.fieldErrors && {
      fieldErrors: more.fieldErrors,
      tektonMessage: formatFieldErrors(more.fieldErrors) ?? '',
    }),
  };
}
