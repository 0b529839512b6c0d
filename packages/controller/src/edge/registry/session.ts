/**
 * Requests to one repository of a registry (OCI distribution specification).
 *
 * Image names and registries are untrusted: responses are limited in size and time, only https is used unless the operator configures
 * otherwise, and credentials are not sent to another host after a redirect.
 */

import type { ImageName } from '@pipewright/tekton';
import { boundedBody } from '../bounded-body.js';
import { authorize, type Login } from './auth.js';

/** The address of a registry. */
export interface RegistryAddress {
  readonly url: string;
  /** The operator's credentials. By default those for the host of `url` in the pull Secrets of a run's ServiceAccount. */
  readonly login?: Login;
}

/** Addresses of registries by the host in image names (`docker.io`). Other hosts have the address `https://HOST`. */
export type Registries = Readonly<Record<string, RegistryAddress>>;

/** Options of a look-up. */
export interface RegistryOptions {
  readonly registries: Registries;
  /** Returns the login for a host (`docker.io`, `registry.corp:5000`); undefined: anonymous. */
  readonly login: (host: string) => Login | undefined;
  readonly fetch: typeof fetch;
}

/** The registry's error response, with its message. */
export class RegistryError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The maximum time and size of one response. */
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_REDIRECTS = 5;

/** Requests to one repository with one authorization. */
export class RegistrySession {
  readonly #base: URL;
  readonly #options: RegistryOptions;
  readonly #login: Login | undefined;
  #authorization: { readonly authorization: string } | undefined;

  constructor(name: ImageName, options: RegistryOptions) {
    const { registry, repository } = name;
    const known = Object.hasOwn(options.registries, registry) ? options.registries[registry] : undefined;
    const home = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    this.#base = new URL(`/v2/${repository}/`, known?.url ?? `https://${home}`);
    this.#options = options;
    // A mirror does not receive the credentials of the registry that it mirrors.
    this.#login = known ? (known.login ?? options.login(this.#base.host)) : options.login(registry);
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.bytes(path)).toString('utf8')) as T; // fields are checked where they are used
  }

  /** Returns the content of `manifests/REFERENCE` or `blobs/DIGEST`. */
  async bytes(path: string): Promise<Buffer> {
    const url = new URL(this.#base.pathname + path, this.#base);
    let response = await this.#get(url);
    if (response.status === 401) {
      await response.body?.cancel();
      const authorization = await authorize(response.headers.get('www-authenticate') ?? '', {
        login: this.#login,
        plain: url.protocol === 'http:',
        fetch: this.#options.fetch,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      this.#authorization = { authorization };
      response = await this.#get(url);
    }
    const bytes = await boundedBody(response, MAX_BYTES, () => new Error('its response is too long'));
    if (!response.ok) throw new RegistryError(response.status, errorMessage(response.status, bytes.toString('utf8')));
    return bytes;
  }

  async #get(from: URL): Promise<Response> {
    let url = from;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await this.#options.fetch(url, {
        headers: { accept: ACCEPT, ...(url.host === this.#base.host && this.#authorization) },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const to = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
      if (to === null) return response;
      await response.body?.cancel();
      const next = new URL(to, url);
      if (next.protocol !== 'https:' && next.host !== this.#base.host)
        throw new Error(`it redirects to ${next.origin}, which has no TLS`);
      url = next;
    }
    throw new Error('it redirects too often');
  }
}

/** Returns the registry's error as container tools print it (`MANIFEST_UNKNOWN: manifest unknown; map[Tag:1]`), or the status. */
function errorMessage(status: number, text: string): string {
  try {
    const { errors } = JSON.parse(text) as {
      errors?: readonly { code?: string; message?: string; detail?: unknown }[];
    }; // checked below
    const [first] = errors ?? [];
    if (first?.code) return [`${first.code}: ${first.message ?? ''}`, ...detail(first.detail)].join('; ');
  } catch {
    // Not JSON: a proxy's page.
  }
  return `HTTP status ${String(status)}`;
}

function detail(given: unknown): readonly string[] {
  if (typeof given === 'string') return given === '' ? [] : [given];
  if (typeof given !== 'object' || given === null) return [];
  const entries = Object.entries(given).filter(([, value]) => typeof value === 'string');
  return entries.length === 0 ? [] : [`map[${entries.map(([key, value]) => `${key}:${String(value)}`).join(' ')}]`];
}
