/**
 * The downward API: fields of a pod as variables and files.
 */

import { nanosOf } from '@pipewright/apimachinery';
import type { Container, Pod, ResourceSelector } from './pod.js';

/** The node's name and address. */
export interface NodeAddress {
  readonly name: string;
  readonly ip: string;
}

/** The value of a field, or the error. */
export type FieldResolution =
  { readonly kind: 'resolved'; readonly value: string } | { readonly kind: 'unsupported'; readonly message: string };

/** Returns the value of a `fieldRef`; maps are sorted `key="value"` lines, as in kubelet. */
export function fieldValue(pod: Pod, path: string, node: NodeAddress): FieldResolution {
  const value = known(pod, path, node);
  return value === undefined
    ? { kind: 'unsupported', message: `unsupported fieldPath: ${path}` }
    : { kind: 'resolved', value };
}

function known({ metadata, spec }: Pod, path: string, node: NodeAddress): string | undefined {
  const [, map, key] = /^metadata\.(labels|annotations)(?:\['(.*)'\])?$/.exec(path) ?? [];
  if (map === 'labels' || map === 'annotations') {
    const entries = metadata[map] ?? {};
    return key === undefined ? lines(entries) : (entries[key] ?? '');
  }
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
    case 'spec.nodeName':
      return spec.nodeName ?? node.name;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.podIP':
    case 'status.hostIPs':
    case 'status.podIPs':
      return node.ip;
    default:
      return undefined;
  }
}

const lines = (map: Readonly<Record<string, string>>): string =>
  Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

/** Returns the value of a `resourceFieldRef`: a limit or request in divisors, rounded up; 0 for a missing limit. */
export function resourceValue(container: Container, { resource, divisor }: ResourceSelector): FieldResolution {
  const [, kind, name] = /^(limits|requests)\.(.+)$/.exec(resource) ?? [];
  if ((kind !== 'limits' && kind !== 'requests') || name === undefined) {
    return { kind: 'unsupported', message: `unsupported container resource: ${resource}` };
  }
  const nanos = nanosOf(String(container.resources?.[kind]?.[name] ?? '0'));
  const unit = nanosOf(divisor ?? '1') || nanosOf('1');
  return { kind: 'resolved', value: String((nanos + unit - 1n) / unit) };
}
