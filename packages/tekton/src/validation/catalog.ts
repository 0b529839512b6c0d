/**
 * Objects that are checked together, found by kind and name.
 *
 * An object without namespace belongs to whichever one it is applied to, so it is found from every namespace.
 */

import type { Inspection } from '../versions/check-object.js';
import { LATER_VERSIONS } from '../problems/object-problems.js';
import { isRecord } from '../schema/conformance.js';
import { GROUP, type AnyTektonObject, type Kind } from '../v1alpha1/types.js';

/** The object of a kind. */
export type ObjectOf<K extends Kind> = Extract<AnyTektonObject, { readonly kind: K }>;

/** All objects of one check. */
export class Catalog {
  readonly #byKind = new Map<string, Map<string, Inspection[]>>();
  readonly #notRead: Inspection[] = [];

  constructor(inspections: readonly Inspection[]) {
    for (const inspection of inspections) {
      const { kind, name } = inspection.id;
      if (kind === undefined || name === undefined || !inspection.object) continue;
      // v1alpha1 references cannot resolve to objects of other versions.
      const { apiVersion = '' } = inspection.id;
      if (LATER_VERSIONS.has(apiVersion)) this.#notRead.push(inspection);
      if (apiVersion.startsWith(`${GROUP}/`) && !inspection.tekton) continue;
      const names = this.#byKind.get(kind) ?? new Map<string, Inspection[]>();
      this.#byKind.set(kind, names);
      const same = names.get(name);
      if (same) same.push(inspection);
      else names.set(name, [inspection]);
    }
  }

  /** A Tekton object by name, as seen from `namespace`. */
  find<K extends Kind>(kind: K, name: string, namespace: string | undefined): ObjectOf<K> | undefined {
    const found = this.#find(kind, name, kind === 'ClusterTask' ? undefined : namespace)?.tekton;
    return found?.kind === kind ? (found as ObjectOf<K>) : undefined; // the kind was just compared
  }

  /** The version of a Tekton object that is there in a later version, which is not read. */
  versionNotRead(kind: Kind, name: string, namespace: string | undefined): string | undefined {
    return this.#notRead.find(({ id }) => id.kind === kind && id.name === name && visible(id.namespace, namespace))?.id
      .apiVersion;
  }

  /** Any other object by name. */
  findPlain(kind: string, name: string, namespace: string | undefined): Inspection | undefined {
    return this.#find(kind, name, namespace);
  }

  /** Names of the objects of a kind that can be seen from `namespace`. */
  names(kind: string, namespace: string | undefined): string[] {
    const all = [...(this.#byKind.get(kind) ?? [])];
    return all.filter(([, list]) => list.some(({ id }) => visible(id.namespace, namespace))).map(([name]) => name);
  }

  /** All objects of a kind. */
  all(kind: string): Inspection[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])].flat();
  }

  #find(kind: string, name: string, namespace: string | undefined): Inspection | undefined {
    return this.#byKind
      .get(kind)
      ?.get(name)
      ?.find(({ id }) => visible(id.namespace, namespace));
  }
}

const visible = (own: string | undefined, from: string | undefined): boolean =>
  own === undefined || from === undefined || own === from;

/** Names listed under a field whose elements are `{name}`, as `secrets` of a ServiceAccount. */
export function namesIn(object: Readonly<Record<string, unknown>>, field: string): string[] {
  const list: unknown = object[field];
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => (isRecord(item) && typeof item['name'] === 'string' ? item['name'] : ''));
}
