/** The error for directories that cannot be served as a Git repository: a code, a message, and a hint. */

/** Codes for callers to match on. */
export type SourceCode =
  | 'GIT_MISSING'
  | 'SOURCE_MISSING'
  | 'SOURCE_NOT_A_DIRECTORY'
  | 'SOURCE_UNREADABLE'
  | 'REVISION_INVALID'
  | 'REVISION_UNKNOWN';

/** Thrown by `snapshot` and `startGitServer`. `message` contains the directory or revision, `hint` the solution. */
export class SourceError extends Error {
  readonly code: SourceCode;
  readonly hint: string;

  constructor(code: SourceCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.code = code;
    this.hint = hint;
  }
}
