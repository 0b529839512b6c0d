/** User-defined patterns: Go's syntax, matched in bounded time. */

import { expect, test } from '@jest/globals';
import { compilePattern } from '../../../src/api/schema/patterns.js';

const matches = (pattern: string, text: string): boolean | string => {
  const compiled = compilePattern(pattern);
  return compiled.kind === 'pattern' ? compiled.pattern.matches(text) : compiled.reason;
};

test.each([
  ['^[a-z]+$', 'abc', true],
  ['^[a-z]+$', 'abc\n', false],
  ['b', 'abc', true],
  ['(?i)^ABC$', 'abc', true],
  ['(?i)', 'anything', true],
  ['^(?i:a)b$', 'Ab', true],
  ['^(?i:a)b$', 'AB', false],
  ['^\\pL+$', 'été', true],
  ['^[[:digit:]]+$', '42', true],
  ['\\Aa\\z', 'a', true],
  ['^.$', '😀', true],
  ['(?P<year>\\d{4})', '2020', true],
  ['(', '', 'error parsing regexp: missing closing ): `(`'],
  ['[z-a]', '', 'error parsing regexp: invalid character class range: `z-a`'],
  ['a**', '', 'error parsing regexp: invalid nested repetition operator: `**`'],
  ['(?=a)', '', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['(a)\\1', '', 'error parsing regexp: invalid escape sequence: `\\1`'],
  ['a{1001}', '', 'error parsing regexp: invalid repeat count: `{1001}`'],
  ['((a{100}){100}){100}', '', 'error parsing regexp: invalid repeat count: `{100}`'],
  ['(?!a)', '', 'error parsing regexp: invalid or unsupported Perl syntax: `(?!`'],
  ['(?<=a)', '', 'error parsing regexp: invalid named capture: `(?<=a)`'],
  ['a\\', '', 'error parsing regexp: trailing backslash at end of expression: ``'],
  ['\\Z', '', 'error parsing regexp: invalid escape sequence: `\\Z`'],
  ['(?x)a', '', 'error parsing regexp: invalid or unsupported Perl syntax: `(?x`'],
])('the pattern %s matches %s: %p', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test.each([
  ['nests too deeply', '('.repeat(2000) + ')'.repeat(2000)],
  ['too large', 'a'.repeat(10_001)],
  ['too large', '([a-z]{1000})'.repeat(100)],
])('an invalid expression is rejected: %s', (reason, pattern) => {
  expect(matches(pattern, '')).toBe(`error parsing regexp: expression ${reason}: \`${pattern}\``);
});

test('patterns that take exponential time in backtracking engines are matched', () => {
  expect(matches('^(a+)+$', `${'a'.repeat(100_000)}b`)).toBe(false);
  expect(matches('^(a|aa)+$', `${'a'.repeat(100_000)}b`)).toBe(false);
  expect(matches('(x+x+)+y', 'x'.repeat(100_000))).toBe(false);
  expect(matches('^([a-z]*)*$', `${'a'.repeat(100_000)}!`)).toBe(false);
});
