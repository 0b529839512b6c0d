import { expect, test } from '@jest/globals';
import { newestMatching } from '../../src/resolvers/version-constraint.js';

const VERSIONS = ['0.5', '0.10', '0.6.1', '0.6', '1.0.0-rc1', 'v0.7.0'];

test.each<[string, string | undefined]>([
  ['>= 0.6', '0.10'],
  ['>= 0.6, < 0.10', 'v0.7.0'],
  ['<0.6', '0.5'],
  ['~> 0.6.0', '0.6.1'],
  ['!= 0.10', 'v0.7.0'],
  ['= 0.6', '0.6'],
  ['> 0.10', undefined],
  ['>= x', undefined],
  ['>= 0.6, nonsense', undefined],
])('the newest version for %s is %s', (constraint, expected) => {
  expect(newestMatching(constraint, VERSIONS)).toBe(expected);
});
