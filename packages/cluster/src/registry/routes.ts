/** Parses the endpoints of the distribution specification, and validates names and references. */

import { isDigest, isRepository, isTag, type Digest } from './names.js';
import { RegistryError } from './registry-error.js';

/** The endpoints below `/v2/`. */
export type Route =
  | { readonly kind: 'version' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: Digest }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: Digest };

const ENDPOINT = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/([^/]*)$/;

/** @param path of the URL, as sent. Throws a {@link RegistryError} for an invalid name */
export function routeOf(path: string): Route {
  if (path === '/v2/' || path === '/v2') return { kind: 'version' };
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  const [, rawName = '', kind, rawLast = ''] = ENDPOINT.exec(path) ?? ENDPOINT.exec(`${path}/`) ?? [];
  if (kind === undefined) throw new RegistryError('NAME_UNKNOWN', `${path} is not an endpoint of a registry; see /v2/`);
  const repository = decoded(rawName);
  const last = decoded(rawLast);
  if (!isRepository(repository))
    throw new RegistryError(
      'NAME_INVALID',
      `${JSON.stringify(repository)} is not a valid repository name: use lower-case words joined by /`,
    );
  switch (kind) {
    case 'blobs/uploads':
      return last === '' ? { kind: 'uploads', repository } : { kind: 'upload', repository, id: last };
    case 'blobs':
      return { kind: 'blob', repository, digest: digest(last) };
    case 'referrers':
      return { kind: 'referrers', repository, digest: digest(last) };
    case 'manifests':
      if (!isDigest(last) && !isTag(last))
        throw new RegistryError('MANIFEST_UNKNOWN', `${JSON.stringify(last)} is neither a tag nor a sha256 digest`);
      return { kind: 'manifest', repository, reference: last };
    default:
      if (last !== 'list')
        throw new RegistryError('NAME_UNKNOWN', `${path} is not an endpoint of a registry; see /v2/`);
      return { kind: 'tags', repository };
  }
}

/** Parses a digest, also that of `?digest=`. */
export function digest(text: string): Digest {
  if (!isDigest(text))
    throw new RegistryError('DIGEST_INVALID', `${JSON.stringify(text)} is not sha256:<64 hex digits>`);
  return text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RegistryError('NAME_INVALID', `${JSON.stringify(text)} is not valid percent-encoding`);
  }
}
