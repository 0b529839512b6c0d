/** Reads the body of a response up to a limit. Separate because registries, resolvers and git servers are all read so. */

/** Returns the body. Rejects with `tooLarge()` as soon as it exceeds `limit` bytes. */
export async function boundedBody(response: Response, limit: number, tooLarge: () => Error): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Returns the reason of a failed fetch, which Node gives as its cause. */
export function fetchFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
