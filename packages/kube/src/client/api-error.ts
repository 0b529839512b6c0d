/**
 * What an API server says when it refuses, read once and for all.
 *
 * A message holds the server's own sentence and nothing else: no headers, no request body, no token, so it may be logged.
 */

import type { PlainResponse } from './transport.js';

/** One field that was wrong, as a 422 lists them. */
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

/** The wire's `Status` object, as far as it is read here. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

/** The server answered, and the answer was no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly status: number;
  /** Kubernetes' word for it (`NotFound`, `AlreadyExists`, `Conflict`, …); `Unknown` when the server gave none. */
  readonly reason: string;
  readonly details: StatusDetails;
  /** How long the server asks to be left alone, from `Retry-After` or the Status. Absent: it did not ask. */
  readonly retryAfterSeconds?: number;

  constructor(status: number, body: Status, retryAfterSeconds = body.details?.retryAfterSeconds) {
    super(body.message || `the server answered ${status}`);
    this.status = status;
    this.reason = body.reason || defaultReason(status); // servers send '' too
    this.details = body.details ?? {};
    if (retryAfterSeconds !== undefined) this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Reads a response that is no success. An answer that is no Status (a proxy's page) is told by its code and first words. */
  static async from(response: Response, request: string): Promise<ApiError> {
    const text = await response.text().catch(() => '');
    const after = retryAfter(response.headers.get('retry-after'));
    const status = parseStatus(text) ?? {
      message: `${request} was answered with ${response.status}${firstWords(text)}`,
    };
    return new ApiError(response.status, status, after);
  }

  /** Reads a plain answer that is no success. */
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

/** The server could not be asked, or did not answer: nobody knows whether the request was carried out. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** Whether the server refused for this reason, e.g. `hasReason(error, 'AlreadyExists')`. */
export function hasReason(error: unknown, reason: string): error is ApiError {
  return error instanceof ApiError && error.reason === reason;
}

/** The history that was asked for is gone: list again. Real servers say it as `Expired` and as `Gone`. */
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
