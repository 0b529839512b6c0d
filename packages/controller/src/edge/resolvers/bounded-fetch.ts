/**
 * GET requests of resolvers to servers that a user names: limited in size and time, without redirects to other hosts.
 *
 * A redirect to another host is refused, so that credentials and requests stay with the host that the reference names.
 */

import { ResolverError } from '../../resolvers/resolution.js';
import { boundedBody, fetchFailure } from '../bounded-body.js';

/** The maximum size of a definition in bytes. The API server accepts objects up to 1.5 MiB. */
export const MAX_DEFINITION_BYTES = 1.5 * 1024 * 1024;
const MAX_REDIRECTS = 5;

/** Options of a request. */
export interface FetchOptions {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A complete response. */
export interface BoundedResponse {
  readonly status: number;
  readonly body: Buffer;
}

/** Sends a GET request, and follows redirects on the same host. @throws ResolverError */
export async function boundedGet(start: URL, options: FetchOptions): Promise<BoundedResponse> {
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await send(url, options);
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null)
      return {
        status: response.status,
        body: await boundedBody(response, MAX_DEFINITION_BYTES, () => tooLarge(start)),
      };
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next?.origin !== start.origin)
      throw new ResolverError(
        `the requested URL '${start.href}' redirects to another host (${next?.origin ?? location}); if you trust it, refer to it directly`,
      );
    url = next;
  }
  throw new ResolverError(`the requested URL '${start.href}' redirects more than ${String(MAX_REDIRECTS)} times`);
}

async function send(url: URL, { fetch, signal, headers = {} }: FetchOptions): Promise<Response> {
  try {
    return await fetch(url, { headers, redirect: 'manual', signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ResolverError(`error fetching URL '${url.href}': ${fetchFailure(error)}; check the host and its port`);
  }
}

const tooLarge = ({ href }: URL): ResolverError =>
  new ResolverError(
    `the response of '${href}' is larger than ${String(MAX_DEFINITION_BYTES)} bytes, the limit of an object of the API server`,
  );
