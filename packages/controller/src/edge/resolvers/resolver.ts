/**
 * Resolves references with a resolver: git, http, cluster, bundles and hub.
 *
 * Checks the params first, uses the cache, limits the time of each request, and returns every failure as a result with Tekton's message.
 */

import { formatDuration } from '@pipewright/tekton';
import type { KubeClient } from '@pipewright/kube';
import { ApiError } from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import {
  invalidRequest,
  notFetched,
  ResolverError,
  timedOut,
  type Resolution,
  type ResolutionRequest,
  type ResolvedManifest,
} from '../../resolvers/resolution.js';
import {
  DEFAULT_RESOLVER_SETTINGS,
  readResolverParams,
  type ResolverParams,
  type ResolverSettings,
} from '../../resolvers/params.js';
import { requestNameOf } from '../../resolvers/request-name.js';
import { cacheKeyOf, cacheModeOf, isCached, ResolutionCache } from '../../resolvers/resolution-cache.js';
import type { Registries } from '../registry/session.js';
import { readBundle } from './bundles.js';
import { readFromCluster } from './cluster.js';
import type { FetchContext } from './fetch-context.js';
import { fetchFromGit } from './git.js';
import { fetchHttp } from './http.js';
import { fetchFromHub } from './hub.js';

/** What a {@link Resolver} uses. */
export interface ResolverDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly registries?: Registries;
  readonly settings?: Partial<ResolverSettings>;
  /** @default 60 seconds */
  readonly timeoutMs?: number;
}

/** Resolves references, and caches results that cannot change. */
export class Resolver {
  readonly #deps: ResolverDeps;
  readonly #settings: ResolverSettings;
  readonly #cache = new ResolutionCache();

  constructor(deps: ResolverDeps) {
    this.#deps = deps;
    this.#settings = { ...DEFAULT_RESOLVER_SETTINGS, ...deps.settings };
  }

  /** Returns the manifest, or why there is none. Does not throw. */
  async resolve(request: ResolutionRequest): Promise<Resolution> {
    const { resolver, params: assigned, namespace } = request;
    const name = requestNameOf(request);
    const mode = cacheModeOf(request);
    if (mode === undefined)
      return invalidRequest(name, 'invalid cache mode: the param cache must be always, never or auto');
    let params: ResolverParams | undefined;
    try {
      params = readResolverParams(resolver, assigned, namespace, this.#settings);
    } catch (error) {
      if (error instanceof ResolverError) return invalidRequest(name, error.message);
      throw error;
    }
    if (!params) return invalidRequest(name, unknownResolver(resolver));
    const { clock } = this.#deps;
    const key = cacheKeyOf(request);
    const cached = isCached(mode, params) ? this.#cache.get(key, clock.now()) : undefined;
    if (cached) return cached;
    const result = await this.#fetchInTime(request, name, params);
    if (result.kind === 'resolved' && isCached(mode, params)) this.#cache.set(key, result, clock.now());
    return result;
  }

  async #fetchInTime(request: ResolutionRequest, name: string, params: ResolverParams): Promise<Resolution> {
    const { client, clock, fetch, registries = {}, timeoutMs = 60_000 } = this.#deps;
    const abortController = new AbortController();
    let cancel = (): void => undefined;
    const timeout = new Promise<Resolution>((resolve) => {
      cancel = clock.after(timeoutMs, () => {
        abortController.abort();
        resolve(timedOut(formatDuration(timeoutMs)));
      });
    });
    const context = { client, fetch, registries, namespace: request.namespace, signal: abortController.signal };
    const fetched = fetchManifest(params, context).catch((error: unknown) =>
      notFetched(request.resolver, name, messageOf(error)),
    );
    try {
      return await Promise.race([timeout, fetched]);
    } finally {
      cancel();
    }
  }
}

function fetchManifest(params: ResolverParams, context: FetchContext): Promise<ResolvedManifest> {
  switch (params.kind) {
    case 'git':
      return fetchFromGit(params, context);
    case 'http':
      return fetchHttp(params, context);
    case 'cluster':
      return readFromCluster(params, context);
    case 'bundles':
      return readBundle(params, context);
    case 'hub':
      return fetchFromHub(params, context);
  }
}

/** Returns the message for the user: those of our own errors and of the API server say what to do. */
const messageOf = (error: unknown): string =>
  error instanceof ResolverError || error instanceof ApiError ? error.message : `unexpected failure: ${String(error)}`;

const unknownResolver = (resolver: string): string =>
  `there is no resolver "${resolver}"; the resolvers are bundles, cluster, git, http and hub`;
