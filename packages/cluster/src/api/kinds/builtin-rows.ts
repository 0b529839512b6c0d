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
  readonly shortName?: string;
  readonly wide?: true;
  readonly subresources?: string;
  readonly all?: true;
  readonly only?: 'create';
}

const AUTHORIZATION = 'authorization.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';

/** The built-in kinds, core first. */
export const ROWS: readonly BuiltInRow[] = [
  { at: 'v1', plural: 'configmaps', kind: 'ConfigMap', shortName: 'cm' },
  { at: 'v1', plural: 'endpoints', kind: 'Endpoints', shortName: 'ep' },
  { at: 'v1', plural: 'events', kind: 'Event', shortName: 'ev' },
  { at: 'v1', plural: 'limitranges', kind: 'LimitRange', shortName: 'limits' },
  { at: 'v1', plural: 'namespaces', kind: 'Namespace', shortName: 'ns', wide: true, subresources: 'finalize,status' },
  { at: 'v1', plural: 'nodes', kind: 'Node', shortName: 'no', wide: true, subresources: 'status' },
  {
    at: 'v1',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    shortName: 'pvc',
    subresources: 'status',
  },
  {
    at: 'v1',
    plural: 'persistentvolumes',
    kind: 'PersistentVolume',
    shortName: 'pv',
    wide: true,
    subresources: 'status',
  },
  { at: 'v1', plural: 'pods', kind: 'Pod', shortName: 'po', subresources: 'binding,eviction,log,status', all: true },
  { at: 'v1', plural: 'podtemplates', kind: 'PodTemplate' },
  {
    at: 'v1',
    plural: 'replicationcontrollers',
    kind: 'ReplicationController',
    shortName: 'rc',
    subresources: 'scale,status',
    all: true,
  },
  { at: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota', shortName: 'quota', subresources: 'status' },
  { at: 'v1', plural: 'secrets', kind: 'Secret' },
  { at: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', shortName: 'sa', subresources: 'token' },
  { at: 'v1', plural: 'services', kind: 'Service', shortName: 'svc', subresources: 'status', all: true },
  { at: 'apps/v1', plural: 'controllerrevisions', kind: 'ControllerRevision' },
  { at: 'apps/v1', plural: 'daemonsets', kind: 'DaemonSet', shortName: 'ds', subresources: 'status', all: true },
  {
    at: 'apps/v1',
    plural: 'deployments',
    kind: 'Deployment',
    shortName: 'deploy',
    subresources: 'scale,status',
    all: true,
  },
  {
    at: 'apps/v1',
    plural: 'replicasets',
    kind: 'ReplicaSet',
    shortName: 'rs',
    subresources: 'scale,status',
    all: true,
  },
  {
    at: 'apps/v1',
    plural: 'statefulsets',
    kind: 'StatefulSet',
    shortName: 'sts',
    subresources: 'scale,status',
    all: true,
  },
  { at: 'batch/v1', plural: 'cronjobs', kind: 'CronJob', shortName: 'cj', subresources: 'status', all: true },
  { at: 'batch/v1', plural: 'jobs', kind: 'Job', subresources: 'status', all: true },
  { at: 'discovery.k8s.io/v1', plural: 'endpointslices', kind: 'EndpointSlice' },
  { at: 'networking.k8s.io/v1', plural: 'ingressclasses', kind: 'IngressClass', wide: true },
  { at: 'networking.k8s.io/v1', plural: 'ingresses', kind: 'Ingress', shortName: 'ing', subresources: 'status' },
  { at: 'networking.k8s.io/v1', plural: 'networkpolicies', kind: 'NetworkPolicy', shortName: 'netpol' },
  {
    at: 'policy/v1',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    shortName: 'pdb',
    subresources: 'status',
  },
  { at: 'storage.k8s.io/v1', plural: 'storageclasses', kind: 'StorageClass', shortName: 'sc', wide: true },
  { at: 'scheduling.k8s.io/v1', plural: 'priorityclasses', kind: 'PriorityClass', shortName: 'pc', wide: true },
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
    shortName: 'crd,crds',
    wide: true,
    subresources: 'status',
  },
];

const groupResourceOf = ({ at, plural }: BuiltInRow): string =>
  `${at.includes('/') ? (at.split('/')[0] ?? '') : ''}/${plural}`;
const BUILT_IN_RESOURCES = new Set(ROWS.map(groupResourceOf));

/** Whether a resource (`group/plural`) is built in. */
export const isBuiltInResource = (groupResource: string): boolean => BUILT_IN_RESOURCES.has(groupResource);
