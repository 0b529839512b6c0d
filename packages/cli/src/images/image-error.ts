/** An image archive that cannot be used, and what to do about it. */

/** Its message goes after the name of the archive. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** The hint for an archive that violates its format. */
export const WRITE_AGAIN = 'write the archive again: skopeo copy docker://IMAGE docker-archive:FILE.tar';
