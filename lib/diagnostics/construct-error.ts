/**
 * Mistakes in a program that types cannot express, thrown at the line that causes them.
 *
 * Problems that depend on the whole app (a missing task, a cycle in imported YAML) are collected instead: see `validation.ts`.
 */

import { closestMatch } from '@pipewright/tekton';
import type { IConstruct } from 'constructs';
import { withoutLibraryFrames } from './source-location.js';

/** A problem and its fix. */
export interface ProblemDetails {
  /** Stable name of the kind of mistake, for searching. */
  readonly code: string;
  /** The problem, in the user's terms. */
  readonly message: string;
  /** The fix. */
  readonly hint: string;
  /**
   * The given value; printed truncated.
   *
   * @default - the message is sufficient
   */
  readonly value?: unknown;
}

/** A mistake at one construct. Its message names the construct's path, the value, the remedy and the code. */
export class ConstructError extends Error {
  override readonly name = 'ConstructError';
  readonly code: string;
  readonly path: string;
  readonly hint: string;

  constructor(at: IConstruct, { code, message, hint, value }: ProblemDetails) {
    super(`${at.node.path}: ${message}${value === undefined ? '' : ` (got ${truncated(value)})`} — ${hint} [${code}]`);
    this.code = code;
    this.path = at.node.path;
    this.hint = hint;
    if (this.stack !== undefined) this.stack = withoutLibraryFrames(this.stack);
  }
}

/** Returns the end of a hint about an unknown name: the closest known name, or a list of the known names. */
export function suggestName(wrong: string, known: readonly string[]): string {
  const suggestion = closestMatch(wrong, known);
  if (suggestion !== undefined) return `did you mean "${suggestion}"?`;
  return known.length > 0 ? `known: ${known.slice(0, 10).join(', ')}` : 'none is declared';
}

function truncated(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
