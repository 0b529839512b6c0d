/**
 * The parts that handlers of object requests share: the parsed request, its body, its write options and the form of an answer.
 *
 * Separate so that subresources and patches do not depend on the dispatcher (`object-handler.ts`).
 */

import { checkEscalation, type Writer } from '../auth/escalation.js';
import type { User } from '../auth/identity.js';
import type { Authenticate } from '../auth/reviews.js';
import type { ApiContext } from '../api-context.js';
import type { ResourceType } from '../kinds/resource-type.js';
import type { PodLogs } from '../../model/pod-logs.js';
import type { ResourceRequest } from '../request-info.js';
import { invalidOption } from '../status-error.js';
import { bodyOf, bytesOf, mediaType, readBody, type Body } from '../wire/body.js';
import type { FieldValidator } from '../wire/field-validation.js';
import type { Answer, ServerRequest, JsonContent } from '../wire/plain-request.js';
import { decodeProtobuf, isProtobuf } from '../wire/protobuf.js';
import type { WriteOptions } from './write.js';

/** Dependencies of the handlers. */
export interface ObjectsContext {
  readonly api: ApiContext;
  readonly authenticate: Authenticate;
  /** Signs tokens of ServiceAccounts. */
  readonly tokenKey: Buffer;
  /** Logs of containers; undefined until a node runs. */
  readonly logs: () => PodLogs | undefined;
}

/** A parsed and authorized request for objects. */
export interface ObjectRequest {
  readonly request: ServerRequest;
  readonly info: ResourceRequest;
  readonly user: User;
}

/** The headers of every answer in JSON. */
export const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };

/** Returns an answer in JSON. */
export const respond = (content: JsonContent, status: number, warnings: readonly string[]): Answer => ({
  status,
  headers: HEADERS,
  warnings,
  content,
});

/** Reads a request body in any supported form. */
export async function readObject(request: ServerRequest): Promise<Body> {
  if (request.value !== undefined) return bodyOf(request);
  const bytes = await bytesOf(request);
  const media = mediaType(request);
  if (media !== 'application/vnd.kubernetes.protobuf' && !isProtobuf(bytes)) return readBody(bytes, media);
  return { value: decodeProtobuf(bytes), repeated: [] };
}

/** Whether a request is a dry run. */
export function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun');
  if (values.some((value) => value !== 'All')) throw invalidOption('CreateOptions', 'dryRun', values[0], ['All']);
  return values.length > 0;
}

/** Returns how to write a request's object: dry run, unknown fields, and the check against privilege escalation. */
export const writeOptions = (
  api: ApiContext,
  { info, user }: Writer,
  type: ResourceType,
  { onUnknown }: Pick<FieldValidator, 'onUnknown'>,
): WriteOptions => ({
  dryRun: isDryRun(info.query),
  manager: info.query.get('fieldManager') ?? undefined,
  onUnknown,
  confirm: (object, old) => checkEscalation(api, { user, info }, type, object, old),
});
