/**
 * Objects that are checked together, found by kind and name.
 *
 * An object without namespace belongs to whichever one it is applied to, so it is found from every namespace.
 */

import type { InspectedObject } from '../versions/check-object.js';
import { LATER_VERSIONS } from '../problems/object-problems.js';
import { isRecord } from '../schema/conformance.js';
import { TEKTON_GROUP, type V1alpha1Object, type Kind } from '../v1alpha1/types.js';

/** The object of a kind. */
export type ObjectOf<K extends Kind> = Extract<V1alpha1Object, { readonly kind: K }>;

/** All objects of one check. */
export class Catalog {
  readonly #byKind = new Map<string, Map<string, InspectedObject[]>>();
  readonly #notRead: InspectedObject[] = [];

  constructor(inspections: readonly InspectedObject[]) {
    for (const inspection of inspections) {
      const { kind, name } = inspection.id;
      if (kind === undefined || name === undefined || !inspection.object) continue;
      // v1alpha1 references cannot resolve to objects of other versions.
      const { apiVersion = '' } = inspection.id;
      if (LATER_VERSIONS.has(apiVersion)) this.#notRead.push(inspection);
      if (apiVersion.startsWith(`${TEKTON_GROUP}/`) && !inspection.tektonObject) continue;
      const names = this.#byKind.get(kind) ?? new Map<string, InspectedObject[]>();
      this.#byKind.set(kind, names);
      const same = names.get(name);
      if (same) same.push(inspection);
      else names.set(name, [inspection]);
    }
  }

  /** A Tekton object by name, as seen from `namespace`. */
  tryFind<K extends Kind>(kind: K, name: string, namespace: string | undefined): ObjectOf<K> | undefined {
    const found = this.#find(kind, name, kind === 'ClusterTask' ? undefined : namespace)?.tektonObject;
    return found?.kind === kind ? (found as ObjectOf<K>) : undefined; // the kind was just compared
  }

  /** The version of a Tekton object that is there in a later version, which is not read. */
  versionNotRead(kind: Kind, name: string, namespace: string | undefined): string | undefined {
    return this.#notRead.find(({ id }) => id.kind === kind && id.name === name && isVisible(id.namespace, namespace))
      ?.id.apiVersion;
  }

  /** Any other object by name. */
  tryFindAny(kind: string, name: string, namespace: string | undefined): InspectedObject | undefined {
    return this.#find(kind, name, namespace);
  }

  /** Names of the objects of a kind that can be seen from `namespace`. */
  names(kind: string, namespace: string | undefined): string[] {
    const all = [...(this.#byKind.get(kind) ?? [])];
    return all.filter(([, list]) => list.some(({ id }) => isVisible(id.namespace, namespace))).map(([name]) => name);
  }

  /** All objects of a kind. */
  all(kind: string): InspectedObject[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])].flat();
  }

  #find(kind: string, name: string, namespace: string | undefined): InspectedObject | undefined {
    return this.#byKind
      .get(kind)
      ?.get(name)
      ?.find(({ id }) => isVisible(id.namespace, namespace));
  }
}

const isVisible = (own: string | undefined, from: string | undefined): boolean =>
  own === undefined || from === undefined || own === from;

/** Names listed under a field whose elements are `{name}`, as `secrets` of a ServiceAccount. */
export function listedNames(object: Readonly<Record<string, unknown>>, field: string): string[] {
  const list: unknown = object[field];
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => (isRecord(item) && typeof item['name'] === 'string' ? item['name'] : ''));
}
