/**
 * Request bodies: read up to a limit, then as JSON, YAML or protobuf, whatever the content type says.
 */

import { parseDocument } from 'yaml';
import { isObject, type JsonObject } from './json.js';
import { repeatedFields } from './json-scan.js';
import type { Incoming } from './plain.js';
import { badRequest, tooLarge, unsupportedMedia } from './refusal.js';

/** The largest body, in bytes. */
export const MOST_BYTES = 3 * 1024 * 1024;

/** A body as read: its value, and the fields that appear twice in it. */
export interface Body {
  readonly value: unknown;
  readonly repeated: readonly string[];
}

/** The bytes of a body; a 413 when there are too many, without reading the rest. */
export async function bytesOf(request: Incoming): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    const bytes: Uint8Array = chunk;
    size += bytes.byteLength;
    if (size > MOST_BYTES) throw tooLarge(`Request entity too large: limit is ${MOST_BYTES}`);
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** The media type of a request's body, without parameters. */
export const mediaType = (request: Incoming): string =>
  (request.headers.get('content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';

const YAML_TYPES = new Set(['application/yaml', 'application/x-yaml', 'text/yaml', 'application/apply-patch+yaml']);
const JSON_TYPES = new Set(['application/json', '', 'text/plain', '*/*', 'application/x-www-form-urlencoded']);

/** Reads a body that is JSON, or YAML where the media type says so. */
export async function bodyOf(request: Incoming): Promise<Body> {
  if (request.value !== undefined) return { value: bodyFrom(request.value), repeated: [] };
  return readBody(await bytesOf(request), mediaType(request));
}

/**
 * A body that came as data, as if it had come as text: a copy without what JSON has no words for. Refuses what the text
 * would be refused for: too many bytes (counted in characters), and `__proto__` as a field.
 */
function bodyFrom(value: unknown): unknown {
  const size = { left: MOST_BYTES };
  return copied(value, size);
}

function copied(value: unknown, size: { left: number }): unknown {
  size.left -= typeof value === 'string' ? value.length + 2 : 4;
  if (size.left < 0) throw tooLarge(`Request entity too large: limit is ${MOST_BYTES}`);
  if (typeof value !== 'object' || value === null) return Number.isNaN(value) ? null : value;
  if (Array.isArray(value)) return value.map((item) => copied(item ?? null, size));
  if (value instanceof Date) return value.toISOString();
  const made: JsonObject = {};
  for (const [field, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (field === '__proto__') throw badRequest('a field may not be called "__proto__"');
    size.left -= field.length + 3;
    made[field] = copied(item, size);
  }
  return made;
}

/** Reads text of a body that is JSON, or YAML where the media type says so. */
export function readBody(bytes: Uint8Array, media: string): Body {
  const text = new TextDecoder().decode(bytes);
  if (YAML_TYPES.has(media)) return text.trimStart().startsWith('{') ? readJson(text) : readYaml(text);
  if (JSON_TYPES.has(media) || media.endsWith('+json')) return readJson(text);
  const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
  throw unsupportedMedia(
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

/** A body that must be an object. */
export function objectIn({ value }: Body): JsonObject {
  if (isObject(value)) return value;
  throw badRequest('the object provided is unrecognized (must be of type object): expected a JSON object');
}

function readJson(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    return { value, repeated: repeatedFields(text) };
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be JSON): ${said(error)}`);
  }
}

function readYaml(text: string): Body {
  const document = parseDocument(text, { uniqueKeys: false, version: '1.1', schema: 'yaml-1.1' });
  const [wrong] = document.errors;
  if (wrong) throw badRequest(`error converting YAML to JSON: yaml: ${said(wrong)}`);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  return { value: JSON.parse(JSON.stringify(value)) as unknown, repeated: [] };
}

const said = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
