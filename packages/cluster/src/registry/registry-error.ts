/**
 * Errors of the registry: one row for each error code of the distribution specification.
 *
 * Clients match the code and the status; the message is for people.
 */

const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  RANGE_INVALID: 416,
  SIZE_INVALID: 413,
  TOOMANYREQUESTS: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const;

/** A code of the specification. `RANGE_INVALID` and `SIZE_INVALID` are the usual names for 416 and 413. */
export type RefusalCode = keyof typeof STATUS;

/** An error of the registry; `response()` is the answer. */
export class RegistryError extends Error {
  readonly code: RefusalCode;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, message: string, detail?: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
    this.headers = headers;
  }

  /** Returns the specification's error body with the status of the code. */
  response(): Response {
    const { code, message, detail } = this;
    return Response.json(
      { errors: [{ code, message, ...(detail !== undefined && { detail }) }] },
      { status: STATUS[code], headers: this.headers },
    );
  }
}
