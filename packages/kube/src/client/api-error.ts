/**
 * Errors of requests to an API server.
 *
 * A message contains the server's own message and no headers, request body or token, so it can be logged.
 */

import type { PlainResponse } from '@pipewright/apimachinery';

/** One invalid field of a 422 response. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** `details` of a Status. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** A `Status` object, as far as it is read here. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

/** The server rejected the request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly status: number;
  /** The reason of the Status (`NotFound`, `AlreadyExists`, `Conflict`, …); `Unknown` if the server gave none. */
  readonly reason: string;
  readonly details: StatusDetails;
  /** Seconds until the request may be repeated, from `Retry-After` or the Status. Absent if the server did not say. */
  readonly retryAfterSeconds?: number;

  constructor(status: number, body: Status, retryAfterSeconds = body.details?.retryAfterSeconds) {
    super(body.message || `the server answered ${status}`);
    this.status = status;
    this.reason = body.reason || defaultReason(status); // servers send '' too
    this.details = body.details ?? {};
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Reads an unsuccessful response. The message for a body that is not a Status (a proxy's page) has its code and first words. */
  static async from(response: Response, request: string): Promise<ApiError> {
    const text = await response.text().catch(() => '');
    const after = retryAfter(response.headers.get('retry-after'));
    const status = parseStatus(text) ?? {
      message: `${request} was answered with ${response.status}${firstWords(text)}`,
    };
    return new ApiError(response.status, status, after);
  }

  /** Reads an unsuccessful plain response. */
  static fromPlain({ status, headers, value }: PlainResponse, request: string): ApiError {
    const body = asStatus(value) ?? { message: `${request} was answered with ${status}` };
    return new ApiError(status, body, retryAfter(headers['retry-after'] ?? null));
  }

  /** Reads the object of a watch's ERROR event. */
  static fromEvent(object: unknown): ApiError {
    const body = isRecord(object) ? (object as Status) : {}; // an ERROR event carries a Status
    return new ApiError(body.code ?? 500, { ...body, message: body.message ?? 'the watch failed without a reason' });
  }
}

/** The server could not be reached or did not respond: it is unknown whether the request was carried out. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** Reports whether the server rejected the request for this reason, for example `hasReason(error, 'AlreadyExists')`. */
export function hasReason(error: unknown, reason: string): error is ApiError {
  return error instanceof ApiError && error.reason === reason;
}

/** Reports whether the requested history no longer exists, so that the kind must be listed again. Servers use both reasons. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone');
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const defaultReason = (status: number): string => REASONS[status] ?? 'Unknown';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function parseStatus(text: string): Status | undefined {
  try {
    return asStatus(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const asStatus = (value: unknown): Status | undefined =>
  isRecord(value) && value['kind'] === 'Status' ? (value as Status) : undefined; // `kind` says so

function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '';
  return line.length > 120 ? `: ${line.slice(0, 120)}…` : `: ${line}`;
}

/** Seconds, or undefined; the HTTP-date form is not used by API servers. */
function retryAfter(header: string | null): number | undefined {
  const seconds = Number(header);
  return header === null || header.trim() === '' || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds;
}
