/**
 * Caches the credentials that requests carry.
 *
 * client-node determines them and may run a program or refresh a token. With some plugins that costs one process per request, so they are
 * cached for a minute, or until the server answers 401.
 */

import type { KubeConfig } from './client-node.js';
import type { Clock } from '@pipewright/apimachinery';

/** What a connection and its requests carry. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Tls;
}

/** The trusted certificates, and the client's certificate. */
export interface Tls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

/** Longer than a burst of requests, shorter than the remaining lifetime of a token that is replaced (client-go's interval for files). */
const CACHE_TTL_MS = 60_000;

/** The cached credentials of one context. */
export class CredentialCache {
  readonly #config: KubeConfig;
  readonly #clock: Clock;
  #cached: { readonly credentials: Promise<Credentials>; readonly until: number } | undefined;

  constructor(config: KubeConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Returns the credentials, determined again if they have expired. */
  get(): Promise<Credentials> {
    if (this.#cached && this.#clock.now() < this.#cached.until) return this.#cached.credentials;
    const credentials = computeCredentials(this.#config);
    this.#cached = { credentials, until: this.#clock.now() + CACHE_TTL_MS };
    credentials.catch(() => this.invalidate(credentials));
    return credentials;
  }

  /** Drops credentials after a 401. Returns whether a new request may succeed: false if others were cached since. */
  invalidate(rejected: Promise<Credentials>): boolean {
    if (this.#cached?.credentials !== rejected) return true;
    this.#cached = undefined;
    const user = this.#config.getCurrentUser();
    return Boolean(user?.exec ?? user?.authProvider);
  }
}

async function computeCredentials(config: KubeConfig): Promise<Credentials> {
  const options: Parameters<KubeConfig['applyToHTTPSOptions']>[0] & { auth?: string | null } = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername, headers, auth } = options as Tls & {
    headers?: Record<string, string>;
    auth?: string;
  }; // node's options allow more shapes than client-node writes
  const tls = { ca, cert, key, rejectUnauthorized, servername };
  return {
    headers: {
      ...(auth ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {}),
      ...headers,
    },
    tls: Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)),
  };
}
