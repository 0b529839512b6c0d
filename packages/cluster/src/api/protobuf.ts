/**
 * Protobuf bodies, as kubectl sends them for what it generates itself (`create configmap`, `auth can-i`, …).
 *
 * Only decoding, and only messages of the table in `protobuf-fields.ts`; answers are JSON, which kubectl accepts.
 */

import { badRequest } from './refusal.js';

const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** Whether a body is in Kubernetes' protobuf envelope. */
export const isProtobuf = (bytes: Uint8Array): boolean => MAGIC.every((byte, index) => bytes[index] === byte);

/** Reads a body in Kubernetes' protobuf envelope. */
export function decodeProtobuf(_bytes: Uint8Array): unknown {
  throw badRequest('protobuf bodies cannot be read yet');
}
