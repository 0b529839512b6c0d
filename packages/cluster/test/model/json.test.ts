/** Texts of objects are shared for a while, and not kept for as long as the objects are. */

import { expect, test } from '@jest/globals';
import { cachedTextOf, textOf } from '../../src/model/json.js';

test('the text of an object is made once for all who read it at about the same time, and forgotten after some 32 MiB of others', () => {
  const object = { name: 'first' };
  const text = textOf(object);
  expect([text, cachedTextOf(object)]).toEqual(['{"name":"first"}', '{"name":"first"}']);
  const others = Array.from({ length: 40 }, (_, n) => ({ n, padding: 'x'.repeat(1024 * 1024) }));
  for (const other of others.slice(0, 10)) textOf(other);
  expect(cachedTextOf(object)).toBe(text);
  for (const other of others.slice(10)) textOf(other);
  expect([cachedTextOf(object), others.filter((other) => cachedTextOf(other) !== undefined).length <= 34]).toEqual([
    undefined,
    true,
  ]);
});
