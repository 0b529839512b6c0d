/**
 * OpenAPI v3: an index, and one document per group and version.
 *
 * kubectl rejects kinds whose PATCH does not accept `fieldValidation` here; `kubectl explain` reads the schemas. Documents are
 * generated on request and kept until the catalog changes.
 */

import { createHash } from 'node:crypto';
import { CatalogMemo } from '../kinds/catalog-memo.js';
import type { Catalog } from '../kinds/resource-catalog.js';
import type { JsonObject } from '../../model/json.js';
import { noSuchPath } from '../status-error.js';
import { groupVersionOf, type ResourceType } from '../kinds/resource-type.js';
import type { Schema } from '../schema/schema.js';

/** OpenAPI v3 of one catalog. */
export class OpenApiV3 {
  readonly #texts: CatalogMemo<ReadonlyMap<string, string>>;

  constructor(catalog: Catalog) {
    this.#texts = new CatalogMemo(catalog, documentsOf);
  }

  /** Answers a path below `/openapi/v3`. */
  answer(url: string): Response {
    const path = url.replace(/^\/openapi\/v3\/?/, '');
    const texts = this.#texts.get();
    const headers = { 'content-type': 'application/json', vary: 'Accept' };
    if (path === '') {
      const paths = Object.fromEntries(
        [...texts].map(([path, text]) => {
          const hash = createHash('sha256').update(text).digest('hex').toUpperCase();
          return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
        }),
      );
      return new Response(JSON.stringify({ paths }), { headers });
    }
    const text = texts.get(path);
    if (text === undefined) throw noSuchPath();
    return new Response(text, { headers });
  }
}

function documentsOf(catalog: Catalog): ReadonlyMap<string, string> {
  const byPath = new Map<string, ResourceType[]>();
  for (const type of catalog.types) {
    const path = `${type.group === '' ? 'api' : 'apis'}/${groupVersionOf(type)}`;
    byPath.set(path, [...(byPath.get(path) ?? []), type]);
  }
  return new Map([...byPath].map(([path, types]) => [path, JSON.stringify(documentFor(types))]));
}

/** Returns the name of a kind's schema: the reversed group, as clients expect. */
export const schemaName = ({ group, version, kind }: ResourceType): string =>
  [...(group === '' ? 'core.api.k8s.io' : group).split('.').reverse(), version, kind].join('.');

function documentFor(types: readonly ResourceType[]): JsonObject {
  const paths: JsonObject = {};
  const schemas: JsonObject = {};
  for (const type of types) {
    const name = schemaName(type);
    for (const [path, actions] of Object.entries(openApiPaths(type)))
      paths[path] = Object.fromEntries(actions.map((action) => [action, operation(action, type, name)]));
    schemas[name] = schemaOf(type);
  }
  return { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1' }, paths, components: { schemas } };
}

/** Returns the paths of a kind that clients look up, each with its methods. */
export function openApiPaths(type: ResourceType): Readonly<Record<string, readonly string[]>> {
  const root = `/${type.group === '' ? 'api' : 'apis'}/${groupVersionOf(type)}/`;
  const base = `${root}${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`;
  return { [base]: ['post'], ...(type.verbs.includes('patch') && { [`${base}/{name}`]: ['get', 'put', 'patch'] }) };
}

function operation(
  action: string,
  { group, version, kind }: Pick<ResourceType, 'group' | 'version' | 'kind'>,
  schema: string,
): JsonObject {
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } };
  return {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
    parameters: QUERY_PARAMETERS,
    responses: { 200: { description: 'OK', content } },
  };
}

/** Query parameters of writes that clients look up before sending them. */
export const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'];

const QUERY_PARAMETERS = WRITE_PARAMETERS.map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

const FREE: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Expands a built-in schema for a document; a recursive type becomes an object with any fields. */
function writtenOut(schema: Schema, within: readonly string[]): Schema {
  const { title = '', properties, additionalProperties, items, 'x-or': _or, ...rest } = schema;
  if (title !== '' && within.includes(title)) return FREE;
  const inner = (each: Schema): Schema => writtenOut(each, [...within, title]);
  return {
    ...(title !== '' && { title }),
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, inner(each)])),
    }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: inner(additionalProperties) }),
    ...(items && { items: inner(items) }),
  };
}

/** Returns the schema of a kind for a document. */
export function schemaOf(type: ResourceType): JsonObject {
  const typeSchema = type.custom ? type.schema : type.schema && writtenOut(type.schema, []);
  return {
    ...(typeSchema ?? FREE),
    properties: {
      ...typeSchema?.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: typeSchema?.properties?.['metadata'] ?? { type: 'object' },
    },
    'x-kubernetes-group-version-kind': [{ group: type.group, version: type.version, kind: type.kind }],
  };
}
