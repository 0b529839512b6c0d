/**
 * Checks pull request URLs and bucket locations before they are passed to programs as arguments.
 *
 * Rejects values that are unusable or that a program would interpret as an option or a file in the pod. Does not check
 * existence.
 */

import { hasControlCharacters, hostOf } from '../../validation/git.js';

/**
 * Returns the problem of a pull request URL, as the predicate of a sentence; `undefined` if the URL is valid.
 *
 * @param provider the `provider` param of the resource; if empty, the provider is derived from the host name
 */
export function invalidPullRequestUrlReason(url: string, provider: string): string | undefined {
  if (url.startsWith('-')) return 'begins with a dash, which makes it an option';
  if (hasControlCharacters(url)) return 'contains spaces or control characters';
  const [, scheme, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^?#]*)/.exec(url) ?? [];
  if (scheme === undefined) return 'has no scheme';
  if (!/^https?$/i.test(scheme)) return `has the scheme '${scheme}'`;
  const host = hostOf(rest);
  if (host === '') return 'has no host';
  if (rest.includes('\\')) return 'contains a backslash, which is read as a slash';
  const path = rest.includes('/') ? rest.slice(rest.indexOf('/')) : '';
  if (hasParentSegment(path)) return "contains '..'";
  const kind = provider === '' ? ['github', 'gitlab'].find((name) => host.includes(name)) : provider;
  if (kind === 'github' && !/^\/[^/]+\/[^/]+\/[^/]+\/\d+(?:\/|$)/.test(path)) return 'names no pull request';
  if (kind === 'gitlab' && !/^\/.+\/merge_requests\/\d+\/?$/.test(path)) return 'names no merge request';
  return undefined;
}

/**
 * Returns the problem of a storage location, as the predicate of a sentence; `undefined` if the location is valid.
 *
 * @param type `gcs` is copied by gsutil, which supports other stores too; `build-gcs` is one object in Cloud Storage
 */
export function invalidBucketLocationReason(location: string, type: 'gcs' | 'build-gcs'): string | undefined {
  if (location.startsWith('-')) return 'begins with a dash, which makes it an option';
  if (hasControlCharacters(location.replaceAll(' ', ''))) return 'holds control characters';
  const known = type === 'gcs' ? /^(?:gs|s3):\/\// : /^(?:gs:\/\/|https:\/\/storage\.googleapis\.com\/)/;
  const [start] = known.exec(location) ?? [];
  if (start === undefined) {
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(location)?.[1];
    return scheme === undefined ? 'has no scheme, so it is a path in the pod' : `has the scheme '${scheme}'`;
  }
  const [bucket = '', ...path] = location.slice(start.length).split('/');
  if (bucket === '') return 'names no bucket';
  if (!/^[A-Za-z0-9][\w.-]*$/.test(bucket)) return `has a bucket '${bucket}', which is not a valid bucket name`;
  if (hasParentSegment(path.join('/'))) return "contains '..'";
  return type === 'build-gcs' && path.join('/') === '' ? 'names no file in the bucket' : undefined;
}

/** Whether a path has a `..` segment, including percent-encoded ones. */
const hasParentSegment = (path: string): boolean => path.split('/').some((part) => /^(?:\.|%2e){2}$/i.test(part));
