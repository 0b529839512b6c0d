/**
 * The schemas of built-in kinds.
 *
 * `kinds.txt` has one line per type of Kubernetes 1.34: its name, then `field:type`. `[]` before a type is a list, `{}` a map; `/key`
 * after a list is its merge key, `/` alone marks a set, and `!` lets a patch replace an item's other fields. Other fields are unknown
 * fields (`fieldValidation=Strict`).
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

const ALTERNATIVES: Readonly<Record<string, 'boolean' | 'schemas' | 'strings'>> = {
  JSONSchemaPropsOrBool: 'boolean',
  JSONSchemaPropsOrArray: 'schemas',
  JSONSchemaPropsOrStringArray: 'strings',
};

/** Parses the table. */
class SchemaReader {
  readonly #lines: ReadonlyMap<string, string>;
  readonly #schemas = new Map<string, Schema>();

  constructor(table: string) {
    this.#lines = new Map(table.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line]));
  }

  /** Returns the schemas of all types in the table, by name. */
  readAll(): ReadonlyMap<string, Schema> {
    for (const name of this.#lines.keys()) this.#typeSchema(name);
    return this.#schemas;
  }

  #typeSchema(name: string): Schema | undefined {
    const known = this.#schemas.get(name);
    if (known) return known;
    const line = this.#lines.get(name);
    if (line === undefined) return this.#alternative(name);
    const properties: Record<string, Schema> = {};
    const schema: Schema = { type: 'object', title: name, properties };
    this.#schemas.set(name, schema); // before its fields: a type may have fields of itself
    for (const field of line.split(' ').slice(1)) {
      const [fieldName = '', type = ''] = field.split(':');
      properties[fieldName] = this.#fieldSchema(type);
    }
    return schema;
  }

  /** A schema in a definition that also accepts a value of another type. */
  #alternative(name: string): Schema | undefined {
    const or = ALTERNATIVES[name];
    const schema = or && this.#typeSchema('JSONSchemaProps');
    if (!or || !schema?.properties) return undefined;
    const { title = '', properties } = schema;
    return { title, properties, 'x-or': or, ...(or !== 'boolean' && { items: or === 'strings' ? TEXT : schema }) };
  }

  #fieldSchema(text: string): Schema {
    const [, wrap, type = '', merge, retain] = /^(\[\]|\{\})?([A-Za-z]+)(\/[A-Za-z]*)?(!)?$/.exec(text) ?? [];
    const inner = PLAIN[type] ?? this.#typeSchema(type) ?? PLAIN['any'] ?? {};
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
}

const SCHEMAS = new SchemaReader(readFileSync(new URL('./kinds.txt', import.meta.url), 'utf8')).readAll();

/** Returns the schema of a built-in type; undefined if the table does not contain it. */
export const schemaOfType = (name: string): Schema | undefined => SCHEMAS.get(name);

/** Returns the schema of a built-in kind's objects. */
export function schemaOfKind(kind: string): Schema | undefined {
  const found = schemaOfType(kind);
  return found && { ...found, properties: { apiVersion: TEXT, kind: TEXT, ...found.properties } };
}

/** The schema of metadata. */
export const METADATA: Schema = schemaOfType('ObjectMeta') ?? {};
