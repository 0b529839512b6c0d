/** Structural schemas: pruning, defaults, and validation with Kubernetes' messages. */

import { expect, test } from '@jest/globals';
import { checkSchema } from '../../../src/api/schema/schema-validation.js';
import { checkStructural } from '../../../src/api/schema/structural-schema.js';
import { fillDefaults, prune, type Schema } from '../../../src/api/schema/schema.js';

const schema: Schema = {
  type: 'object',
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
    name: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 },
    mode: { type: 'string', enum: ['a', 'b'] },
    port: { 'x-kubernetes-int-or-string': true },
    maybe: { type: 'string', nullable: true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', maxItems: 2 },
    pairs: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'set' },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, on: { type: 'boolean', default: true } },
      },
    },
    map: { type: 'object', additionalProperties: { type: 'integer' } },
  },
};

test('unknown fields are dropped at every depth and reported with their paths, unless they are preserved', () => {
  const object = { size: 1, nope: 1, free: { any: { thing: 1 } }, parts: [{ name: 'a', more: 1 }], map: { any: 1 } };
  expect(prune(object, schema)).toEqual(['nope', 'parts[0].more']);
  expect(object).toEqual({ size: 1, free: { any: { thing: 1 } }, parts: [{ name: 'a' }], map: { any: 1 } });
});

test('a null is dropped unless the field is nullable', () => {
  const object = { name: null, maybe: null, free: { any: null }, parts: [{ name: null, on: false }], map: { a: null } };
  fillDefaults(object, schema);
  expect(object).toEqual({ size: 3, maybe: null, free: { any: null }, parts: [{ on: false }], map: {} });
});

test('defaults are filled in at every depth, also in place of null, and each object has its own copy', () => {
  const object = { size: null, parts: [{ name: 'a' }] };
  fillDefaults(object, schema);
  expect(object).toEqual({ size: 3, parts: [{ name: 'a', on: true }] });
});

test.each([
  [{ size: 'x' }, 'size', 'Invalid value: "string": size in body must be of type integer: "string"'],
  [{ size: 1.5 }, 'size', 'Invalid value: "number": size in body must be of type integer: "number"'],
  [{ size: 0 }, 'size', 'Invalid value: 0: size in body should be greater than or equal to 1'],
  [{ size: 10 }, 'size', 'Invalid value: 10: size in body should be less than or equal to 9'],
  [{ name: 'a' }, 'name', 'Invalid value: "a": name in body should be at least 2 chars long'],
  [{ name: 'abcde' }, 'name', 'Too long: may not be more than 4 bytes'],
  [{ name: 'A1' }, 'name', `Invalid value: "A1": name in body should match '^[a-z]+$'`],
  [{ mode: 'c' }, 'mode', 'Unsupported value: "c": supported values: "a", "b"'],
  [{ port: true }, 'port', 'Invalid value: "boolean": port in body must be of type integer,string: "boolean"'],
  [{ name: null }, 'name', 'Invalid value: "null": name in body must be of type string: "null"'],
  [{ tags: ['a', 'a'] }, 'tags[1]', 'Duplicate value: "a"'],
  [{ tags: ['a', 'b', 'c'] }, 'tags', 'Too many: 3: must have at most 2 items'],
  [{ parts: [{ name: 'a' }, { name: 'a' }] }, 'parts[1]', 'Duplicate value: {"name":"a"}'],
  [
    {
      pairs: [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    },
    'pairs[1]',
    'Duplicate value: {"b":2,"a":1}',
  ],
  [{ parts: [{}] }, 'parts[0].name', 'Required value'],
  [{ map: { a: 'x' } }, 'map.a', 'Invalid value: "string": map.a in body must be of type integer: "string"'],
])('%j is rejected at %s', (value, field, message) => {
  expect(checkSchema(value, schema)).toEqual([expect.objectContaining({ field, message })]);
});

test('all defaults of a definition share the step budget of one object', () => {
  const enumValues = Array.from({ length: 1500 }, (_, index) => `word-${index}`);
  const lastValue = enumValues.at(-1);
  const list = (length: number): Schema => ({
    type: 'array',
    items: { type: 'string', enum: enumValues },
    default: Array.from({ length }, () => lastValue),
  });
  const schema = (fields: number): Schema => ({
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: fields }, (_, index) => [`f${index}`, list(800)])),
  });
  expect(checkStructural(schema(2), 'schema')).toEqual([]);
  expect(() => checkStructural(schema(6), 'schema')).toThrow('cannot be validated by its schema in reasonable time');
});

test('all violations are reported', () => {
  expect(checkSchema({ size: 0, mode: 'c', parts: [{}] }, schema).map(({ field }) => field)).toEqual([
    'size',
    'mode',
    'parts[0].name',
  ]);
});

test.each([[{ maybe: null }], [{ port: 80 }], [{ port: '80%' }], [{ size: 5, name: 'ab' }]])('%j is valid', (value) => {
  expect(checkSchema(value, schema)).toEqual([]);
});
