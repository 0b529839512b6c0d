/**
 * The explanations of all problem codes: those of packages/tekton, those of programs with constructs, and those of the
 * command.
 */

import {
  CONSTRUCT_PROBLEMS,
  PROBLEMS,
  type ConstructProblemCode,
  type ProblemCode,
  type Severity,
} from '@pipewright/tekton';
import type { Remedy } from './example.js';
import { CONSTRUCT_EXAMPLES } from './examples-construct.js';
import { FEATURE_EXAMPLES } from './examples-feature.js';
import { PIPELINE_EXAMPLES } from './examples-pipeline.js';
import { SET_EXAMPLES } from './examples-set.js';
import { SHAPE_EXAMPLES } from './examples-shape.js';
import { TASK_EXAMPLES } from './examples-task.js';
import type { Explanation } from './explanation.js';
import { FILE_PROBLEMS } from './file-problems.js';
import { MACHINE_PROBLEMS } from './machine-problems.js';

const MANIFEST_EXAMPLES: Readonly<Record<ProblemCode, Remedy>> = {
  ...SHAPE_EXAMPLES,
  ...TASK_EXAMPLES,
  ...PIPELINE_EXAMPLES,
  ...SET_EXAMPLES,
  ...FEATURE_EXAMPLES,
};

/** The fields that both tables of packages/tekton have for a problem. */
interface RowText {
  readonly severity: Severity;
  readonly title: string;
  readonly explanation: string;
}

const fromRow = ({ severity, title, explanation: why }: RowText, remedy: Remedy): Explanation => ({
  severity,
  title,
  why,
  ...remedy,
});

const EXPLANATIONS: ReadonlyMap<string, Explanation> = new Map<string, Explanation>([
  ...Object.entries(PROBLEMS).map(([code, row]): [string, Explanation] => [
    code,
    fromRow(row, MANIFEST_EXAMPLES[code as ProblemCode]), // a key of PROBLEMS
  ]),
  ...Object.entries(CONSTRUCT_PROBLEMS).map(([code, row]): [string, Explanation] => {
    const { fix, example } = CONSTRUCT_EXAMPLES[code as ConstructProblemCode]; // a key of CONSTRUCT_PROBLEMS
    return [code, fromRow(row, { fix, example: { ...example, language: 'ts' } })];
  }),
  ...Object.entries(FILE_PROBLEMS),
  ...Object.entries(MACHINE_PROBLEMS),
]);

/** Returns the explanation of a code; undefined for an unknown one. */
export const explanationOf = (code: string): Explanation | undefined => EXPLANATIONS.get(code);

/** Returns all codes, in alphabetical order. */
export const explainedCodes = (): readonly string[] => [...EXPLANATIONS.keys()].sort();
