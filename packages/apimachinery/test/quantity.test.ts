import { describe, expect, test } from '@jest/globals';
import { canonicalQuantity, formatQuantity, isQuantity, nanosOf, parseQuantity } from '@pipewright/apimachinery';

test.each([
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['1500k', '1500k'],
  ['2000000', '2M'],
  ['1e3', '1e3'],
  ['1E6', '1e6'],
  ['0', '0'],
  ['-1000m', '-1'],
  ['100m', '100m'],
  ['0.1n', '1n'],
  ['', undefined],
  ['1x', undefined],
  ['.', undefined],
  ['1 Gi', undefined],
])('the canonical form of %p is %p', (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test.each([
  ['100m', 0.1],
  ['1Gi', 2 ** 30],
  ['1e3', 1000],
  ['5M', 5e6],
  [2, 2],
  ['many', 0],
])('the value of %p is %d', (text, value) => {
  expect(parseQuantity(text)).toBeCloseTo(value, 9);
});

describe('a quantity', () => {
  test.each([
    ['1Gi', true],
    ['.5', true],
    ['5.', true],
    ['-1e3', true],
    ['1e', false],
    ['1gi', false],
    [' 1', false],
    ['', false],
  ])('%p: %p', (text, isValid) => {
    expect(isQuantity(text)).toBe(isValid);
  });

  test('is exact in nanos, rounded away from zero', () => {
    expect([nanosOf('0.1'), nanosOf('1Ki'), nanosOf('0.1n'), nanosOf('-1.1n'), nanosOf('many')]).toEqual([
      100_000_000n,
      1_024_000_000_000n,
      1n,
      -2n,
      0n,
    ]);
  });

  test('is formatted with the kind of suffix of another', () => {
    expect([formatQuantity(nanosOf('2048'), '1Mi'), formatQuantity(nanosOf('2048'), '1')]).toEqual(['2Ki', '2048']);
  });
});
