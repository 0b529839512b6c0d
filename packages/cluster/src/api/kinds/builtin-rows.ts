/**
 * The built-in kinds: one row each.
 *
 * Only data, separate from the rules of the kinds (`builtin.ts`), so that rules of definitions can use it.
 */

/** A built-in kind. */
export interface BuiltInRow {
  readonly at: string;
  readonly plural: string;
  readonly kind: string;
  readonly short?: string;
  readonly wide?: true;
  readonly sub?: string;
  readonly all?: true;
  readonly only?: 'create';
}

const AUTHORIZATION = 'authorization.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

/** The built-in kinds, core first. */
export const ROWS: readonly BuiltInRow[] = [
  { at: 'v1', plural: 'configmaps', kind: 'ConfigMap', short: 'cm' },
  { at: 'v1', plural: 'endpoints', kind: 'Endpoints', short: 'ep' },
  { at: 'v1', plural: 'events', kind: 'Event', short: 'ev' },
  { at: 'v1', plural: 'limitranges', kind: 'LimitRange', short: 'limits' },
  { at: 'v1', plural: 'namespaces', kind: 'Namespace', short: 'ns', wide: true, sub: 'finalize,status' },
  { at: 'v1', plural: 'nodes', kind: 'Node', short: 'no', wide: true, sub: 'status' },
  { at: 'v1', plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim', short: 'pvc', sub: 'status' },
  { at: 'v1', plural: 'persistentvolumes', kind: 'PersistentVolume', short: 'pv', wide: true, sub: 'status' },
  { at: 'v1', plural: 'pods', kind: 'Pod', short: 'po', sub: 'binding,eviction,log,status', all: true },
  { at: 'v1', plural: 'podtemplates', kind: 'PodTemplate' },
  {
    at: 'v1',
    plural: 'replicationcontrollers',
    kind: 'ReplicationController',
    short: 'rc',
    sub: 'scale,status',
    all: true,
  },
  { at: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota', short: 'quota', sub: 'status' },
  { at: 'v1', plural: 'secrets', kind: 'Secret' },
  { at: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', short: 'sa', sub: 'token' },
  { at: 'v1', plural: 'services', kind: 'Service', short: 'svc', sub: 'status', all: true },
  { at: 'apps/v1', plural: 'controllerrevisions', kind: 'ControllerRevision' },
  { at: 'apps/v1', plural: 'daemonsets', kind: 'DaemonSet', short: 'ds', sub: 'status', all: true },
  { at: 'apps/v1', plural: 'deployments', kind: 'Deployment', short: 'deploy', sub: 'scale,status', all: true },
  { at: 'apps/v1', plural: 'replicasets', kind: 'ReplicaSet', short: 'rs', sub: 'scale,status', all: true },
  { at: 'apps/v1', plural: 'statefulsets', kind: 'StatefulSet', short: 'sts', sub: 'scale,status', all: true },
  { at: 'batch/v1', plural: 'cronjobs', kind: 'CronJob', short: 'cj', sub: 'status', all: true },
  { at: 'batch/v1', plural: 'jobs', kind: 'Job', sub: 'status', all: true },
  { at: 'discovery.k8s.io/v1', plural: 'endpointslices', kind: 'EndpointSlice' },
  { at: 'networking.k8s.io/v1', plural: 'ingressclasses', kind: 'IngressClass', wide: true },
  { at: 'networking.k8s.io/v1', plural: 'ingresses', kind: 'Ingress', short: 'ing', sub: 'status' },
  { at: 'networking.k8s.io/v1', plural: 'networkpolicies', kind: 'NetworkPolicy', short: 'netpol' },
  { at: 'policy/v1', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', short: 'pdb', sub: 'status' },
  { at: 'storage.k8s.io/v1', plural: 'storageclasses', kind: 'StorageClass', short: 'sc', wide: true },
  { at: 'scheduling.k8s.io/v1', plural: 'priorityclasses', kind: 'PriorityClass', short: 'pc', wide: true },
  { at: 'coordination.k8s.io/v1', plural: 'leases', kind: 'Lease' },
  { at: RBAC, plural: 'clusterrolebindings', kind: 'ClusterRoleBinding', wide: true },
  { at: RBAC, plural: 'clusterroles', kind: 'ClusterRole', wide: true },
  { at: RBAC, plural: 'rolebindings', kind: 'RoleBinding' },
  { at: RBAC, plural: 'roles', kind: 'Role' },
  {
    at: 'authentication.k8s.io/v1',
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    wide: true,
    only: 'create',
  },
  { at: 'authentication.k8s.io/v1', plural: 'tokenreviews', kind: 'TokenReview', wide: true, only: 'create' },
  { at: AUTHORIZATION, plural: 'localsubjectaccessreviews', kind: 'LocalSubjectAccessReview', only: 'create' },
  {
    at: AUTHORIZATION,
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    wide: true,
    only: 'create',
  },
  { at: AUTHORIZATION, plural: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview', wide: true, only: 'create' },
  { at: AUTHORIZATION, plural: 'subjectaccessreviews', kind: 'SubjectAccessReview', wide: true, only: 'create' },
  {
    at: 'apiextensions.k8s.io/v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
    short: 'crd,crds',
    wide: true,
    sub: 'status',
  },
];

const groupResourceOf = ({ at, plural }: BuiltInRow): string =>
  `${at.includes('/') ? (at.split('/')[0] ?? '') : ''}/${plural}`;
const BUILT_IN_RESOURCES = new Set(ROWS.map(groupResourceOf));

/** Whether a resource (`group/plural`) is built in. */
export const isBuiltInResource = (groupResource: string): boolean => BUILT_IN_RESOURCES.has(groupResource);
