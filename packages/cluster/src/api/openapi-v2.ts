/**
 * OpenAPI v2, as far as kubectl still asks for it: whether a kind's PATCH takes `fieldValidation`.
 *
 * It is asked in protobuf alone, and for files of `kind: List` by kubectl 1.32 too. Numbers are those of gnostic's OpenAPIv2.proto.
 */

import type { Catalog } from './catalog.js';
import { apiVersionOf, type ResourceType } from './resource.js';

/** The only form in which the document is given. */
export const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** A field of bytes, or of text. */
function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const head = [(number << 3) | 2];
  for (let left = bytes.byteLength; ; left >>>= 7) {
    if (left < 0x80) {
      head.push(left);
      return Buffer.concat([Buffer.from(head), bytes]);
    }
    head.push((left & 0x7f) | 0x80);
  }
}

const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

/** `{in: query, name, type: string}` as an item of an operation's parameters. */
const parameter = (name: string): Buffer =>
  field(8, field(1, field(2, field(3, message(field(2, 'query'), field(4, name), field(6, 'string'))))));

const PARAMETERS = message(...['dryRun', 'fieldManager', 'fieldValidation'].map(parameter));

function pathOf(type: ResourceType): Buffer {
  const { group, version, kind, plural } = type;
  const yaml = `group: ${JSON.stringify(group)}\nkind: ${kind}\nversion: ${version}\n`;
  const extension = field(13, message(field(1, 'x-kubernetes-group-version-kind'), field(2, field(2, yaml))));
  const name = `/${group === '' ? 'api' : 'apis'}/${apiVersionOf(type)}/${plural}/{name}`;
  return field(2, message(field(1, name), field(2, field(8, message(PARAMETERS, extension)))));
}

/** The document, in protobuf. */
export function openApiV2(catalog: Catalog): Response {
  const info = message(field(1, 'Kubernetes'), field(2, 'v1'));
  const paths = catalog.types.filter(({ verbs }) => verbs.includes('patch')).map(pathOf);
  const document = message(field(1, '2.0'), field(2, info), field(8, message(...paths)));
  return new Response(document, { headers: { 'content-type': OPENAPI_V2_TYPE, vary: 'Accept' } });
}
