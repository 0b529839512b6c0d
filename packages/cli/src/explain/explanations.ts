/** All problem codes in words: those of packages/tekton and those of the command. */

import { PROBLEMS } from '@pipewright/tekton';
import type { Explanation } from './explanation.js';
import { FILE_PROBLEMS } from './file-problems.js';

/** What is known about a code of either table. `fix` and an example are in one of them only. */
export type Known = Pick<Explanation, 'severity' | 'title' | 'why'> & Partial<Explanation>;

const TABLE: ReadonlyMap<string, Known> = new Map<string, Known>([
  ...Object.entries(PROBLEMS).map(([code, { severity, title, why }]) => [code, { severity, title, why }] as const),
  ...Object.entries(FILE_PROBLEMS),
]);

/** The explanation of a code; undefined for one that does not exist. */
export const explanationOf = (code: string): Known | undefined => TABLE.get(code);

/** All codes, in alphabetical order. */
export const explainedCodes = (): readonly string[] => [...TABLE.keys()].sort();
