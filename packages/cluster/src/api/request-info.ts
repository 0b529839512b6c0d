/**
 * Parses the method and URL of a request.
 *
 * Authorization and handling use the same result, so no spelling of a URL is authorized as one request and handled as another; no other
 * code of the API server reads a URL's path. Mirrors the RequestInfo of kube-apiserver.
 */

import { parseFieldSelector, selectedName } from './selectors/field-selector.js';
import { badRequest } from './status-error.js';

/** The attributes by which access to a resource is authorized. */
export interface ResourceAttributes {
  readonly kind: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** The resource's plural name. */
  readonly resource: string;
  readonly subresource: string;
  /** `''` unless the access is to one namespace. */
  readonly namespace: string;
  /** `''` unless the access is to one object. */
  readonly name: string;
}

/** The attributes by which access to other paths, such as discovery, is authorized. */
export interface PathAttributes {
  readonly kind: 'path';
  readonly verb: string;
  readonly path: string;
}

/** The attributes by which an access is authorized. */
export type Attributes = ResourceAttributes | PathAttributes;

/** A request for resources. */
export interface ResourceRequest extends ResourceAttributes {
  /** The object in the path; `''` for a collection. Unlike `name`, it is never taken from a selector. */
  readonly object: string;
  /** Whether the path continues below a known path; no such path is served. */
  readonly hasRest: boolean;
  readonly method: string;
  readonly query: URLSearchParams;
}

/** A request for another path. */
export interface PathRequest extends PathAttributes {
  readonly query: URLSearchParams;
}

/** A parsed request. */
export type RequestInfo = ResourceRequest | PathRequest;

/** Parses method and URL. Throws a 400 if the URL cannot be decoded. */
export function requestInfo(method: string, address: string): RequestInfo {
  const url = parsed(address);
  const path = decoded(url.pathname);
  const query = url.searchParams;
  const other: PathRequest = { kind: 'path', verb: pathVerb(method), path, query };
  const [root, ...parts] = segmentsOf(path);
  const core = root === 'api';
  if ((!core && root !== 'apis') || parts.length < (core ? 2 : 3) || parts.includes('')) return other;

  const group = core ? '' : (parts.shift() ?? '');
  const version = parts.shift() ?? '';
  const watched = parts[0] === 'watch'; // the form of watches before `?watch=true`
  if (watched) parts.shift();
  if (parts.length === 0) return other;
  const [namespace, [resource = '', object = '', subresource = '', ...rest]] = inNamespace(parts);
  const verb = watched ? 'watch' : verbOf(method, object !== '', query);
  return {
    kind: 'resource',
    verb,
    group,
    version,
    resource,
    subresource,
    namespace,
    name: object === '' && (verb === 'list' || verb === 'watch') ? nameIn(query) : object,
    object,
    hasRest: rest.length > 0,
    method,
    query,
  };
}

/** Returns the segments of a path, without empty ones at its ends. */
export function segmentsOf(path: string): string[] {
  let [start, end] = [0, path.length];
  while (path[start] === '/') start += 1;
  while (end > start && path[end - 1] === '/') end -= 1;
  return start === end ? [] : path.slice(start, end).split('/');
}

function parsed(address: string): URL {
  if (URL.canParse(address)) return new URL(address);
  throw badRequest(`parse ${JSON.stringify(address)}: invalid URI for request`);
}

/** Decodes a path as Go does: once and as a whole, so that an encoded slash is a separator. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    const [escape = path] = /%(?![0-9A-Fa-f]{2})[^/]{0,2}/.exec(path) ?? [];
    throw badRequest(`invalid URL escape ${JSON.stringify(escape)}`);
  }
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** Splits `namespaces/NAME` from a resource's segments; a namespace and its subresources belong to that namespace. */
function inNamespace(parts: readonly string[]): readonly [namespace: string, parts: readonly string[]] {
  const [first, namespace, below] = parts;
  if (first !== 'namespaces' || namespace === undefined) return ['', parts];
  const within = below !== undefined && !NAMESPACE_SUBRESOURCES.has(below);
  return [namespace, within ? parts.slice(2) : parts];
}

const WRITES: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

const pathVerb = (method: string): string => (isRead(method) ? 'get' : method.toLowerCase());

/** Returns the verb of a request; `''` for a method without a verb. */
function verbOf(method: string, named: boolean, query: URLSearchParams): string {
  if (method === 'DELETE') return named ? 'delete' : 'deletecollection';
  if (!isRead(method)) return Object.hasOwn(WRITES, method) ? (WRITES[method] ?? '') : '';
  if (named) return 'get';
  return isTrue(query.get('watch')) ? 'watch' : 'list';
}

/** Parses a boolean query parameter: every value is true except `0` and `false`. */
export const isTrue = (text: string | null): boolean => text !== null && text !== '0' && text.toLowerCase() !== 'false';

/** Returns the name that a query selects, if it may be the name of an object. */
function nameIn(query: URLSearchParams): string {
  const name = selectedName(parseFieldSelector(query.get('fieldSelector') ?? ''));
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name;
}
