/**
 * Kinds that an API server serves, and the fields that all objects have.
 *
 * Objects stay the server's plain JSON (decision 0005); the types describe them and convert nothing.
 */

/** A kind that an API server serves, and its URL path. */
export interface Resource {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** A reference to the owner of an object. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The part of `metadata` that clients read. Times are RFC 3339 strings, `resourceVersion` is opaque. */
export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

/** The fields of every object. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/**
 * Returns the description of a kind, by default a namespaced one.
 *
 * @example resource('tekton.dev/v1alpha1', 'taskruns', 'TaskRun')
 */
export function resource(apiVersion: string, plural: string, kind: string, namespaced = true): Resource {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    plural,
    kind,
    namespaced,
  };
}

/** Returns the `apiVersion` of a kind: `v1`, `tekton.dev/v1alpha1`. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/**
 * Returns the URL path of a collection, an object or a subresource.
 *
 * @throws TypeError if the namespace of an object of a namespaced kind is missing
 */
export function pathOf(
  resource: Resource,
  key: {
    readonly namespace?: string | undefined;
    readonly name?: string | undefined;
    readonly subresource?: string | undefined;
  } = {},
): string {
  if (resource.namespaced && key.name !== undefined && !key.namespace) {
    throw new TypeError(`${resource.kind} ${key.name} needs a namespace: ${resource.plural} are namespaced`);
  }
  const parts = [
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`,
    ...(resource.namespaced && key.namespace ? ['namespaces', encodeURIComponent(key.namespace)] : []),
    resource.plural,
    ...(key.name === undefined ? [] : [encodeURIComponent(key.name)]),
    ...(key.subresource ? [key.subresource] : []),
  ];
  return parts.join('/');
}

/** Returns the key of an object in caches and queues: `namespace/name`, or `name` without a namespace. */
export function keyOf({ metadata }: KubeObject): string {
  const name = metadata.name ?? '';
  return metadata.namespace ? `${metadata.namespace}/${name}` : name;
}

/** Splits a key into namespace and name. */
export function parseKey(key: string): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The built-in kinds that controllers use. */
export const NAMESPACES = resource('v1', 'namespaces', 'Namespace', false);
export const PODS = resource('v1', 'pods', 'Pod');
export const SECRETS = resource('v1', 'secrets', 'Secret');
export const CONFIG_MAPS = resource('v1', 'configmaps', 'ConfigMap');
export const SERVICE_ACCOUNTS = resource('v1', 'serviceaccounts', 'ServiceAccount');
export const SERVICES = resource('v1', 'services', 'Service');
export const PERSISTENT_VOLUME_CLAIMS = resource('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim');
export const EVENTS = resource('v1', 'events', 'Event');
export const NODES = resource('v1', 'nodes', 'Node', false);
export const LEASES = resource('coordination.k8s.io/v1', 'leases', 'Lease');
export const DEPLOYMENTS = resource('apps/v1', 'deployments', 'Deployment');
export const CUSTOM_RESOURCE_DEFINITIONS = resource(
  'apiextensions.k8s.io/v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  false,
);
