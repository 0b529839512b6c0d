/**
 * Mistakes in a program that its types cannot see, thrown at the line that made them.
 *
 * What can only be judged once the whole app stands (a missing task, a cycle read from YAML) is not thrown but collected:
 * see `validation.ts`.
 */

import type { IConstruct } from 'constructs';
import { withoutLibraryFrames } from './source-location.js';

/** What is wrong, and what to do about it. */
export interface Mistake {
  /** Stable name of the kind of mistake, for searching. */
  readonly code: string;
  /** What is wrong, in the user's words. */
  readonly message: string;
  /** What to do now. */
  readonly hint: string;
  /**
   * The value that was given; printed shortened.
   *
   * @default - the message says it all
   */
  readonly value?: unknown;
}

/** A mistake at one construct. Its message names the construct's path, the value, the remedy and the code. */
export class ConstructError extends Error {
  override readonly name = 'ConstructError';
  readonly code: string;
  readonly path: string;
  readonly hint: string;

  constructor(at: IConstruct, { code, message, hint, value }: Mistake) {
    super(`${at.node.path}: ${message}${value === undefined ? '' : ` (got ${shortened(value)})`} — ${hint} [${code}]`);
    this.code = code;
    this.path = at.node.path;
    this.hint = hint;
    if (this.stack !== undefined) this.stack = withoutLibraryFrames(this.stack);
  }
}

/** The known name nearest to `wrong`, as the end of a hint; lists the known ones when none is near. */
export function nearest(wrong: string, known: readonly string[]): string {
  const [best] = known.map((name) => ({ name, far: distance(wrong, name) })).sort((a, b) => a.far - b.far);
  if (best && best.far <= Math.max(1, Math.floor(wrong.length / 3))) return `did you mean "${best.name}"?`;
  return known.length > 0 ? `known: ${known.slice(0, 10).join(', ')}` : 'none is declared';
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
