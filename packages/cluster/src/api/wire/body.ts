/**
 * Request bodies: read up to a limit, then parsed as JSON or YAML by content type.
 *
 * Every parsed value is JSON no deeper than `MAX_DEPTH`, so later code may recurse.
 */

import { isObject, type JsonObject } from '../../model/json.js';
import { DEPTH_MESSAGE, measured, MAX_BODY_BYTES, MAX_DEPTH } from './json-limits.js';
import { repeatedFields } from './duplicate-fields.js';
import type { ServerRequest } from './plain-request.js';
import { badRequest, requestEntityTooLarge, unsupportedMedia } from '../status-error.js';
import { readYaml } from './yaml-body.js';

/** A parsed body: its value, and the duplicate fields in it. */
export interface Body {
  readonly value: unknown;
  readonly repeated: readonly string[];
}

/** Reads the bytes of a body. Throws a 413 if it is too large, without reading the rest. */
export async function bytesOf(request: ServerRequest): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    const bytes: Uint8Array = chunk;
    size += bytes.byteLength;
    if (size > MAX_BODY_BYTES) throw requestEntityTooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** Returns the media type of a request's body, without parameters. */
export const mediaType = (request: ServerRequest): string =>
  (request.headers.get('content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';

const YAML_TYPES = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'application/apply-patch+yaml']);
const JSON_TYPES = new Set(['application/json', '', 'text/plain', '*/*', 'application/x-www-form-urlencoded']);

/** Parses a body as JSON, or as YAML by its media type. */
export async function bodyOf(request: ServerRequest): Promise<Body> {
  if (request.value !== undefined) return { value: bodyFrom(request.value), repeated: [] };
  return readBody(await bytesOf(request), mediaType(request));
}

/**
 * Copies a plain body as if it had arrived as text. Rejects what the text would be rejected for: too many bytes (counted in
 * characters), too many levels, and `__proto__` as a field.
 */
function bodyFrom(value: unknown): unknown {
  return copied(value, { left: MAX_BODY_BYTES }, 0);
}

function copied(value: unknown, size: { left: number }, depth: number): unknown {
  size.left -= typeof value === 'string' ? value.length + 2 : 4;
  if (size.left < 0) throw requestEntityTooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
  if (typeof value !== 'object' || value === null) return copiedScalar(value);
  if (value instanceof Date) return value.toISOString();
  if (depth >= MAX_DEPTH) throw tooDeep();
  if (Array.isArray(value)) return Array.from(value, (item) => copied(item ?? null, size, depth + 1));
  const copy: JsonObject = {};
  for (const [field, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (field === '__proto__') throw badRequest('a field may not be called "__proto__"');
    size.left -= field.length + 3;
    copy[field] = copied(item, size, depth + 1);
  }
  return copy;
}

function copiedScalar(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return value;
  throw badRequest(`the object provided is unrecognized (must be JSON): json: unsupported type: ${typeof value}`);
}

const tooDeep = (): Error =>
  badRequest(
    `the object provided is unrecognized (must be JSON): couldn't get version/kind; json parse error: ${DEPTH_MESSAGE}`,
  );

/** Parses the bytes of a body as JSON, or as YAML by its media type. */
export function readBody(bytes: Uint8Array, media: string): Body {
  const text = new TextDecoder().decode(bytes);
  if (YAML_TYPES.has(media))
    return text.trimStart().startsWith('{') ? readJson(text) : { value: readYaml(text), repeated: [] };
  if (JSON_TYPES.has(media) || media.endsWith('+json')) return readJson(text);
  const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw unsupportedMedia(
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

/** Returns the object of a body. Throws if it is not an object. */
export function objectIn({ value }: Body): JsonObject {
  if (isObject(value)) return value;
  throw badRequest('the object provided is unrecognized (must be of type object): expected a JSON object');
}

function readJson(text: string): Body {
  const value = parsedJson(text);
  const repeated = repeatedFields(text, MAX_DEPTH);
  if (!repeated) throw tooDeep();
  if (HUGE_NUMBER.test(text)) checkNumbers(value);
  return { value, repeated };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    throw badRequest(`the object provided is unrecognized (must be JSON): ${reason}`);
  }
}

/** Matches numbers that JavaScript may read as infinite. */
const HUGE_NUMBER = /\d[eE]\+?\d{3}|\d{300}/;

function checkNumbers(value: unknown): void {
  const size = measured(value, Number.POSITIVE_INFINITY);
  if (size.kind === 'not-json') throw badRequest(`the object provided is unrecognized (must be JSON): ${size.reason}`);
}
