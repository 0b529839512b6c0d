/** All problem codes in words: those of packages/tekton and those of the command. */

import { PROBLEMS } from '@pipewright/tekton';
import type { Remedy } from './example.js';
import { PIPELINE_EXAMPLES } from './examples-pipeline.js';
import { SET_EXAMPLES } from './examples-set.js';
import { SHAPE_EXAMPLES } from './examples-shape.js';
import { TASK_EXAMPLES } from './examples-task.js';
import type { Explanation } from './explanation.js';
import { FILE_PROBLEMS } from './file-problems.js';

const EXAMPLES: Readonly<Record<string, Remedy | undefined>> = {
  ...SHAPE_EXAMPLES,
  ...TASK_EXAMPLES,
  ...PIPELINE_EXAMPLES,
  ...SET_EXAMPLES,
};

const TABLE: ReadonlyMap<string, Explanation> = new Map([
  ...Object.entries(PROBLEMS).map(([code, { severity, title, why }]): [string, Explanation] => [
    code,
    { severity, title, why, ...(EXAMPLES[code] ?? { fix: 'Follow the hint of the finding.' }) },
  ]),
  ...Object.entries(FILE_PROBLEMS),
]);

/** The explanation of a code; undefined for one that does not exist. */
export const explanationOf = (code: string): Explanation | undefined => TABLE.get(code);

/** All codes, in alphabetical order. */
export const explainedCodes = (): readonly string[] => [...TABLE.keys()].sort();
