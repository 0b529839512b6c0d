/**
 * What a request is about, read from its method and URL alone.
 *
 * Permissions are decided from this and nothing else, so it knows no objects. Mirrors Kubernetes' request attributes.
 */

/** A request for resources. */
export interface ResourceTarget {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly subresource: string;
  /** `''` when the request is not about one namespace. */
  readonly namespace: string;
  /** `''` when the request is not about one object. */
  readonly name: string;
}

/** A request for anything else, such as discovery. */
export interface PathTarget {
  readonly verb: string;
  readonly path: string;
}

/** What a request is about. */
export type Target = ResourceTarget | PathTarget;

/** Whether a target is a resource. */
export const isResource = (target: Target): target is ResourceTarget => 'plural' in target;

const WRITES: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** The verb of a request, as roles name it. */
function verbOf(method: string, named: boolean, query: URLSearchParams): string {
  const write = WRITES[method];
  if (write !== undefined) return write;
  if (method === 'DELETE') return named ? 'delete' : 'deletecollection';
  const watching = query.get('watch');
  if (watching !== null && watching !== 'false' && watching !== '0') return 'watch';
  return named ? 'get' : 'list';
}

/** Reads method and URL. Never throws: what cannot be understood is a path that nobody serves. */
export function targetOf(method: string, url: URL): Target {
  const segments = url.pathname.split('/').slice(1).map(decoded);
  const other: PathTarget = {
    verb: method === 'GET' || method === 'HEAD' ? 'get' : method.toLowerCase(),
    path: url.pathname,
  };
  const [root, ...rest] = segments;
  if (segments.some((segment) => segment === undefined)) return other;
  const parts = rest.filter((segment) => segment !== undefined && segment !== '');
  const core = root === 'api';
  if ((!core && root !== 'apis') || parts.length < (core ? 2 : 3)) return other;

  const group = core ? '' : (parts.shift() ?? '');
  const version = parts.shift() ?? '';
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] ?? '';
    const inside = parts.length > 2 && !['status', 'finalize'].includes(parts[2] ?? '');
    if (inside) parts.splice(0, 2);
  }
  const [plural = '', name = '', ...below] = parts;
  if (below.length > 1 && below[0] !== 'proxy') return other;
  const query = url.searchParams;
  const verb = verbOf(method, name !== '', query);
  const selected = /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';
  return {
    verb,
    group,
    version,
    plural,
    subresource: below[0] ?? '',
    namespace,
    name: name === '' && ['list', 'watch', 'deletecollection'].includes(verb) ? selected : name,
  };
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
