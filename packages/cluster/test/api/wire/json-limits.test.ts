/** Size and depth of JSON values. */

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { measured, MAX_DEPTH } from '../../../src/api/wire/json-limits.js';

/** Any character. fast-check's unit `binary` takes seconds to create. */
const CHARACTER = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((code) => String.fromCodePoint(code < 0xd800 ? code : code + 0x800));

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

test('the size of a value is that of its JSON text, its depth the number of open brackets', () => {
  const text = fc.string({
    unit: fc.oneof(CHARACTER, fc.constantFrom('\ud800', '\udc00', '"', '\n')),
  });
  const value = fc.jsonValue({ maxDepth: 5, stringUnit: CHARACTER });
  fc.assert(
    fc.property(fc.oneof(value, text, fc.dictionary(text, fc.array(text))), (generated) => {
      fc.pre(!JSON.stringify(generated).includes('"__proto__"'));
      const bytes = Buffer.byteLength(JSON.stringify(generated));
      expect(measured(generated, bytes)).toEqual({ kind: 'fits', depth: depthOf(generated), bytes });
      expect(measured(generated, bytes - 1)).toEqual({ kind: 'too-large' });
    }),
    { numRuns: 1000, seed: 12 },
  );
});

const nestedArray = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};
const loop: unknown[] = [];
loop.push(loop);

test.each<[string, string, unknown, string | undefined]>([
  ['at the maximum depth', 'fits', nestedArray(MAX_DEPTH), undefined],
  ['deeper than the maximum', 'too-deep', nestedArray(MAX_DEPTH + 1), undefined],
  ['deeper than the stack', 'too-deep', nestedArray(1_000_000), undefined],
  ['cyclic', 'too-deep', loop, undefined],
  ['infinite', 'not-json', { a: [1e999] }, 'json: unsupported value: Infinity'],
  ['a bigint', 'not-json', { a: 1n }, 'json: unsupported type: bigint'],
  ['a function', 'not-json', [() => 1], 'json: unsupported type: function'],
  [
    'an object with the field __proto__',
    'not-json',
    JSON.parse('{"__proto__":1}'),
    'a field may not be called "__proto__"',
  ],
])('a value that is %s: %s', (_, kind, value, reason) => {
  expect(measured(value, 1e9)).toMatchObject({ kind, ...(reason !== undefined && { reason }) });
});
