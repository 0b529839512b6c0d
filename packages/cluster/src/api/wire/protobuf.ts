/**
 * Decodes protobuf bodies, which kubectl sends for objects it generates (`create configmap`, `auth can-i`, …).
 *
 * Supports the messages in `protobuf-fields.ts`; answers are JSON, which kubectl accepts.
 */

import { isObject, stringAt, type JsonObject } from '../../model/json.js';
import { MESSAGES, type ProtobufField } from './protobuf-fields.js';
import { badRequest, unsupportedMedia } from '../status-error.js';

const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** Whether a body has Kubernetes' protobuf envelope. */
export const isProtobuf = (bytes: Uint8Array): boolean => MAGIC.every((byte, index) => bytes[index] === byte);

/** Decodes a body with Kubernetes' protobuf envelope to its object as JSON. */
export function decodeProtobuf(bytes: Uint8Array): JsonObject {
  if (!isProtobuf(bytes))
    throw badRequest('the content type is protobuf, but the body lacks the prefix of that encoding');
  const envelope = decodeMessage(bytes.subarray(MAGIC.length), 'Unknown');
  const { raw } = envelope;
  const kind = stringAt(envelope, 'typeMeta', 'kind');
  if (!(raw instanceof Uint8Array) || !MESSAGES.has(kind)) {
    throw unsupportedMedia(
      `a ${kind === '' ? 'body' : kind} cannot be decoded as protobuf here: send it as JSON or YAML`,
    );
  }
  return { apiVersion: stringAt(envelope, 'typeMeta', 'apiVersion'), kind, ...decodeMessage(raw, kind) };
}

/** A cursor in a message. */
class Reader {
  readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.position >= this.bytes.byteLength;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.position];
      if (byte === undefined) throw cutOff();
      this.position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw cutOff();
  }

  take(length: number): Uint8Array {
    const end = this.position + length;
    if (length < 0 || end > this.bytes.byteLength) throw cutOff();
    const bytes = this.bytes.subarray(this.position, end);
    this.position = end;
    return bytes;
  }

  /** Reads the value of a field of any wire type: a number, or bytes. */
  value(wire: number): bigint | Uint8Array {
    if (wire === 0) return this.varint();
    if (wire === 1) return this.take(8);
    if (wire === 2) return this.take(Number(this.varint()));
    if (wire === 5) return this.take(4);
    throw badRequest(`the protobuf body contains an unknown wire type (${wire})`);
  }
}

const cutOff = (): Error => badRequest('the protobuf body ends in the middle of a field');

function decodeMessage(bytes: Uint8Array, message: string): JsonObject {
  const fields = MESSAGES.get(message);
  const result: JsonObject = {};
  for (const reader = new Reader(bytes); !reader.done;) {
    const tag = Number(reader.varint());
    const value = reader.value(tag & 7);
    const field = fields?.get(tag >> 3);
    if (field) put(result, field, value);
  }
  return message === 'IntOrString'
    ? { either: result['type'] === 1 ? result['strVal'] : (result['intVal'] ?? 0) }
    : result;
}

function put(result: JsonObject, field: ProtobufField, raw: bigint | Uint8Array): void {
  const { name } = field;
  if (name === '' && raw instanceof Uint8Array) {
    Object.assign(result, decodeMessage(raw, field.type));
    return;
  }
  if (field.map && raw instanceof Uint8Array) {
    const known = result[name];
    const map: JsonObject = isObject(known) ? known : {};
    const [key, value] = decodeEntry(raw, field);
    map[key] = value;
    result[name] = map;
    return;
  }
  const value = scalar(raw, field.type);
  if (field.list) {
    const known = result[name];
    result[name] = [...(Array.isArray(known) ? known : []), value];
  } else if (field.keepsZero || !isNothing(value)) result[name] = value;
}

/** Whether Go omits a value from JSON; protobuf contains such values. */
const isNothing = (value: unknown): boolean =>
  value === '' || value === 0 || value === false || (isObject(value) && Object.keys(value).length === 0);

function scalar(raw: bigint | Uint8Array, type: string): unknown {
  if (typeof raw === 'bigint') return type === 'bool' ? raw !== 0n : Number(raw);
  if (type === 'string') return Buffer.from(raw).toString();
  if (type === 'bytes') return Buffer.from(raw).toString('base64');
  if (type === 'raw') return raw;
  const decoded = decodeMessage(raw, type);
  if (type === 'Quantity') return decoded['string'] ?? '0';
  return type === 'IntOrString' ? decoded['either'] : decoded;
}

/** Decodes an entry of a map, a message with key 1 and value 2. */
function decodeEntry(bytes: Uint8Array, { type }: ProtobufField): [string, unknown] {
  let key = '';
  let value: unknown = type === 'string' || type === 'bytes' ? '' : {};
  for (const reader = new Reader(bytes); !reader.done;) {
    const tag = Number(reader.varint());
    const raw = reader.value(tag & 7);
    if (tag >> 3 === 1 && raw instanceof Uint8Array) key = Buffer.from(raw).toString();
    else if (tag >> 3 === 2) value = scalar(raw, type);
  }
  if (key === '__proto__') throw badRequest('a field may not be called "__proto__"');
  return [key, value];
}
