/**
 * Evaluates the `when` expressions of pipeline tasks, whose variables are already substituted.
 *
 * Separate from the schedule, which asks only whether a task may run. CEL is evaluated by a function that is passed in.
 */

import type { WhenModel } from '../model/model.js';

/** The value of a CEL expression, or why it has none. */
export type CelResult =
  { readonly kind: 'value'; readonly value: boolean } | { readonly kind: 'error'; readonly message: string };

/** Evaluates a CEL expression without variables. */
export type EvaluateCel = (expression: string) => CelResult;

/** Returns why a CEL expression cannot be compiled: its syntax, an unknown name, or types that do not match. Undefined if it can. */
export type CelCompileError = (expression: string) => string | undefined;

/** Returns whether all expressions hold, or the first error. Evaluation stops at the first that does not hold. */
export function evaluateWhen(expressions: readonly WhenModel[], evaluateCel: EvaluateCel): CelResult {
  for (const expression of expressions) {
    const result: CelResult =
      expression.kind === 'cel'
        ? evaluateCel(expression.expression)
        : { kind: 'value', value: expression.values.includes(expression.input) === (expression.operator === 'in') };
    if (result.kind === 'error' || !result.value) return result;
  }
  return { kind: 'value', value: true };
}
