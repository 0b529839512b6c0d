/**
 * OpenAPI v2: the whole document in JSON; in protobuf only what kubectl reads, whether PATCH of a kind accepts `fieldValidation`.
 *
 * kubectl 1.32 requests it for files of `kind: List`. Field numbers are those of gnostic's OpenAPIv2.proto.
 */

import { CatalogMemo } from '../kinds/catalog-memo.js';
import type { Catalog } from '../kinds/resource-catalog.js';
import { VERSION } from './discovery.js';
import { isObject, type JsonObject } from '../../model/json.js';
import { openApiPaths, schemaName, schemaOf, WRITE_PARAMETERS } from './openapi-v3.js';
import { groupVersionOf, type ResourceType } from '../kinds/resource-type.js';

/** The media type of the protobuf document. */
export const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Encodes a length-delimited field. */
function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const head = [(number << 3) | 2];
  for (let remaining = bytes.byteLength; ; remaining >>>= 7) {
    if (remaining < 0x80) {
      head.push(remaining);
      return Buffer.concat([Buffer.from(head), bytes]);
    }
    head.push((remaining & 0x7f) | 0x80);
  }
}

const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

/** `{in: query, name, type: string}` as an item of an operation's parameters. */
const parameter = (name: string): Buffer =>
  field(8, field(1, field(2, field(3, message(field(2, 'query'), field(4, name), field(6, 'string'))))));

const PARAMETERS = message(...WRITE_PARAMETERS.map(parameter));

function pathOf(type: ResourceType): Buffer {
  const { group, version, kind, plural } = type;
  const yaml = `group: ${JSON.stringify(group)}\nkind: ${kind}\nversion: ${version}\n`;
  const extension = field(13, message(field(1, 'x-kubernetes-group-version-kind'), field(2, field(2, yaml))));
  const name = `/${group === '' ? 'api' : 'apis'}/${groupVersionOf(type)}/${plural}/{name}`;
  return field(2, message(field(1, name), field(2, field(8, message(PARAMETERS, extension)))));
}

/** OpenAPI v2 of one catalog. */
export class OpenApiV2 {
  readonly #text: CatalogMemo<string>;

  constructor(catalog: Catalog) {
    this.#text = new CatalogMemo(catalog, (current) => JSON.stringify(documentOf(current)));
  }

  /** Answers in the form that a client accepts: JSON unless it names the protobuf. */
  answer(accept: string): Response {
    if (accept.includes('protobuf')) return inProtobuf(this.#text.catalog);
    return new Response(this.#text.get(), { headers: { 'content-type': 'application/json', vary: 'Accept' } });
  }
}

function inProtobuf(catalog: Catalog): Response {
  const info = message(field(1, 'Kubernetes'), field(2, 'v1'));
  const paths = catalog.types.filter(({ verbs }) => verbs.includes('patch')).map(pathOf);
  const document = message(field(1, '2.0'), field(2, info), field(8, message(...paths)));
  return new Response(document, { headers: { 'content-type': OPENAPI_V2_TYPE, vary: 'Accept' } });
}

function documentOf(catalog: Catalog): JsonObject {
  const paths: JsonObject = {};
  const definitions: JsonObject = {};
  for (const type of catalog.types) {
    const name = schemaName(type);
    for (const [path, actions] of Object.entries(openApiPaths(type)))
      paths[path] = Object.fromEntries(actions.map((action) => [action, operation(action, type, name)]));
    definitions[name] = withoutAlternatives(schemaOf(type));
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version: VERSION.gitVersion }, paths, definitions };
}

function operation(action: string, { group, version, kind }: ResourceType, name: string): JsonObject {
  const schema = { $ref: `#/definitions/${name}` };
  const isWrite = action !== 'get';
  const body = { name: 'body', in: 'body', required: true, schema: action === 'patch' ? { type: 'object' } : schema };
  const query = WRITE_PARAMETERS.map((each) => ({ name: each, in: 'query', type: 'string', uniqueItems: true }));
  return {
    produces: ['application/json'],
    ...(isWrite && { consumes: ['*/*'], parameters: [body, ...query] }),
    responses: { 200: { description: 'OK', schema } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}

/** Keywords of schemas that OpenAPI v2 does not have. */
const VERSION_3 = new Set(['nullable', 'allOf', 'anyOf', 'oneOf', 'not', 'x-or']);

function withoutAlternatives(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutAlternatives);
  if (!isObject(schema)) return schema;
  const { properties, ...rest } = schema;
  const supported = Object.entries(rest).filter(([name]) => !VERSION_3.has(name));
  return {
    ...Object.fromEntries(
      supported.map(([name, value]) => [name, name === 'default' ? value : withoutAlternatives(value)]),
    ),
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, value]) => [name, withoutAlternatives(value)]),
      ),
    }),
  };
}
