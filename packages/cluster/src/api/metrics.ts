/**
 * `/metrics` in Prometheus' text format, under the names that kube-apiserver uses.
 *
 * Separate from the server because counting does not depend on how requests are answered.
 */

import { VERSION } from './discovery/discovery.js';
import type { RequestInfo } from './request-info.js';
import type { ApiContext } from './api-context.js';

const VERBS: Readonly<Record<string, string>> = {
  create: 'POST',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
  get: 'GET',
  list: 'LIST',
  patch: 'PATCH',
  update: 'PUT',
  watch: 'WATCH',
};

/** Counts answered requests by verb, resource and status. */
export class RequestCounts {
  readonly #counts = new Map<string, number>();

  /** Counts an answer. Requests for unknown resources share one label, so that the number of labels stays bounded. */
  add({ catalog }: Pick<ApiContext, 'catalog'>, info: RequestInfo, code: number): void {
    const verb = (Object.hasOwn(VERBS, info.verb) ? VERBS[info.verb] : undefined) ?? 'other';
    const labels = `code="${code}",component="apiserver",${resourceLabels(catalog, info)},verb="${verb}"`;
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + 1);
  }

  /** Returns the lines of all counts. */
  lines(): readonly string[] {
    return [...this.#counts].map(([labels, count]) => `apiserver_request_total{${labels}} ${count}`).sort();
  }
}

function resourceLabels(catalog: ApiContext['catalog'], info: RequestInfo): string {
  const { group, version, resource } = info.kind === 'resource' ? info : { group: '', version: '', resource: '' };
  const type = catalog.find(group, version, resource);
  if (!type || info.kind === 'path') return 'group="",resource="",scope="",subresource="",version=""';
  const subresource = type.subresources.includes(info.subresource) ? info.subresource : '';
  const scope = info.object !== '' ? 'resource' : info.namespace !== '' ? 'namespace' : 'cluster';
  return `group="${group}",resource="${resource}",scope="${scope}",subresource="${subresource}",version="${version}"`;
}

/** Returns all metrics as text. */
export function metricsText({ store, catalog }: ApiContext, counts: RequestCounts): string {
  const stored = catalog.types.map(({ group, plural }) => {
    const { size } = store.collection(`${group}/${plural}`);
    return `apiserver_storage_objects{resource="${group === '' ? plural : `${plural}.${group}`}"} ${size}`;
  });
  return [
    ...head('apiserver_request_total', 'counter', 'Requests answered, by verb, resource and status.'),
    ...counts.lines(),
    ...head('apiserver_storage_objects', 'gauge', 'Objects stored, by resource.'),
    ...new Set(stored),
    ...head('apiserver_storage_size_bytes', 'gauge', 'Size of all stored objects.'),
    `apiserver_storage_size_bytes{storage_cluster_id="embedded"} ${store.bytes}`,
    ...head('kubernetes_build_info', 'gauge', 'The version, as labels of a constant.'),
    `kubernetes_build_info{git_version="${VERSION.gitVersion}",major="${VERSION.major}",minor="${VERSION.minor}"} 1`,
    '',
  ].join('\n');
}

const head = (name: string, type: string, help: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
];
