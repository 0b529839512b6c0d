/**
 * Discovery of the served resources: the plain lists, and the aggregated form of newer clients.
 */

import type { Catalog } from '../kinds/resource-catalog.js';
import type { JsonObject } from '../../model/json.js';
import { segmentsOf } from '../request-info.js';
import { groupVersionOf, SUBRESOURCE_VERBS, type ResourceType } from '../kinds/resource-type.js';

/** The version that the server reports. */
export const VERSION = { major: '1', minor: '32', gitVersion: 'v1.32.0-pipewright' } as const;

/** Body of `/version`. */
export const versionInfo = (): JsonObject => ({
  ...VERSION,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
});

/** Returns the body of a discovery path; undefined for other paths and for groups that are not served. */
export function discover(catalog: Catalog, path: string): JsonObject | undefined {
  const [root, one, two, ...more] = segmentsOf(path);
  if (more.length > 0) return undefined;
  if (root === 'api') {
    if (one === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    return one === 'v1' && two === undefined ? resourceList(catalog, '', 'v1') : undefined;
  }
  if (root !== 'apis') return undefined;
  if (one === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(catalog) };
  if (one === '' || !catalog.hasGroup(one, two)) return undefined;
  if (two !== undefined) return resourceList(catalog, one, two);
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupsOf(catalog).find(({ name }) => name === one) };
}

const OTHER_PATHS = [
  '/api',
  '/apis',
  '/apis/',
  '/healthz',
  '/livez',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/readyz',
  '/version',
];

/** Returns the paths that `/` lists. */
export function discoveryPaths(catalog: Catalog): readonly string[] {
  const groups = [...catalog.groups()].flatMap(([group, versions]) =>
    group === '' ? ['/api/v1'] : [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)],
  );
  return [...OTHER_PATHS, ...groups].sort();
}

function groupsOf(catalog: Catalog): readonly JsonObject[] {
  return [...catalog.groups()]
    .filter(([group]) => group !== '')
    .map(([name, all]) => {
      const versions = all.map((version) => ({ groupVersion: `${name}/${version}`, version }));
      return { name, versions, preferredVersion: versions[0] };
    });
}

function resourceList(catalog: Catalog, group: string, version: string): JsonObject {
  const types = catalog.types.filter((type) => type.group === group && type.version === version);
  const resources = types.flatMap((type) => [
    mainEntry(type),
    ...type.subresources.map((subresource) => subEntry(type, subresource)),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersionOf({ group, version }), resources };
}

const mainEntry = (type: ResourceType): JsonObject => ({
  name: type.plural,
  singularName: type.singular,
  namespaced: type.namespaced,
  kind: type.kind,
  verbs: type.verbs,
  ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
  ...(type.categories.length > 0 && { categories: type.categories }),
});

const SUB_KINDS: Readonly<Record<string, readonly [group: string, version: string, kind: string]>> = {
  token: ['authentication.k8s.io', 'v1', 'TokenRequest'],
  eviction: ['policy', 'v1', 'Eviction'],
  binding: ['', 'v1', 'Binding'],
  scale: ['autoscaling', 'v1', 'Scale'],
};

const subEntry = (type: ResourceType, subresource: string): JsonObject => {
  const [group, version, kind] = SUB_KINDS[subresource] ?? ['', '', type.kind];
  return {
    name: `${type.plural}/${subresource}`,
    singularName: '',
    namespaced: type.namespaced,
    ...(version !== '' && { group, version }),
    kind,
    verbs: SUBRESOURCE_VERBS[subresource] ?? ['create'],
  };
};

/** Returns the aggregated discovery of `/api` (`core`) or `/apis`. */
export function aggregated(catalog: Catalog, core: boolean, version: string): JsonObject {
  const items = [...catalog.groups()]
    .filter(([group]) => (group === '') === core)
    .map(([name, versions]) => ({
      metadata: { ...(name !== '' && { name }), creationTimestamp: null },
      versions: versions.map((each) => ({
        version: each,
        resources: catalog.types.filter((it) => it.group === name && it.version === each).map(aggregatedEntry),
        freshness: 'Current',
      })),
    }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

const aggregatedEntry = (type: ResourceType): JsonObject => ({
  resource: type.plural,
  responseKind: { group: type.group, version: type.version, kind: type.kind },
  scope: type.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: type.singular,
  verbs: type.verbs,
  ...(type.shortNames.length > 0 && { shortNames: type.shortNames }),
  ...(type.categories.length > 0 && { categories: type.categories }),
  ...(type.subresources.length > 0 && {
    subresources: type.subresources.map((subresource) => {
      const [group, version, kind] = SUB_KINDS[subresource] ?? [type.group, type.version, type.kind];
      return {
        subresource,
        responseKind: { group, version, kind },
        verbs: SUBRESOURCE_VERBS[subresource] ?? ['create'],
      };
    }),
  }),
});

/** Returns the aggregated form that a client accepts. */
export function aggregatedVersion(accept: string): 'v2' | 'v2beta1' | undefined {
  const plain = accept.replaceAll(' ', '');
  const found = /;v=(v2beta1|v2)\b[^,]*;as=APIGroupDiscoveryList|;as=APIGroupDiscoveryList[^,]*;v=(v2beta1|v2)\b/.exec(
    plain,
  );
  const version = found?.[1] ?? found?.[2];
  return version === 'v2' || version === 'v2beta1' ? version : undefined;
}
