/**
 * What the API serves, as data: where a kind lives and the little of an object that everybody reads.
 *
 * Objects stay plain JSON, exactly as the wire has them (decision 0005); the types here describe, they never convert.
 */

/** A kind that an API server serves, and its place in the URL. */
export interface Resource {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Who an object belongs to. */
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

/** What any object of the API has. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/**
 * Names a kind, by default a namespaced one.
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

/** `v1`, `tekton.dev/v1alpha1`: as an object of this kind writes it. */
export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/**
 * The URL's path of a collection, an object or a part of one.
 *
 * @throws TypeError when an object of a namespaced kind is named without its namespace
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

/** `namespace/name`, or `name` alone when there is no namespace: how caches and queues name an object. */
export function keyOf({ metadata }: KubeObject): string {
  const name = metadata.name ?? '';
  return metadata.namespace ? `${metadata.namespace}/${name}` : name;
}

/** Takes a key apart again. */
export function parseKey(key: string): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Where the API serves the built-in kinds that controllers use. */
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
