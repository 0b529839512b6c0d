/** JSON patches: operations and limits. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyJsonPatch } from '../../../../src/api/verbs/patch/json-patch.js';
import { StatusError } from '../../../../src/api/status-error.js';

const op = (kind: string, path: string, fields: object = {}) => ({ op: kind, path, ...fields });

test.each<[string, object, object[], object]>([
  ['adds a field', { a: 1 }, [op('add', '/b', { value: 2 })], { a: 1, b: 2 }],
  ['replaces a field by adding it', { a: 1 }, [op('add', '/a', { value: 2 })], { a: 2 }],
  ['inserts into a list', { a: [1, 3] }, [op('add', '/a/1', { value: 2 })], { a: [1, 2, 3] }],
  ['appends to a list', { a: [1] }, [op('add', '/a/-', { value: 2 })], { a: [1, 2] }],
  ['appends at the index after the last item', { a: [1] }, [op('add', '/a/1', { value: 2 })], { a: [1, 2] }],
  ['counts a negative index from the end', { a: [1, 2] }, [op('replace', '/a/-1', { value: 3 })], { a: [1, 3] }],
  ['removes a field', { a: 1, b: 2 }, [op('remove', '/a')], { b: 2 }],
  ['removes an item', { a: [1, 2, 3] }, [op('remove', '/a/1')], { a: [1, 3] }],
  ['replaces a null', { a: null }, [op('replace', '/a', { value: 1 })], { a: 1 }],
  ['moves a field', { a: { b: 1 } }, [op('move', '/c', { from: '/a/b' })], { a: {}, c: 1 }],
  ['moves an item', { a: [1, 2, 3] }, [op('move', '/a/2', { from: '/a/0' })], { a: [2, 3, 1] }],
  [
    'copies',
    { a: { b: [1] } },
    [op('copy', '/c', { from: '/a' }), op('add', '/c/b/-', { value: 2 })],
    { a: { b: [1] }, c: { b: [1, 2] } },
  ],
  ['tests a value', { a: { b: [1] } }, [op('test', '/a', { value: { b: [1] } })], { a: { b: [1] } }],
  ['tests that a field is absent', { a: 1 }, [op('test', '/b', { value: null })], { a: 1 }],
  [
    'unescapes names',
    { 'a/b': 1, 'm~n': 2, '~1': 3 },
    ['/a~1b', '/m~0n', '/~01'].map((path) => op('remove', path)),
    {},
  ],
  ['accesses a field with an empty name', { '': { '': 1 } }, [op('replace', '//', { value: 2 })], { '': { '': 2 } }],
  ['replaces the whole document', { a: 1 }, [op('replace', '', { value: { b: 2 } })], { b: 2 }],
  [
    'applies operations in order',
    { a: 1 },
    [op('move', '/b', { from: '/a' }), op('copy', '/a', { from: '/b' }), op('remove', '/b')],
    { a: 1 },
  ],
])('a patch %s', (_what, object, patch, expected) => {
  const original = structuredClone(object) as Record<string, unknown>;
  expect(applyJsonPatch(original, patch)).toEqual(expected);
  expect(original).toEqual(object);
});

const REJECTED = 'the server rejected our request due to an error in our request: ';

test.each<[string, unknown, number, string]>([
  [
    'that is not a list',
    {},
    400,
    'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
  ],
  [
    'that is a list of numbers',
    [1],
    400,
    'error decoding patch: json: cannot unmarshal number into Go value of type jsonpatch.Operation',
  ],
  ['with an unknown operation', [op('merge', '/a')], 422, `${REJECTED}Unexpected kind: merge`],
  ['without a path', [{ op: 'remove' }], 422, `${REJECTED}remove operation failed to decode path: missing value`],
  ['without a value', [op('add', '/x')], 422, `${REJECTED}add operation failed to decode value: missing value`],
  ['with a path without a slash', [op('remove', 'a')], 422, `${REJECTED}the path "a" does not begin with a slash`],
  [
    'that adds to a missing parent',
    [op('add', '/x/y', { value: 1 })],
    422,
    `${REJECTED}add operation does not apply: doc is missing path: "/x/y": missing value`,
  ],
  [
    'that adds to a string',
    [op('add', '/a/y', { value: 1 })],
    422,
    `${REJECTED}add operation does not apply: doc is missing path: "/a/y": missing value`,
  ],
  [
    'that copies a missing field',
    [op('remove', '/x')],
    422,
    `${REJECTED}error in remove for path: '/x': Unable to remove nonexistent key: x: missing value`,
  ],
  [
    'with the name of a property that every JavaScript object has',
    [op('remove', '/toString')],
    422,
    `${REJECTED}error in remove for path: '/toString': Unable to remove nonexistent key: toString: missing value`,
  ],
  [
    'that replaces a missing field',
    [op('replace', '/x', { value: 1 })],
    422,
    `${REJECTED}replace operation does not apply: doc is missing key: /x: missing value`,
  ],
  ['whose test fails', [op('test', '/a', { value: 'y' })], 422, `${REJECTED}testing value /a failed: test failed`],
  [
    'with an index beyond the end',
    [op('add', '/l/3', { value: 1 })],
    422,
    `${REJECTED}Unable to access invalid index: 3: invalid index referenced (the list has 2 items)`,
  ],
  [
    'with an invalid index',
    [op('add', '/l/x', { value: 1 })],
    422,
    `${REJECTED}strconv.Atoi: parsing "x": invalid syntax`,
  ],
  [
    'that moves a value into itself',
    [op('move', '/o/x', { from: '/o' })],
    422,
    `${REJECTED}move operation does not apply: /o/x is within /o`,
  ],
  [
    'that changes the prototype',
    [op('add', '/__proto__/x', { value: 1 })],
    400,
    'a field may not be called "__proto__"',
  ],
  ['whose result is a string', [op('replace', '', { value: 'x' })], 400, 'the result of the patch is not an object'],
])('a patch %s is rejected', (_what, patch, code, message) => {
  expect(() => applyJsonPatch({ a: 'x', l: [1, 2], o: {} }, patch)).toThrow(expect.objectContaining({ code, message }));
});

describe('the limit of a patch', () => {
  test('is ten thousand operations', () => {
    const patch = (count: number) => Array.from({ length: count }, () => op('test', '/a', { value: 1 }));
    expect(applyJsonPatch({ a: 1 }, patch(10_000))).toEqual({ a: 1 });
    expect(() => applyJsonPatch({ a: 1 }, patch(10_001))).toThrow(
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    );
  });

  test('is three mebibytes of copies: doubling a value 24 times is rejected', () => {
    const doublingCopies = Array.from({ length: 24 }, () => op('copy', '/a/-', { from: '/a' }));
    expect(() => applyJsonPatch({ a: ['x'.repeat(100)] }, doublingCopies)).toThrow(
      'Unable to complete the copy, the accumulated size increase of copy is more than 3145728, exceeding the limit 3145728',
    );
  });

  test('does not count moved data: a large item is moved ten thousand times', () => {
    const large = Array.from({ length: 100_000 }, (_, index) => index);
    const moves = Array.from({ length: 10_000 }, () => op('move', '/a/1', { from: '/a/0' }));
    expect(applyJsonPatch({ a: [1, large] }, moves)['a']).toEqual([1, large]);
  });

  test('is a number of list items that are moved', () => {
    const items = Array.from({ length: 300_000 }, () => 0);
    const inserts = Array.from({ length: 10_000 }, () => op('add', '/a/0', { value: 1 }));
    expect(() => applyJsonPatch({ a: items }, inserts)).toThrow(
      'Request entity too large: the patch moves more than 50000000 items of lists',
    );
  });
});

test('any patch yields an object or is rejected', () => {
  const key = fc.constantFrom('a', 'b', '0', '1', '-', '-1', '', '~1', '__proto__', 'constructor');
  const pointer = fc.array(key, { maxLength: 3 }).map((keys) => keys.map((segment) => `/${segment}`).join(''));
  const value = fc.oneof(fc.constantFrom(null, 1, 'x', undefined), fc.constant({ a: [] }), fc.constant([{}, 1]));
  const operation = fc.record({
    op: fc.constantFrom<unknown>('add', 'remove', 'replace', 'move', 'copy', 'test', 'other', 1, undefined),
    path: fc.oneof({ weight: 9, arbitrary: pointer }, { weight: 1, arbitrary: fc.constantFrom<unknown>(1, null, 'a') }),
    from: fc.oneof(pointer, fc.constant(undefined)),
    value,
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 6 }), (patch) => {
      try {
        expect(JSON.parse(JSON.stringify(applyJsonPatch({ a: [1, { b: 2 }], b: {} }, patch)))).toBeInstanceOf(Object);
      } catch (error) {
        expect(error).toBeInstanceOf(StatusError);
      }
    }),
    { numRuns: 3000, seed: 13 },
  );
});
