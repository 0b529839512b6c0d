/**
 * The table of all problems: every way this project refuses or warns about a manifest.
 *
 * `docs/problems.md` is generated from it, and a test holds the two together. To add one: add a row to the file of its
 * subject, report it where it is found, run `npm run docs`.
 */

import { displayValue, type ObjectId, type Problem, type ProblemDefinition, type Severity } from './problem.js';
import { PIPELINE_PROBLEMS } from './pipeline-problems.js';
import { REFERENCE_PROBLEMS } from './reference-problems.js';
import { OBJECT_PROBLEMS } from './object-problems.js';
import { TASK_PROBLEMS } from './task-problems.js';
import type { FieldPath } from '../model/field-path.js';

/** All rows, by code. */
export const PROBLEMS = { ...OBJECT_PROBLEMS, ...TASK_PROBLEMS, ...PIPELINE_PROBLEMS, ...REFERENCE_PROBLEMS } as const;

/** The code of a row. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What the sentences of a row show. */
export type ProblemDetails<C extends ProblemCode> =
  (typeof PROBLEMS)[C] extends ProblemDefinition<infer Facts> ? Facts : never;

/** What a finder may say beyond the facts. */
export interface ProblemOptions {
  readonly object?: ObjectId;
  /** What was found there; shown shortened. Leave it out for anything secret. */
  readonly value?: unknown;
  readonly severity?: Severity;
  readonly otherObjectIndex?: number;
  readonly tektonMessage?: string | undefined;
}

/** One problem, in the words of its row. */
export function createProblem<C extends ProblemCode>(
  code: C,
  path: FieldPath,
  details: ProblemDetails<C>,
  more: ProblemOptions = {},
): Problem {
  const row = PROBLEMS[code] as unknown as ProblemDefinition<ProblemDetails<C>>; // the index type joins all rows; this one takes these facts
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
  };
}
