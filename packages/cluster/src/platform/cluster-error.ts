/** Errors that the user who starts a cluster can fix. */

/** Codes for scripts. */
export type ClusterErrorCode =
  | 'PORT_TAKEN'
  | 'CANNOT_LISTEN'
  | 'DATA_DIR_IN_USE'
  | 'DATA_DIR_DAMAGED'
  | 'DATA_DIR_VERSION'
  | 'DATA_DIR_UNUSABLE'
  | 'DATA_DIR_TOO_LARGE'
  | 'DATA_DIR_NOT_SAVED'
  | 'DIRECTORY_NOT_PRIVATE'
  | 'CRD_REFUSED';

/** An error with its remedy. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code: ClusterErrorCode;
  readonly hint: string;

  constructor(code: ClusterErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** Returns the system's code of an error (`EEXIST`), or `''`; errors of other realms are not `instanceof Error`. */
export const systemCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
