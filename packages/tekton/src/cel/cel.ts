/**
 * Evaluates CEL expressions, as Tekton does: with the standard library of CEL, without variables.
 *
 * An own entry point of the package (`@pipewright/tekton/cel`), because the library takes as long to load as a small command takes to
 * start. Import it with `await import()`, and only if a cluster enables CEL.
 */

import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import type { CelCompileError, EvaluateCel } from '../execution/when.js';

/** Macros that evaluate an expression once per element of a list or map. */
const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** Loops in each other, and loops in one expression. They bound the time: a list has at most 1,000 elements. */
const MOST_NESTED = 2;
const MOST_LOOPS = 10;

/** The function that replaces `matches` of the library, which uses JavaScript's patterns. */
const MATCHES = 're2Matches';

/** The standard library, in which `matches` has RE2's syntax and takes linear time. */
const STANDARD = new Environment().registerFunction(
  `string.${MATCHES}(string): bool`,
  (text: string, pattern: string) => RE2JS.compile(pattern).test(text),
);

/** Compiles an expression. Throws if that fails. */
function compile(expression: string): () => unknown {
  const parsed = STANDARD.parse(expression);
  const loops = replaceMatches(parsed.ast, 0);
  if (loops > MOST_LOOPS) throw new Error(`expression has ${String(loops)} loops, more than ${String(MOST_LOOPS)}`);
  const { error } = parsed.check();
  if (error) throw error;
  return () => parsed({});
}

/** Renames calls of `matches`, and counts loops. Throws if too many are in each other. */
function replaceMatches(node: ASTNode, depth: number): number {
  const call = node.op === 'rcall' ? node.args : undefined;
  if (call?.[0] === 'matches' && call[2].length === 1) call[0] = MATCHES;
  const isLoop = call !== undefined && LOOPS.has(call[0]) && call[2].length > 1;
  if (isLoop && depth === MOST_NESTED) throw new Error(`expression has more than ${String(MOST_NESTED)} nested loops`);
  const inside = isLoop ? depth + 1 : depth;
  return [node.args]
    .flat(3)
    .reduce<number>((loops, item) => loops + (isNode(item) ? replaceMatches(item, inside) : 0), isLoop ? 1 : 0);
}

const isNode = (item: unknown): item is ASTNode => typeof item === 'object' && item !== null && 'op' in item;

/** Returns the message of an error with the terms of cel-go, which Tekton uses. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = 'summary' in error ? String(error.summary) : error.message;
  const [, left, operator, right] = /^no such overload: (\S.*) (\S+) (\S.*)$/.exec(message) ?? [];
  if (left !== undefined)
    return `found no matching overload for '_${operator ?? ''}_' applied to '(${left}, ${right ?? ''})'`;
  const [, name] = /^Unknown variable: (.*)$/s.exec(message) ?? [];
  return (name === undefined ? message : `undeclared reference to '${name}' (in container '')`).replaceAll(
    MATCHES,
    'matches',
  );
}

/** Returns why an expression cannot be compiled; undefined if it can. */
export const celCompileError: CelCompileError = (expression) => {
  try {
    compile(expression);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
};

/** Evaluates an expression, in which Tekton's variables are already substituted. One that does not result in a boolean is an error. */
export const evaluateCel: EvaluateCel = (expression) => {
  try {
    const value = compile(expression)();
    if (typeof value === 'boolean') return { kind: 'value', value };
    return { kind: 'error', message: `The CEL expression ${expression} is not evaluated to a boolean` };
  } catch (error) {
    return { kind: 'error', message: messageOf(error) };
  }
};
