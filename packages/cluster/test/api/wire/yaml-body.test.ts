/** YAML bodies that are expensive to process, such as alias bombs. */

import { describe, expect, test } from '@jest/globals';
import { readYaml } from '../../../src/api/wire/yaml-body.js';

const repeat = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');
const KEYS = `a: &a {${repeat(4000, (index) => `k${index}: 1, `)}}\n`;
const EXCESSIVE_ALIASING = 'error converting YAML to JSON: yaml: document contains excessive aliasing';
const MAX_DEPTH_EXCEEDED = 'exceeded max depth';

describe('a body in YAML', () => {
  test.each<[string, string, string]>([
    ['merges a large map into one many times', `${KEYS}b: {<<: [${repeat(90, () => '*a, ')}]}`, EXCESSIVE_ALIASING],
    ['merges a large map into many', `${KEYS}${repeat(90, (index) => `m${index}: {<<: *a}\n`)}`, EXCESSIVE_ALIASING],
    [
      'refers to a large list many times',
      `a: &a [${repeat(9000, () => '1, ')}]\n${repeat(90, (index) => `m${index}: *a\n`)}`,
      EXCESSIVE_ALIASING,
    ],
    ['has more than a hundred aliases', `a: &a 1\n${repeat(101, (index) => `m${index}: *a\n`)}`, EXCESSIVE_ALIASING],
    ['nests block lists', '['.repeat(100_000), MAX_DEPTH_EXCEEDED],
    ['nests flow lists', '- '.repeat(50_000), MAX_DEPTH_EXCEEDED],
    ['nests keys', '? '.repeat(50_000), MAX_DEPTH_EXCEEDED],
    ['nests maps in a list', `- ${'a: {'.repeat(1000)}`, MAX_DEPTH_EXCEEDED],
    ['contains several documents', '---\n'.repeat(30_000), 'the body contains more than one document'],
    ['contains an alias of an unknown anchor', 'a: *b', 'Unresolved alias'],
    ['contains an alias of its own anchor', '&a [*a]', ''],
  ])('is rejected if it %s', (_, text, message) => {
    expect(() => readYaml(text)).toThrow(message);
  });

  test.each<[string, string, unknown]>([
    ['many aliases', `a: &a 1\nb: [${repeat(90, () => '*a, ')}]`, { a: 1, b: Array(90).fill(1) }],
    ['merged maps', 'a: &a {b: 1}\nc: {<<: *a, d: 2}', { a: { b: 1 }, c: { b: 1, d: 2 } }],
  ])('can have %s', (_, text, value) => {
    expect(readYaml(text)).toEqual(value);
  });
});
