/** Checks when expressions on their own. Their variables belong to the checks of pipelines. */

import type { WhenExpression } from '../types.js';
import { fail, type CheckContext } from './check-context.js';

const OPERATORS = ['in', 'notin'];

/** Checks the expressions of a pipeline task or step. `context` is the object with `when`. */
export function checkWhen(expressions: readonly WhenExpression[], context: CheckContext): void {
  expressions.forEach((expression, index) => {
    const at = ['when', index];
    const fields = [`when[${String(index)}]`];
    const { input = '', operator = '', values = [], cel = '' } = expression;
    if (cel !== '') {
      checkCel(expression, context, at, fields);
      return;
    }
    if (input === '' && operator === '' && values.length === 0) {
      const webhook = { message: 'missing field(s)', fields };
      fail(context, 'FIELD_MISSING', { name: 'input' }, { at: [...at, 'input'], webhook });
      return;
    }
    if (!OPERATORS.includes(operator)) {
      const message = `invalid value: operator ${JSON.stringify(operator)} is not recognized. valid operators: in,notin`;
      const details = context.report.unknownName(operator, OPERATORS);
      fail(context, 'VALUE_UNKNOWN', details, {
        at: [...at, 'operator'],
        value: operator,
        webhook: { message, fields },
      });
    }
    if (values.length > 0) return;
    const webhook = { message: 'invalid value: expecting non-empty values field', fields };
    fail(context, 'WHEN_VALUES_MISSING', {}, { at: [...at, 'values'], webhook });
  });
}

function checkCel(
  { input = '', operator = '', values = [], cel = '' }: WhenExpression,
  context: CheckContext,
  at: readonly (string | number)[],
  fields: readonly string[],
): void {
  const flag = 'enable-cel-in-whenexpression';
  if (!context.config.enableCelInWhenExpression) {
    const message = `feature flag ${flag} should be set to true to use CEL: ${cel} in WhenExpression`;
    const details = { feature: 'cel', flag, needed: 'true' };
    fail(context, 'FEATURE_DISABLED', details, { at: [...at, 'cel'], webhook: { message, fields } });
    return;
  }
  if (input === '' && operator === '' && values.length === 0) {
    const reason = context.celCompileError?.(cel);
    if (reason === undefined) return;
    const message = `invalid cel expression: ${cel} with err: ERROR: <input>: ${reason}`;
    fail(context, 'CEL_INVALID', { reason }, { at: [...at, 'cel'], value: cel, webhook: { message, fields } });
    return;
  }
  const message = `cel and input+operator+values cannot be set in one WhenExpression: &{${input} ${operator} [${values.join(' ')}] ${cel}}`;
  fail(
    context,
    'FIELD_NOT_ALLOWED',
    { field: 'cel', other: 'input, operator and values' },
    {
      at: [...at, 'cel'],
      webhook: { message, fields: [] },
    },
  );
}
