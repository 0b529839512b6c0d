/**
 * The table of all problems: every way this project refuses or warns about a manifest.
 *
 * `docs/problems.md` is generated from it, and a test holds the two together. To add one: add a row to the file of its
 * subject, report it where it is found, run `npm run docs`.
 */

import { shown, type ObjectId, type Problem, type Row, type Severity } from './problem.js';
import { PIPELINE_PROBLEMS } from './pipeline-problems.js';
import { SET_PROBLEMS } from './reference-problems.js';
import { SHAPE_PROBLEMS } from './object-problems.js';
import { TASK_PROBLEMS } from './task-problems.js';
import type { Path } from '../variables/task-fields.js';

/** All rows, by code. */
export const PROBLEMS = { ...SHAPE_PROBLEMS, ...TASK_PROBLEMS, ...PIPELINE_PROBLEMS, ...SET_PROBLEMS } as const;

/** The code of a row. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What the sentences of a row show. */
export type FactsOf<C extends ProblemCode> = (typeof PROBLEMS)[C] extends Row<infer Facts> ? Facts : never;

/** What a finder may say beyond the facts. */
export interface More {
  readonly object?: ObjectId;
  /** What was found there; shown shortened. Leave it out for anything secret. */
  readonly value?: unknown;
  readonly severity?: Severity;
  readonly other?: number;
  readonly tektonMessage?: string | undefined;
}

/** One problem, in the words of its row. */
export function problem<C extends ProblemCode>(code: C, path: Path, facts: FactsOf<C>, more: More = {}): Problem {
  const row = PROBLEMS[code] as unknown as Row<FactsOf<C>>; // the index type joins all rows; this one takes these facts
  return {
    code,
    severity: more.severity ?? row.severity,
    ...(more.object && { object: more.object }),
    path,
    message: row.says(facts),
    hint: row.hint(facts),
    ...(more.value !== undefined && { value: shown(more.value) }),
    ...(more.other !== undefined && { other: more.other }),
    ...(more.tektonMessage !== undefined && { tektonMessage: more.tektonMessage }),
  };
}
