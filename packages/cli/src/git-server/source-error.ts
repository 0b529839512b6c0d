/** Why a directory can't stand in for a Git repository: a code, a sentence, and what to do. */

/** Codes a caller may match on. */
export type SourceCode =
  | 'GIT_MISSING'
  | 'SOURCE_MISSING'
  | 'SOURCE_NOT_A_DIRECTORY'
  | 'SOURCE_UNREADABLE'
  | 'REVISION_INVALID'
  | 'REVISION_UNKNOWN';

/** Thrown by `snapshot` and `startGitServer`; `message` names the directory or revision, `hint` the way out. */
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
