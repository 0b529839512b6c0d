/**
 * The fields of built-in kinds, as schemas.
 *
 * `kinds.txt` has one line a type, as Kubernetes 1.34 has it: its name, then `field:type`. `[]` before a type is a list of it, `{}`
 * a map to it; `/key` after a list says by what its items are merged, `/` alone that it is a set, `!` that a patch may replace an
 * item's other fields. What is not in it is an unknown field, for whoever writes with `fieldValidation=Strict`.
 */

import { readFileSync } from 'node:fs';
import type { Schema } from '../schema/schema.js';

const TEXT: Schema = { type: 'string' };
const PLAIN: Readonly<Record<string, Schema>> = {
  string: TEXT,
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microTime: { type: 'string', format: 'micro-time' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  intOrString: { 'x-kubernetes-int-or-string': true },
  quantity: { 'x-kubernetes-int-or-string': true, format: 'quantity' },
  any: { 'x-kubernetes-preserve-unknown-fields': true },
};

const lines = new Map(
  readFileSync(new URL('./kinds.txt', import.meta.url), 'utf8')
    .split('\n')
    .map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line]),
);
const made = new Map<string, Schema>();

/** The schema of a built-in type; undefined when it is not in the table. */
export function schemaOfType(name: string): Schema | undefined {
  const known = made.get(name);
  if (known) return known;
  const line = lines.get(name);
  if (line === undefined) return alternativeOf(name);
  const properties: Record<string, Schema> = {};
  const schema: Schema = { type: 'object', title: name, properties };
  made.set(name, schema); // before its fields: a type may have fields of itself
  for (const field of line.split(' ').slice(1)) {
    const [name = '', type = ''] = field.split(':');
    properties[name] = schemaOf(type);
  }
  return schema;
}

const ALTERNATIVES = {
  JSONSchemaPropsOrBool: 'boolean',
  JSONSchemaPropsOrArray: 'schemas',
  JSONSchemaPropsOrStringArray: 'strings',
} as const;

/** A schema in a definition, in whose place something else may stand. */
function alternativeOf(name: string): Schema | undefined {
  const found = Object.entries(ALTERNATIVES).find(([each]) => each === name);
  const schema = schemaOfType('JSONSchemaProps');
  if (!found || !schema?.properties) return undefined;
  const [, or] = found;
  const { title = '', properties } = schema;
  return { title, properties, 'x-or': or, ...(or !== 'boolean' && { items: or === 'strings' ? TEXT : schema }) };
}

function schemaOf(text: string): Schema {
  const [, wrap, type = '', merge, retain] = /^(\[\]|\{\})?([A-Za-z]+)(\/[A-Za-z]*)?(!)?$/.exec(text) ?? [];
  const inner = PLAIN[type] ?? schemaOfType(type) ?? PLAIN['any'] ?? {};
  if (wrap === '{}') return { type: 'object', additionalProperties: inner };
  if (wrap === undefined) return inner;
  const strategy = retain === undefined ? 'merge' : 'merge,retainKeys';
  return {
    type: 'array',
    items: inner,
    ...(merge !== undefined && { 'x-kubernetes-patch-strategy': strategy }),
    ...(merge !== undefined && merge.length > 1 && { 'x-kubernetes-patch-merge-key': merge.slice(1) }),
  };
}

/** The whole schema of a built-in kind's objects. */
export function schemaOfKind(kind: string): Schema | undefined {
  const found = schemaOfType(kind);
  return found && { ...found, properties: { apiVersion: TEXT, kind: TEXT, ...found.properties } };
}

/** Metadata of any object. */
export const METADATA: Schema = schemaOfType('ObjectMeta') ?? {};
