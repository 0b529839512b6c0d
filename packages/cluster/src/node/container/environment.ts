/**
 * The environment of a container: variables of the image, the cluster, `envFrom` and `env`; later ones take precedence.
 *
 * Pure; objects are read beforehand. A value may refer to variables defined before it.
 */

import { fieldValue, resourceValue, type FieldResolution, type NodeAddress } from '../pod/downward-api.js';
import { expand } from './expansion.js';
import type { Container, DataObject, EnvVar, KeySelector, Pod } from '../pod/pod.js';

/** The sources of a container's variables. */
export interface EnvironmentSources {
  readonly pod: Pod;
  readonly node: NodeAddress;
  /** Each is `NAME=value`. */
  readonly image: readonly string[];
  /** The address of the API server; empty for pods without a token. */
  readonly cluster: Readonly<Record<string, string>>;
  readonly secret: (name: string) => DataObject | undefined;
  readonly configMap: (name: string) => DataObject | undefined;
}

/** The variables, or the reason why the container cannot be created. */
export type EnvironmentResolution =
  | { readonly kind: 'resolved'; readonly env: Readonly<Record<string, string>> }
  | {
      readonly kind: 'unresolved';
      readonly message: string;
      readonly missing: { readonly kind: 'Secret' | 'ConfigMap'; readonly name: string } | undefined;
    };

class Missing extends Error {
  readonly missing: (EnvironmentResolution & { kind: 'unresolved' })['missing'];
  constructor(message: string, missing: Missing['missing']) {
    super(message);
    this.missing = missing;
  }
}

/** Resolves all variables of a container. */
export function environmentOf(container: Container, sources: EnvironmentSources): EnvironmentResolution {
  const env: Record<string, string> = {};
  for (const line of sources.image) {
    const at = line.indexOf('=');
    if (at > 0) env[line.slice(0, at)] = line.slice(at + 1);
  }
  Object.assign(env, { HOSTNAME: hostnameOf(sources.pod) }, sources.cluster);
  try {
    addAll(container, sources, env);
    for (const variable of container.env ?? []) {
      const value = valueOf(variable, container, sources, env);
      if (value !== undefined) env[variable.name] = value;
    }
  } catch (error) {
    if (error instanceof Missing) return { kind: 'unresolved', message: error.message, missing: error.missing };
    throw error;
  }
  return { kind: 'resolved', env };
}

/** Returns the host name of a pod: `hostname`, or the name truncated to 63 characters. */
export const hostnameOf = ({ spec, metadata }: Pod): string =>
  spec.hostname ?? metadata.name.slice(0, 63).replace(/[-.]+$/, '');

function addAll(container: Container, { secret, configMap }: EnvironmentSources, env: Record<string, string>): void {
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    const [kind, ref, find] =
      secretRef !== undefined
        ? (['Secret', secretRef, secret] as const)
        : (['ConfigMap', configMapRef, configMap] as const);
    if (ref === undefined) continue;
    const object = find(ref.name ?? '');
    if (object === undefined) {
      if (ref.optional === true) continue;
      throw notFound(kind, ref.name ?? '');
    }
    for (const key of Object.keys(object.data ?? {})) {
      const value = dataValue(kind, object, key);
      if (value !== undefined) env[`${prefix}${key}`] = value;
    }
  }
}

function valueOf(
  { value, valueFrom }: EnvVar,
  container: Container,
  sources: EnvironmentSources,
  env: Readonly<Record<string, string>>,
): string | undefined {
  const { pod, node, secret, configMap } = sources;
  if (valueFrom?.secretKeyRef !== undefined) return keyed('Secret', valueFrom.secretKeyRef, secret, pod);
  if (valueFrom?.configMapKeyRef !== undefined) return keyed('ConfigMap', valueFrom.configMapKeyRef, configMap, pod);
  if (valueFrom?.fieldRef !== undefined) return valueOrThrow(fieldValue(pod, valueFrom.fieldRef.fieldPath, node));
  if (valueFrom?.resourceFieldRef !== undefined) {
    const { containerName } = valueFrom.resourceFieldRef;
    const other = pod.spec.containers.find((it) => it.name === containerName) ?? container;
    return valueOrThrow(resourceValue(other, valueFrom.resourceFieldRef));
  }
  return expand(value ?? '', (name) => env[name]);
}

function valueOrThrow(resolution: FieldResolution): string {
  if (resolution.kind === 'unsupported') throw new Missing(resolution.message, undefined);
  return resolution.value;
}

function keyed(
  kind: 'Secret' | 'ConfigMap',
  ref: KeySelector,
  find: (name: string) => DataObject | undefined,
  pod: Pod,
): string | undefined {
  const name = ref.name ?? '';
  const object = find(name);
  if (object === undefined) {
    if (ref.optional === true) return undefined;
    throw notFound(kind, name);
  }
  const value = dataValue(kind, object, ref.key);
  if (value === undefined && ref.optional !== true) {
    throw new Missing(`couldn't find key ${ref.key} in ${kind} ${pod.metadata.namespace}/${name}`, { kind, name });
  }
  return value;
}

const notFound = (kind: 'Secret' | 'ConfigMap', name: string): Missing =>
  new Missing(`${kind.toLowerCase()} ${JSON.stringify(name)} not found`, { kind, name });

/** Returns a key of a Secret or ConfigMap as text. */
export function dataValue(kind: 'Secret' | 'ConfigMap', { data }: DataObject, key: string): string | undefined {
  const value = data?.[key];
  return value === undefined || kind === 'ConfigMap' ? value : Buffer.from(value, 'base64').toString('utf8');
}
