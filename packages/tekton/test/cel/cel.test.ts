/** CEL expressions of `when`, compared with what cel-go makes of them. */

import { expect, test } from '@jest/globals';
import { celCompileError, evaluateCel } from '@pipewright/tekton/cel';

test.each<[expression: string, value: boolean]>([
  ["'main' == 'main'", true],
  ["'main' in ['x', 'y']", false],
  ["'v1'.startsWith('v')", true],
  ["'main'.matches('^m.*n$') && 1 < 2", true],
  ["'MAIN'.matches('(?i)main')", true],
  ["size('abc') == 3 && 'a' + 'b' == 'ab'", true],
  ['[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x > 1)', true],
  ["{'a': [1]}.a.size() == 1", true],
  ["duration('1h') > duration('59m')", true],
  ["timestamp('2020-01-01T00:00:00Z') < timestamp('2021-01-01T00:00:00Z')", true],
  ["1 == 2 ? true : 'a' != 'b'", true],
  ['!true // a comment', false],
])('%s is %p', (expression, value) => {
  expect(evaluateCel(expression)).toEqual({ kind: 'value', value });
  expect(celCompileError(expression)).toBeUndefined();
});

test.each<[expression: string, message: string]>([
  ["'main' == 5", "found no matching overload for '_==_' applied to '(string, int)'"],
  ['nosuch == 1', "undeclared reference to 'nosuch' (in container '')"],
  ["'a' ==", 'Unexpected token: EOF'],
  ['true)', "Unexpected character: ')'"],
  ["'a'.matches(1)", "found no matching overload for 'string.matches(int)'"],
  ['[1].all(x, [1].all(y, [1].all(z, true)))', 'expression has more than 2 nested loops'],
])('%s does not compile', (expression, message) => {
  expect(celCompileError(expression)).toBe(message);
  expect(evaluateCel(expression)).toEqual({ kind: 'error', message });
});

test.each<[expression: string, message: string]>([
  ["'a'", "The CEL expression 'a' is not evaluated to a boolean"],
  ['1 / 0 == 1', 'division by zero'],
  ["'a'.matches('(')", 'error parsing regexp: missing closing ): `(`'],
])('%s compiles, and fails when it is evaluated', (expression, message) => {
  expect(celCompileError(expression)).toBeUndefined();
  expect(evaluateCel(expression)).toEqual({ kind: 'error', message });
});

test.each<[what: string, expression: string, message: string]>([
  ['many loops', `true${' && [1].all(x, true)'.repeat(11)}`, 'expression has 11 loops, more than 10'],
  ['a long list', `[${'1, '.repeat(1000)}1].all(x, true)`, 'Exceeded maxListElements (1000)'],
])('an expression with %s does not compile', (_what, expression, message) => {
  expect(celCompileError(expression)).toBe(message);
});

test('a pattern takes linear time', () => {
  expect(evaluateCel(`'${'a'.repeat(5000)}'.matches('^(a+)+$b')`)).toEqual({ kind: 'value', value: false });
});
