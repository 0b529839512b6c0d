/** The error for image archives that cannot be used, with a hint. */

/** Describes why an archive cannot be used. The message is appended to the name of the archive. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** The hint for an archive that violates its format. */
export const RECREATE_ARCHIVE = 'write the archive again: skopeo copy docker://IMAGE docker-archive:FILE.tar';
