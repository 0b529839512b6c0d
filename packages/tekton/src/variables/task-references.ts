/**
 * Variables of a pipeline task that refer to other tasks: their results, states and the size of their matrix.
 *
 * Separate from the result references of v1alpha1, which have one form; here results also have indexes, keys and brackets.
 */

import { textsOfVariables } from './substitution.js';

/** A part of a result. Absent: the result itself; `all`: the whole array or object. */
export type ResultPart =
  | { readonly kind: 'all' }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'key'; readonly key: string };

/** A reference to the result of a task. */
export interface TaskResultReference {
  readonly kind: 'result';
  /** The text between `$(` and `)`. */
  readonly variable: string;
  readonly section: 'tasks' | 'finally';
  readonly task: string;
  readonly result: string;
  readonly part?: ResultPart;
}

/** A reference to another task, or to all of them. */
export type TaskReference =
  | TaskResultReference
  | { readonly kind: 'status' | 'reason'; readonly variable: string; readonly task: string }
  | { readonly kind: 'aggregateStatus'; readonly variable: string }
  /** The number of combinations of a matrix, or of the results with this name. */
  | { readonly kind: 'matrixLength'; readonly variable: string; readonly task: string; readonly result?: string };

const RESULT =
  /^(tasks|finally)\.([^.[\]]+)\.results(?:\.([^.[\]]+)|\["([^"\]]+)"\]|\['([^'\]]+)'\])(?:\[(\*|\d+)\]|\.([^.[\]]+))?$/;
const STATE = /^tasks\.([^.[\]]+)\.(status|reason)$/;
const MATRIX_LENGTH = /^tasks\.([^.[\]]+)\.matrix(?:\.([^.[\]]+))?\.length$/;

/** Parses the text between `$(` and `)`; undefined if it does not refer to a task. */
export function parseTaskReference(variable: string): TaskReference | undefined {
  const [, section, task, dotted, double, single, index, key] = RESULT.exec(variable) ?? [];
  const result = dotted ?? double ?? single;
  if ((section === 'tasks' || section === 'finally') && task !== undefined && result !== undefined) {
    const part = partOf(index, key);
    return { kind: 'result', variable, section, task, result, ...(part && { part }) };
  }
  if (variable === 'tasks.status') return { kind: 'aggregateStatus', variable };
  const [, stateOf, field] = STATE.exec(variable) ?? [];
  if (stateOf !== undefined && (field === 'status' || field === 'reason'))
    return { kind: field, variable, task: stateOf };
  const [, matrixOf, counted] = MATRIX_LENGTH.exec(variable) ?? [];
  if (matrixOf === undefined) return undefined;
  return { kind: 'matrixLength', variable, task: matrixOf, ...(counted !== undefined && { result: counted }) };
}

function partOf(index: string | undefined, key: string | undefined): ResultPart | undefined {
  if (index === '*') return { kind: 'all' };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  return key === undefined ? undefined : { kind: 'key', key };
}

/** Returns the references in a text, in order. */
export function taskReferencesIn(text: string): readonly TaskReference[] {
  if (!text.includes('$(tasks.') && !text.includes('$(finally.')) return [];
  return textsOfVariables(text).flatMap((variable) => parseTaskReference(variable) ?? []);
}
