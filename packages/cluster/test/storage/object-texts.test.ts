/** The cache of JSON texts: shared for a limited time, and dropped long before the objects. */

import { expect, test } from '@jest/globals';
import { ObjectTexts } from '../../src/storage/memory/object-texts.js';

test('the text of an object is cached for readers at about the same time, and dropped after about 32 MiB of others', () => {
  const texts = new ObjectTexts();
  const object = { name: 'first' };
  const text = texts.textOf(object);
  expect([text, texts.cached(object)]).toEqual(['{"name":"first"}', '{"name":"first"}']);
  const otherObjects = Array.from({ length: 40 }, (_, n) => ({ n, padding: 'x'.repeat(1024 * 1024) }));
  for (const other of otherObjects.slice(0, 10)) texts.textOf(other);
  expect(texts.cached(object)).toBe(text);
  for (const other of otherObjects.slice(10)) texts.textOf(other);
  expect([
    texts.cached(object),
    otherObjects.filter((other) => texts.cached(other) !== undefined).length <= 34,
  ]).toEqual([undefined, true]);
});
