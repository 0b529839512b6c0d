/** YAML bodies that are expensive to process, such as alias bombs. */

import { describe, expect, test } from '@jest/globals';
import { readYaml } from '../../../src/api/wire/yaml-body.js';

const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join('');
const KEYS = `a: &a {${many(4000, (index) => `k${index}: 1, `)}}\n`;
const EXCESSIVE = 'error converting YAML to JSON: yaml: document contains excessive aliasing';
const DEEP = 'exceeded max depth';

describe('a body in YAML', () => {
  test.each<[string, string, string]>([
    ['merges a large map many times in one', `${KEYS}b: {<<: [${many(90, () => '*a, ')}]}`, EXCESSIVE],
    ['merges a large map into many', `${KEYS}${many(90, (index) => `m${index}: {<<: *a}\n`)}`, EXCESSIVE],
    [
      'names a large list many times',
      `a: &a [${many(9000, () => '1, ')}]\n${many(90, (index) => `m${index}: *a\n`)}`,
      EXCESSIVE,
    ],
    ['names more than a hundred times', `a: &a 1\n${many(101, (index) => `m${index}: *a\n`)}`, EXCESSIVE],
    ['opens lists', '['.repeat(100_000), DEEP],
    ['opens lists in a line', '- '.repeat(50_000), DEEP],
    ['opens keys', '? '.repeat(50_000), DEEP],
    ['opens maps in a list', `- ${'a: {'.repeat(1000)}`, DEEP],
    ['holds many documents', '---\n'.repeat(30_000), 'the body holds more than one document'],
    ['holds an alias of nothing', 'a: *b', 'Unresolved alias'],
    ['holds an alias of itself', '&a [*a]', ''],
  ])('is refused if it %s', (_, text, message) => {
    expect(() => readYaml(text)).toThrow(message);
  });

  test.each<[string, string, unknown]>([
    ['many aliases', `a: &a 1\nb: [${many(90, () => '*a, ')}]`, { a: 1, b: Array(90).fill(1) }],
    ['merged maps', 'a: &a {b: 1}\nc: {<<: *a, d: 2}', { a: { b: 1 }, c: { b: 1, d: 2 } }],
  ])('may have %s', (_, text, value) => {
    expect(readYaml(text)).toEqual(value);
  });
});
