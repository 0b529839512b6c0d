/**
 * The downward API: values of the pod itself, for variables and files.
 */

import type { Container, Pod, ResourceSelector } from './pod.js';

/** What the node knows about itself. */
export interface NodeAddress {
  readonly name: string;
  readonly ip: string;
}

/** A field's value, or why there is none. */
export type FieldValue =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string };

/** `fieldRef`, with `metadata.labels['key']` and its like; maps as `key="value"` lines, sorted, as kubelet writes them. */
export function fieldValue(pod: Pod, path: string, node: NodeAddress): FieldValue {
  const value = known(pod, path, node);
  return value === undefined ? { ok: false, message: `unsupported fieldPath: ${path}` } : { ok: true, value };
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

/** `resourceFieldRef`: a limit or request in whole divisors, rounded up; a limit that is not set counts as 0. */
export function resourceValue(container: Container, { resource, divisor }: ResourceSelector): FieldValue {
  const [, kind, name] = /^(limits|requests)\.(.+)$/.exec(resource) ?? [];
  if ((kind !== 'limits' && kind !== 'requests') || name === undefined) {
    return { ok: false, message: `unsupported container resource: ${resource}` };
  }
  const quantity = container.resources?.[kind]?.[name];
  const unit = quantityOf(divisor === undefined || divisor === '0' ? '1' : divisor);
  return { ok: true, value: String(Math.ceil(quantityOf(String(quantity ?? '0')) / unit)) };
}

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A Kubernetes quantity as a number. */
export function quantityOf(text: string): number {
  const [, number = '0', suffix = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(text) ?? [];
  return Number(number) * (SUFFIXES[suffix] ?? 1);
}
