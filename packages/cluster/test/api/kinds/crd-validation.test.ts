/** Validation of CustomResourceDefinitions. */

import { describe, expect, test } from '@jest/globals';
import { checkDefinition } from '../../../src/api/kinds/crd-validation.js';
import type { JsonObject, KubeObject } from '../../../src/model/json.js';
import { checkSchema } from '../../../src/api/schema/schema-validation.js';
import type { Schema } from '../../../src/api/schema/schema.js';

const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const version = (openAPIV3Schema: unknown, fields: object = {}) => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema },
  ...fields,
});
const definition = (spec: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com', uid: 'u', resourceVersion: '1', creationTimestamp: '', ...metadata },
  spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version(OPEN)], ...spec },
});
const errorsOf = (object: KubeObject, oldObject?: KubeObject): string[] =>
  checkDefinition(object, oldObject, (groupResource) => groupResource === 'rbac.authorization.k8s.io/roles').map(
    ({ field, message }) => `${field}: ${message}`,
  );
const ROOT = 'spec.validation.openAPIV3Schema';
const FIELD = `${ROOT}.properties[a]`;
const field = (schema: unknown) =>
  errorsOf(definition({ versions: [version({ type: 'object', properties: { a: schema } })] }));

test('a complete definition is valid', () => {
  expect(errorsOf(definition())).toEqual([]);
});

test.each<[string, object, string[]]>([
  [
    'bogus',
    { type: 'bogus' },
    ['type: Unsupported value: "bogus": supported values: "array", "boolean", "integer", "number", "object", "string"'],
  ],
  ['no type', {}, ['type: Required value: must not be empty for specified object fields']],
  [
    'items without a type',
    { type: 'array', items: {} },
    ['items.type: Required value: must not be empty for specified array items'],
  ],
  ['a list without items', { type: 'array' }, ['items: Required value: must be specified']],
  [
    'null',
    { type: 'null' },
    [
      'type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string"',
      'type: Forbidden: type cannot be set to null, use nullable as an alternative',
    ],
  ],
  [
    'a pattern',
    { type: 'string', pattern: '(' },
    [
      'pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`',
    ],
  ],
  [
    'a pattern with a lookahead',
    { type: 'string', pattern: '^(?=a)' },
    [
      'pattern: Invalid value: "^(?=a)": must be a valid regular expression, but isn\'t: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
    ],
  ],
  ['a pattern that consists of flags', { type: 'string', pattern: '(?i)' }, []],
  [
    'an integer or a string',
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    [],
  ],
  [
    'an integer or a string, with further alternatives',
    {
      'x-kubernetes-int-or-string': true,
      allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'x' }],
    },
    [],
  ],
  [
    'an integer or a string that preserves unknown fields',
    { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true },
    ['x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true'],
  ],
  [
    'types in a logical junctor',
    { type: 'object', not: { type: 'string', nullable: true } },
    ['not.nullable: Forbidden: must be false to be structural', 'not.type: Forbidden: must be empty to be structural'],
  ],
  [
    'restrictions of metadata',
    { type: 'object', properties: { metadata: { type: 'object' } }, anyOf: [{ properties: { metadata: {} } }] },
    ['anyOf[0].properties[metadata]: Forbidden: must not be specified in a nested context'],
  ],
  [
    'properties and additionalProperties',
    { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } },
    ['additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive'],
  ],
  [
    'an embedded resource without fields',
    { type: 'object', 'x-kubernetes-embedded-resource': true },
    [
      'properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
    ],
  ],
  [
    'a default of another type',
    { type: 'integer', default: 'x' },
    [`default: Invalid value: "string": ${FIELD}.default in body must be of type integer: "string"`],
  ],
  [
    'a default with unknown fields',
    { type: 'object', default: { b: 1 } },
    ['default: Invalid value: {"b":1}: must not have unknown fields'],
  ],
  [
    'references',
    { type: 'string', $ref: '#/x', id: 'x', definitions: { b: {} } },
    [
      'id: Forbidden: id is not supported',
      'definitions: Forbidden: definitions is not supported',
      '$ref: Forbidden: $ref is not supported',
    ],
  ],
  [
    'preserveUnknownFields: false',
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
    ['x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined'],
  ],
  [
    'list type set without a list',
    { type: 'string', 'x-kubernetes-list-type': 'set' },
    ['type: Invalid value: "string": must be array if x-kubernetes-list-type is specified'],
  ],
  [
    'an unknown list type',
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'bag' },
    ['x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"'],
  ],
  [
    'a set of granular maps',
    { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'set' },
    [
      'items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    'list type map without keys',
    { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' },
    ['x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map'],
  ],
  [
    'list type map with an optional key',
    {
      type: 'array',
      items: { type: 'object', properties: { k: { type: 'string' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k', 'l'],
    },
    [
      'items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      'x-kubernetes-list-map-keys: Invalid value: "l": entries must all be names of item properties',
    ],
  ],
  [
    'map keys without list type map',
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-map-keys': ['k'] },
    ['x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty'],
  ],
])('of a field with %s', (_what, schema, lines) => {
  expect(field(schema)).toEqual(lines.map((line) => `${FIELD}.${line}`));
});

test.each<[string, object, string[]]>([
  ['no type', { properties: {} }, [`${ROOT}.type: Required value: must not be empty at the root`]],
  [
    'another type',
    { type: 'array', items: { type: 'string' } },
    [`${ROOT}.type: Invalid value: "array": must be object at the root`],
  ],
  [
    'additionalProperties',
    { type: 'object', additionalProperties: { type: 'string' } },
    [`${ROOT}.additionalProperties: Forbidden: must not be used at the root`],
  ],
  ['null', { ...OPEN, nullable: true }, [`${ROOT}.nullable: Forbidden: nullable cannot be true at the root`]],
  [
    'a pattern for names',
    {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', pattern: '^a' } } } },
    },
    [],
  ],
  [
    'validated labels',
    { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
    [
      `${ROOT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
  ],
  [
    'a kind that is not a string',
    { type: 'object', properties: { kind: { type: 'integer' } } },
    [`${ROOT}.properties[kind].type: Invalid value: "integer": must be string`],
  ],
  [
    'fields that are only validated',
    {
      type: 'object',
      properties: { a: { type: 'object' } },
      oneOf: [{ properties: { a: { properties: { b: {} } } } }],
    },
    [
      `${ROOT}.properties[a].properties[b]: Required value: because it is defined in ${ROOT}.oneOf[0].properties[a].properties[b]`,
    ],
  ],
  [
    'items that are only validated',
    { type: 'object', allOf: [{ items: { minLength: 1 } }] },
    [`${ROOT}.items: Required value: because it is defined in ${ROOT}.allOf[0].items`],
  ],
])('of whole objects with %s', (_what, schema, lines) => {
  expect(errorsOf(definition({ versions: [version(schema)] }))).toEqual(lines);
});

const DNS =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

test.each<[string, KubeObject, string[]]>([
  [
    'a group without a dot',
    definition({ group: 'simple' }, { name: 'things.simple' }),
    ['spec.group: Invalid value: "simple": should be a domain with at least one dot'],
  ],
  [
    'a name that differs from plural and group',
    definition({}, { name: 'other' }),
    ['metadata.name: Invalid value: "other": must be spec.names.plural+"."+spec.group'],
  ],
  ['no scope', definition({ scope: undefined }), ['spec.scope: Required value']],
  [
    'another scope',
    definition({ scope: 'All' }),
    ['spec.scope: Unsupported value: "All": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'preserveUnknownFields: true',
    definition({ preserveUnknownFields: true }),
    [
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
  ],
  [
    'no schema',
    definition({ versions: [{ name: 'v1', served: true, storage: true }] }),
    ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
  ],
  [
    'a duplicate version',
    definition({ versions: [version(OPEN), version(OPEN)] }),
    [
      'spec.versions: Invalid value: ["v1","v1"]: must contain unique version names',
      'spec.versions: Invalid value: ["v1","v1"]: must have exactly one version marked as storage version',
    ],
  ],
  [
    'an upper-case version',
    definition({ versions: [version(OPEN, { name: 'V1' })] }),
    [`spec.versions[0].name: Invalid value: "V1": ${DNS}`],
  ],
  [
    'an invalid schema in one of two versions',
    definition({
      versions: [version(OPEN), version({ type: 'object', properties: { a: {} } }, { name: 'v2', storage: false })],
    }),
    [
      'spec.versions[1].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
    ],
  ],
  [
    'an invalid schema in both of two versions',
    definition({ versions: [version({}), version({}, { name: 'v2', storage: false })] }),
    [`${ROOT}.type: Required value: must not be empty at the root`],
  ],
  [
    'an invalid column',
    definition({
      versions: [
        version(OPEN, { additionalPrinterColumns: [{ name: '', type: 'text', jsonPath: 'spec', format: 'x' }] }),
      ],
    }),
    [
      'spec.additionalPrinterColumns[0].name: Required value',
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].format: Invalid value: "x": must be one of binary,bool,byte,date,date-time,double,float,int32,int64,password',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    ],
  ],
  [
    'invalid names',
    definition({ names: { ...names, kind: 'Th_ing', listKind: 'Th_ing', shortNames: ['A'] } }),
    [
      `spec.names.kind: Invalid value: "Th_ing": may have mixed case, but should otherwise match: ${DNS}`,
      `spec.names.listKind: Invalid value: "Th_ing": may have mixed case, but should otherwise match: ${DNS}`,
      `spec.names.shortNames[0]: Invalid value: "A": ${DNS}`,
      'spec.names.listKind: Invalid value: "Th_ing": kind and listKind may not be the same',
    ],
  ],
  [
    'a kind that is built in',
    definition(
      { group: 'rbac.authorization.k8s.io', names: { ...names, plural: 'roles' } },
      { name: 'roles.rbac.authorization.k8s.io' },
    ),
    [
      'spec.names.plural: Invalid value: "roles": rbac.authorization.k8s.io has roles already, which the server serves itself',
    ],
  ],
  [
    'a group of Kubernetes',
    definition({ group: 'x.k8s.io' }, { name: 'things.x.k8s.io' }),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    'a group of Kubernetes with the annotation of its approval',
    definition(
      { group: 'x.k8s.io' },
      { name: 'things.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'https://x' } },
    ),
    [],
  ],
])('of a definition with %s', (_what, object, lines) => {
  expect(errorsOf(object)).toEqual(lines);
});

test('scope and kind of a definition with stored objects cannot change', () => {
  const changed = definition({ scope: 'Cluster', names: { ...names, kind: 'Other' } });
  expect(errorsOf(changed, definition())).toEqual([
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Other": field is immutable',
  ]);
});

test('at most a thousand causes are reported', () => {
  const properties = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`p${index}`, {}]));
  expect(errorsOf(definition({ versions: [version({ type: 'object', properties })] }))).toHaveLength(1000);
});

describe('the cost of a schema', () => {
  const message = 'Request entity too large: the object cannot be validated by its schema in reasonable time';

  test('grows linearly with nested alternatives', () => {
    let schema: Schema = { required: ['x'] };
    for (let level = 0; level < 100; level += 1) schema = { oneOf: [schema, { required: ['y'] }] };
    expect(checkSchema({}, schema)).toHaveLength(1);
  });

  test.each<[string, unknown, Schema]>([
    [
      'many alternatives for many items',
      Array(10_000).fill('a'),
      { items: { allOf: Array(1000).fill({ minLength: 1 }) as Schema[] } },
    ],
    [
      'many values for many items',
      Array(10_000).fill('a'),
      { items: { enum: Array.from({ length: 1000 }, (_, index) => index) } },
    ],
    [
      'many required fields of many items',
      Array(10_000).fill({}),
      { items: { required: Array.from({ length: 1000 }, (_, index) => `f${index}`) } },
    ],
    ['a long pattern for a long text', 'a'.repeat(100_000), { pattern: '[a-z]{1,1000}[0-9]' }],
  ])('is bounded: %s', (_what, value, schema) => {
    expect(() => checkSchema(value as JsonObject, schema, '', { budget: { steps: 500_000 } })).toThrow(message);
  });

  test('is sufficient for a large object with an ordinary schema', () => {
    const items = Array.from({ length: 100_000 }, (_, index) => ({ name: `n${index}` }));
    const schema: Schema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string', pattern: '^[a-z0-9]+$' } } },
    };
    expect(checkSchema(items, schema)).toEqual([]);
  });
});
