/**
 * Checks URLs of pull requests and locations in buckets before they become arguments of programs.
 *
 * Finds values that no program can use or that a program would read as an option or a file of the pod; does not check existence.
 */

import { hasControlCharacters, hostOf } from '../../validation/git.js';

/**
 * What is wrong with a pull request's URL, to be read after it; `undefined` when it may be used.
 *
 * @param provider the resource's own word for the kind of server; empty where it is left to the host's name
 */
export function invalidPullRequestUrlReason(url: string, provider: string): string | undefined {
  if (url.startsWith('-')) return 'begins with a dash, which makes it an option';
  if (hasControlCharacters(url)) return 'holds spaces or control characters';
  const [, scheme, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^?#]*)/.exec(url) ?? [];
  if (scheme === undefined) return 'has no scheme';
  if (!/^https?$/i.test(scheme)) return `has the scheme '${scheme}'`;
  const host = hostOf(rest);
  if (host === '') return 'has no host';
  if (rest.includes('\\')) return 'holds a backslash, which is read as a slash';
  const path = rest.includes('/') ? rest.slice(rest.indexOf('/')) : '';
  if (hasParentSegment(path)) return "holds '..'";
  const kind = provider === '' ? ['github', 'gitlab'].find((name) => host.includes(name)) : provider;
  if (kind === 'github' && !/^\/[^/]+\/[^/]+\/[^/]+\/\d+(?:\/|$)/.test(path)) return 'names no pull request';
  if (kind === 'gitlab' && !/^\/.+\/merge_requests\/\d+\/?$/.test(path)) return 'names no merge request';
  return undefined;
}

/**
 * What is wrong with the location of a storage resource, to be read after it; `undefined` when it may be used.
 *
 * @param type `gcs` is moved by gsutil, which knows other stores too; `build-gcs` is one file of Google's
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
  if (hasParentSegment(path.join('/'))) return "holds '..'";
  return type === 'build-gcs' && path.join('/') === '' ? 'names no file in the bucket' : undefined;
}

/** Whether a path has a part that leads up, also written in percent signs. */
const hasParentSegment = (path: string): boolean => path.split('/').some((part) => /^(?:\.|%2e){2}$/i.test(part));
