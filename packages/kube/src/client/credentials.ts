/**
 * How to prove who we are, and for how long that holds.
 *
 * client-node works the proof out (it may run a program or refresh a token); asking it for each request would cost a process a
 * request with some plugins, so the answer is kept for a minute, or until the server says 401.
 */

import type { KubeConfig } from './client-node.js';
import type { Clock } from '../clock.js';

/** What a connection and a request need to carry. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Tls;
}

/** How to trust the server, and a client's certificate. */
export interface Tls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

/** Longer than a burst of requests, shorter than any token that is about to be replaced (client-go reads files as often). */
const CACHE_TTL_MS = 60_000;

/** Keeps the credentials of one context. */
export class CredentialCache {
  readonly #config: KubeConfig;
  readonly #clock: Clock;
  #cached: { readonly credentials: Promise<Credentials>; readonly until: number } | undefined;

  constructor(config: KubeConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** Asks client-node again when what it said has grown old. */
  get(): Promise<Credentials> {
    if (this.#cached && this.#clock.now() < this.#cached.until) return this.#cached.credentials;
    const credentials = computeCredentials(this.#config);
    this.#cached = { credentials, until: this.#clock.now() + CACHE_TTL_MS };
    credentials.catch(() => this.invalidate(credentials));
    return credentials;
  }

  /** After a 401: the next request asks anew. Says whether that may help, i.e. whether these were still the ones in use. */
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
