/** The error for command lines that cannot be executed as written. */

/** Printed as `error: …` and `hint: …`. Ends the command with status 2 unless another is given. */
export class UsageError extends Error {
  readonly hint: string;
  readonly status: number;

  constructor(message: string, hint: string, options: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.name = 'UsageError';
    this.hint = hint;
    this.status = options.status ?? 2;
  }
}
