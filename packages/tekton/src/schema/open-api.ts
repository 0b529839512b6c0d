/**
 * Field schemas as structural schemas of OpenAPI v3, the form that CustomResourceDefinitions need.
 *
 * Parts of Kubernetes pass through unchecked, so that a cluster may know more of their fields than this package does.
 */

import type { ObjectSchema, Schema } from './schema.js';

/** Converts one schema. */
export function openApi(schema: Schema): Readonly<Record<string, unknown>> {
  const { description } = schema;
  switch (schema.kind) {
    case 'string':
      return {
        type: 'string',
        description,
        ...(schema.allowed && { enum: schema.allowed }),
        ...(schema.default !== undefined && { default: schema.default }),
      };
    case 'boolean':
      return { type: 'boolean', description };
    case 'integer':
      return { type: 'integer', description, minimum: schema.minimum };
    case 'list':
      return { type: 'array', description, items: openApi(schema.of) };
    case 'map':
      return { type: 'object', description, additionalProperties: openApi(schema.of) };
    case 'object':
      return objectOpenApi(schema);
    case 'open':
      return schema.list
        ? { type: 'array', description, items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
        : { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
    case 'value':
    case 'anyValue':
      return { description, 'x-kubernetes-preserve-unknown-fields': true };
    case 'intOrString':
      return { description, 'x-kubernetes-int-or-string': true };
    case 'quantity':
      return { description, 'x-kubernetes-preserve-unknown-fields': true }; // int-or-string would refuse `cpu: 0.5`
  }
}

function objectOpenApi(schema: ObjectSchema): Readonly<Record<string, unknown>> {
  return {
    type: 'object',
    description: schema.description,
    ...(schema.required.length > 0 && { required: schema.required }),
    properties: Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, openApi(field)])),
  };
}
