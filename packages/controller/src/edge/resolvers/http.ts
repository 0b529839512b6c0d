/** The http resolver: fetches a manifest from a URL, with a password from a Secret of the run's namespace. */

import { createHash } from 'node:crypto';
import { SECRETS } from '@pipewright/kube';
import { ResolverError, type ResolvedManifest } from '../../resolvers/resolution.js';
import type { BasicAuth, ResolverParams } from '../../resolvers/params.js';
import { boundedGet } from './bounded-fetch.js';
import type { FetchContext, SecretObject } from './fetch-context.js';

/** Fetches the manifest. @throws ResolverError */
export async function fetchHttp(
  { url, auth, sha256 }: Extract<ResolverParams, { kind: 'http' }>,
  context: FetchContext,
): Promise<ResolvedManifest> {
  const headers = auth ? { authorization: await basicAuth(auth, context) } : {};
  const { status, body } = await boundedGet(url, { ...context, headers });
  if (status === 404) throw new ResolverError(`requested URL '${url.href}' is not found`);
  if (status === 401 || status === 403)
    throw new ResolverError(
      `requested URL '${url.href}' requires valid credentials (HTTP status ${String(status)}); set http-username and http-password-secret`,
    );
  if (status !== 200) throw new ResolverError(`requested URL '${url.href}' failed with HTTP status ${String(status)}`);
  const actual = createHash('sha256').update(body).digest('hex');
  if (sha256 !== undefined && sha256 !== actual)
    throw new ResolverError(
      `the content of '${url.href}' has the digest sha256:${actual}, not sha256:${sha256}; correct the param digest if the content is the expected one`,
    );
  return { kind: 'resolved', manifest: body.toString(), refSource: { uri: url.href, digest: { sha256: actual } } };
}

async function basicAuth(
  { username, secret, key }: BasicAuth,
  { client, namespace, signal }: FetchContext,
): Promise<string> {
  const object = await client.get<SecretObject>(SECRETS, { namespace, name: secret }, { signal });
  if (!object) throw new ResolverError(`cannot get API token, secret ${secret} not found in namespace ${namespace}`);
  const value = object.data?.[key];
  if (value === undefined)
    throw new ResolverError(`cannot get API token, key ${key} not found in secret ${secret} in namespace ${namespace}`);
  const password = Buffer.from(value, 'base64').toString().trim();
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
