/**
 * What a request asks for, read once from its method and URL.
 *
 * Authorization and handling both work on this one reading, so that no spelling of a URL is authorized as one thing and carried out
 * as another: nothing else in the API server looks at a URL's path. Mirrors the RequestInfo of kube-apiserver.
 */

import { parseFieldSelector, selectedName } from './selectors/field-selector.js';
import { badRequest } from './status-error.js';

/** What an access to a resource is authorized by. */
export interface ResourceAttributes {
  readonly kind: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** The resource's plural name. */
  readonly resource: string;
  readonly subresource: string;
  /** `''` when the access is not to one namespace. */
  readonly namespace: string;
  /** `''` when the access is not to one object. */
  readonly name: string;
}

/** What an access to anything else, such as discovery, is authorized by. */
export interface PathAttributes {
  readonly kind: 'path';
  readonly verb: string;
  readonly path: string;
}

/** What an access is authorized by. */
export type Attributes = ResourceAttributes | PathAttributes;

/** A request for resources. */
export interface ResourceRequest extends ResourceAttributes {
  /** The object that the path names; `''` for a collection. Other than `name` it is not taken from a selector. */
  readonly object: string;
  /** Whether the path goes on below what is understood, and no such path is served. */
  readonly hasRest: boolean;
  readonly method: string;
  readonly query: URLSearchParams;
}

/** A request for anything else. */
export interface PathRequest extends PathAttributes {
  readonly query: URLSearchParams;
}

/** A request as read. */
export type RequestInfo = ResourceRequest | PathRequest;

/** Reads method and URL. Throws a 400 for a URL that cannot be decoded. */
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

/** The segments of a path between its slashes, but for those at its ends. */
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

/** Decodes a path as Go does: once and whole, so that an encoded slash separates like any other. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    const [escape = path] = /%(?![0-9A-Fa-f]{2})[^/]{0,2}/.exec(path) ?? [];
    throw badRequest(`invalid URL escape ${JSON.stringify(escape)}`);
  }
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** Takes `namespaces/NAME` off the segments of a resource; a namespace itself, and its subresources, are within themselves. */
function inNamespace(parts: readonly string[]): readonly [namespace: string, parts: readonly string[]] {
  const [first, namespace, below] = parts;
  if (first !== 'namespaces' || namespace === undefined) return ['', parts];
  const within = below !== undefined && !NAMESPACE_SUBRESOURCES.has(below);
  return [namespace, within ? parts.slice(2) : parts];
}

const WRITES: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

const reads = (method: string): boolean => method === 'GET' || method === 'HEAD';

const pathVerb = (method: string): string => (reads(method) ? 'get' : method.toLowerCase());

/** The verb of a request, as roles name it; `''` for a method without one. */
function verbOf(method: string, named: boolean, query: URLSearchParams): string {
  if (method === 'DELETE') return named ? 'delete' : 'deletecollection';
  if (!reads(method)) return Object.hasOwn(WRITES, method) ? (WRITES[method] ?? '') : '';
  if (named) return 'get';
  return isTrue(query.get('watch')) ? 'watch' : 'list';
}

/** A boolean of a query: every value is true but `0` and `false`. */
export const isTrue = (text: string | null): boolean => text !== null && text !== '0' && text.toLowerCase() !== 'false';

/** The one name that a query selects, if it may be the name of an object. */
function nameIn(query: URLSearchParams): string {
  const name = selectedName(parseFieldSelector(query.get('fieldSelector') ?? ''));
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name;
}
