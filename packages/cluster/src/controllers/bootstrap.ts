/**
 * Objects that every cluster contains: system namespaces, the default objects of each namespace, and the default cluster roles.
 */

import type { JsonObject, KubeObject } from '../model/json.js';
import type { ResourceType } from '../api/kinds/resource-type.js';
import { latestOf, type ApiContext } from '../api/api-context.js';
import { create } from '../api/verbs/write.js';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const INTERNAL_WRITE = { dryRun: false, onUnknown: () => undefined } as const;
const RBAC = 'rbac.authorization.k8s.io';

/** Creates the objects that are missing. Existing objects are not changed. */
export function bootstrap(api: ApiContext): void {
  for (const name of NAMESPACES) ensure(api, '', 'namespaces', '', { metadata: { name } });
  for (const { metadata } of api.store.latest('/namespaces').list()) provisionNamespace(api, metadata.name);
  for (const [name, rules] of Object.entries(CLUSTER_ROLES)) {
    ensure(api, RBAC, 'clusterroles', '', { metadata: named(name), rules });
  }
  for (const [role, groups] of Object.entries(CLUSTER_ROLE_BINDINGS)) {
    const subjects = groups.map((name) => ({ apiGroup: RBAC, kind: 'Group', name }));
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: role };
    ensure(api, RBAC, 'clusterrolebindings', '', { metadata: named(role), roleRef, subjects });
  }
}

/** Creates the default ServiceAccount and the CA ConfigMap in every new namespace. */
export function provisionNamespaces(api: ApiContext): void {
  api.store.onChange(({ type, object }, groupResource) => {
    if (groupResource === '/namespaces' && type === 'ADDED')
      queueMicrotask(() => provisionNamespace(api, object.metadata.name));
    if (groupResource === '/serviceaccounts' && type === 'DELETED' && object.metadata.name === 'default') {
      api.clock.defer(() => provisionNamespace(api, object.metadata.namespace ?? ''));
    }
  });
  api.store.onRetry(() => bootstrap(api));
}

/** Creates the default objects of one namespace. */
export function provisionNamespace(api: ApiContext, namespace: string): void {
  const found = api.store.latest('/namespaces').get('', namespace);
  if (!found || found.metadata.deletionTimestamp !== undefined) return;
  ensure(api, '', 'serviceaccounts', namespace, { metadata: { name: 'default' } });
  const data = { 'ca.crt': api.caPem() };
  ensure(api, '', 'configmaps', namespace, { metadata: { name: 'kube-root-ca.crt' }, data });
}

function ensure(api: ApiContext, group: string, plural: string, namespace: string, object: JsonObject): void {
  const type = api.catalog.types.find((each) => each.group === group && each.plural === plural);
  if (type && !exists(api, type, namespace, object)) create(api, type, namespace, object, INTERNAL_WRITE);
}

const exists = (
  api: ApiContext,
  type: ResourceType,
  namespace: string,
  { metadata }: JsonObject,
): KubeObject | undefined => latestOf(api, type).get(namespace, (metadata as { readonly name: string }).name); // made in this file

const named = (name: string): JsonObject => ({ name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } });

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const rule = (apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[]): JsonObject => ({
  apiGroups,
  resources,
  verbs,
});
const WORKLOADS = [
  'daemonsets',
  'deployments',
  'deployments/scale',
  'replicasets',
  'replicasets/scale',
  'statefulsets',
  'statefulsets/scale',
];
const VIEWABLE = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'serviceaccounts',
  'services',
];
const VIEW_ONLY = ['events', 'limitranges', 'namespaces', 'pods/log', 'pods/status', 'resourcequotas'];

const viewRules = [
  rule([''], [...VIEWABLE, ...VIEW_ONLY], READ),
  rule(['apps'], WORKLOADS, READ),
  rule(['batch'], ['cronjobs', 'jobs'], READ),
  rule(['discovery.k8s.io'], ['endpointslices'], READ),
  rule(['networking.k8s.io'], ['ingresses', 'networkpolicies'], READ),
  rule(['policy'], ['poddisruptionbudgets'], READ),
];
const editRules = [
  ...viewRules,
  rule([''], [...VIEWABLE, 'events', 'pods/attach', 'pods/exec', 'pods/portforward', 'secrets'], WRITE),
  rule([''], ['secrets'], READ),
  rule([''], ['pods/eviction', 'serviceaccounts/token'], ['create']),
  rule([''], ['serviceaccounts'], ['impersonate']),
  rule(['apps'], WORKLOADS, WRITE),
  rule(['batch'], ['cronjobs', 'jobs'], WRITE),
  rule(['networking.k8s.io'], ['ingresses', 'networkpolicies'], WRITE),
  rule(['policy'], ['poddisruptionbudgets'], WRITE),
  rule(['coordination.k8s.io'], ['leases'], [...READ, ...WRITE]),
];
const adminRules = [
  ...editRules,
  rule([RBAC], ['rolebindings', 'roles'], [...READ, ...WRITE]),
  rule(['authorization.k8s.io'], ['localsubjectaccessreviews'], ['create']),
];
const paths = (nonResourceURLs: readonly string[]): JsonObject => ({ nonResourceURLs, verbs: ['get'] });
const PUBLIC = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

const CLUSTER_ROLES: Readonly<Record<string, readonly JsonObject[]>> = {
  'cluster-admin': [rule(['*'], ['*'], ['*']), { nonResourceURLs: ['*'], verbs: ['*'] }],
  admin: adminRules,
  edit: editRules,
  view: viewRules,
  'system:discovery': [paths(['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', ...PUBLIC])],
  'system:monitoring': [paths(['/metrics', ...PUBLIC])],
  'system:public-info-viewer': [paths(PUBLIC)],
  'system:basic-user': [
    rule(['authorization.k8s.io'], ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'], ['create']),
    rule(['authentication.k8s.io'], ['selfsubjectreviews'], ['create']),
  ],
  'system:node': [
    rule(
      [''],
      [
        'pods',
        'pods/status',
        'nodes',
        'nodes/status',
        'events',
        'persistentvolumeclaims',
        'persistentvolumeclaims/status',
      ],
      ['*'],
    ),
    rule([''], ['secrets', 'configmaps', 'services', 'serviceaccounts', 'namespaces', 'persistentvolumes'], READ),
    rule([''], ['serviceaccounts/token'], ['create']),
    rule(['coordination.k8s.io'], ['leases'], ['*']),
  ],
};

const CLUSTER_ROLE_BINDINGS: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:discovery': ['system:authenticated'],
  'system:basic-user': ['system:authenticated'],
  'system:monitoring': ['system:monitoring'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
  'system:node': ['system:nodes'],
};
