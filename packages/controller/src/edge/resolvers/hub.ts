/** The hub resolver: reads a definition from Artifact Hub, by version or by a constraint such as `>= 0.6`. */

import { createHash } from 'node:crypto';
import { ResolverError, type ResolvedManifest } from '../../resolvers/resolution.js';
import { newestMatching } from '../../resolvers/version-constraint.js';
import type { ResolverParams } from '../../resolvers/params.js';
import { boundedGet } from './bounded-fetch.js';
import type { FetchContext } from './fetch-context.js';

type HubParams = Extract<ResolverParams, { kind: 'hub' }>;

/** The parts of Artifact Hub's responses that are read. */
interface HubPackage {
  readonly available_versions?: readonly { readonly version?: unknown }[];
  readonly data?: { readonly manifestRaw?: unknown };
}

/** Fetches the definition. @throws ResolverError */
export async function fetchFromHub(params: HubParams, context: FetchContext): Promise<ResolvedManifest> {
  const version = await versionOf(params, context);
  const url = packageUrl(params, version);
  const manifest = (await readPackage(url, context)).data?.manifestRaw;
  if (typeof manifest !== 'string' || manifest === '')
    throw new ResolverError(`the package at '${url.href}' has no manifest; check the params catalog and kind`);
  const sha256 = createHash('sha256').update(manifest).digest('hex');
  return { kind: 'resolved', manifest, refSource: { uri: url.href, digest: { sha256 } } };
}

async function versionOf(params: HubParams, context: FetchContext): Promise<string> {
  if (!/^\s*[<>=!~]/.test(params.version)) return params.version;
  const { available_versions: versions = [] } = await readPackage(packageUrl(params), context);
  const available = versions.flatMap(({ version }) => (typeof version === 'string' ? [version] : []));
  const version = newestMatching(params.version, available);
  if (version === undefined)
    throw new ResolverError(
      `no version of ${params.name} matches ${params.version}; available: ${available.join(', ') || 'none'}`,
    );
  return version;
}

function packageUrl({ objectKind, catalog, name, baseUrl }: HubParams, version?: string): URL {
  const path = [
    'api',
    'v1',
    'packages',
    `tekton-${objectKind}`,
    catalog,
    name,
    ...(version === undefined ? [] : [version]),
  ];
  return new URL(path.map(encodeURIComponent).join('/'), baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
}

async function readPackage(url: URL, context: FetchContext): Promise<HubPackage> {
  const { status, body } = await boundedGet(url, context);
  if (status !== 200)
    throw new ResolverError(`requested resource '${url.href}' not found on hub (HTTP status ${String(status)})`);
  try {
    return (JSON.parse(body.toString()) ?? {}) as HubPackage; // fields are checked where they are read
  } catch {
    throw new ResolverError(`the response of '${url.href}' is not JSON; check the URL of the hub`);
  }
}
