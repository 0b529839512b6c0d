/**
 * The errors that the API server answers with, in kube-apiserver's words.
 *
 * A `StatusError` is thrown where a check fails and becomes a `Status` body in one place (`server.ts`). kubectl prints the message
 * unchanged and users search for it, so the sentences are upstream's.
 */

import type { JsonObject } from '../model/json.js';

/** One error in one field. */
export interface Cause {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldManagerConflict'
    | 'NamespaceTerminating'
    | 'UnexpectedServerResponse';
  readonly field: string;
  readonly message: string;
}

/** Records one cause. */
export type Report = (cause: Cause) => void;

/** The most causes of one error: a body of a megabyte may contain a million mistakes. */
const MAX_CAUSES = 1000;

/** Runs a check and returns the causes that it reports, up to the limit. */
export function collectCauses(check: (report: Report) => void): readonly Cause[] {
  const causes: Cause[] = [];
  check((cause) => {
    if (causes.length < MAX_CAUSES) causes.push(cause);
  });
  return causes;
}

/** The object that an error is about: `kind` is the resource's plural, or the Kind for Invalid, as upstream has it. */
export interface Details extends JsonObject {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** An error that is answered as a `Status`; `code` is the HTTP status. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** The parts of a resource that messages mention. */
export interface NamedResource {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

const qualified = ({ group, plural }: NamedResource): string => (group === '' ? plural : `${plural}.${group}`);
const about = ({ group, plural }: NamedResource, name: string): Details => ({
  name,
  ...(group !== '' && { group }),
  kind: plural,
});

/** 404: no such object. */
export const notFound = (type: NamedResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(type)} "${name}" not found`, about(type, name));

/** 404: no such path. */
export const noSuchPath = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

/** 409: an object of that name exists. */
export const alreadyExists = (type: NamedResource, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, about(type, name));

const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

/** 409: written from a stale read, or a precondition failed. */
export const conflict = (type: NamedResource, name: string, reason = STALE): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${reason}`,
    about(type, name),
  );

/** 422: the object is invalid; contains all causes. */
export function invalid(type: NamedResource, name: string, all: readonly Cause[]): StatusError {
  const causes = all.slice(0, MAX_CAUSES);
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  const lines = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, {
    ...(name !== '' && { name }),
    ...(type.group !== '' && { group: type.group }),
    kind: type.kind,
    causes,
  });
}

/** 400: the request is malformed. */
export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

/** 403: the object may not be written, for a reason other than permissions. */
export const forbidden = (type: NamedResource, name: string, reason: string, causes?: readonly Cause[]): StatusError =>
  new StatusError(403, 'Forbidden', `${qualified(type)} "${name}" is forbidden: ${reason}`, {
    ...about(type, name),
    ...(causes && { causes }),
  });

/** 405: the resource does not support the verb. */
export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** 422: an option of the request has an unknown value. */
export const invalidOption = (kind: string, field: string, value: unknown, known: readonly string[]): StatusError =>
  invalid({ group: 'meta.k8s.io', plural: kind.toLowerCase(), kind }, '', [notSupported(field, value, known)]);

/** 410: the requested revision is too old; the client must list again. */
export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);

/** 413: the body is too large. */
export const requestEntityTooLarge = (message: string): StatusError =>
  new StatusError(413, 'RequestEntityTooLarge', message);

/** 415: a body of an unsupported media type. */
export const unsupportedMedia = (message: string): StatusError => new StatusError(415, 'UnsupportedMediaType', message);

/** 401: the token is not valid. */
export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

/** Returns an error as the `Status` object that clients read. */
export const statusObject = ({ code, reason, message, details }: StatusError): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  ...(reason !== '' && { reason }),
  ...(details && { details }),
  code,
});

/** `Invalid value` with Kubernetes' spelling of the value. */
export const invalidValue = (field: string, value: unknown, reason: string): Cause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${valueText(value)}: ${reason}`,
});

/** A missing required field. */
export const required = (field: string, reason = ''): Cause => ({
  reason: 'FieldValueRequired',
  field,
  message: reason === '' ? 'Required value' : `Required value: ${reason}`,
});

/** A value outside a closed set. */
export const notSupported = (field: string, value: unknown, known: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${valueText(value)}: supported values: ${known.map((it) => JSON.stringify(it)).join(', ')}`,
});

/** A duplicate value. */
export const duplicate = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${valueText(value)}`,
});

/** A field that may not be set or changed. */
export const forbiddenField = (field: string, reason: string): Cause => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${reason}`,
});

const valueText = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));
