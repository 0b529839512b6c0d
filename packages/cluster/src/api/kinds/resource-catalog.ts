/**
 * The served resources: built-in ones, and those of CustomResourceDefinitions.
 *
 * Separate because routing, discovery, OpenAPI, authorization and garbage collection use it, and must see a new definition at the
 * same time.
 */

import { groupVersionOf, groupResourceOf, type ResourceType } from './resource-type.js';
import { byStability } from './version-order.js';

/** The served resources, by name and by kind. */
export class Catalog {
  readonly #builtIn: readonly ResourceType[];
  readonly #custom = new Map<string, readonly ResourceType[]>();
  #byPath = new Map<string, ResourceType>();
  #byKind = new Map<string, ResourceType>();
  #byGroupResource = new Map<string, readonly ResourceType[]>();
  #groupVersions = new Set<string>();
  #types: readonly ResourceType[] = [];
  #version = 0;

  constructor(builtIn: readonly ResourceType[]) {
    this.#builtIn = builtIn;
    this.#rebuild();
  }

  /** Increases with every change; documents derived from the catalog are valid for one version. */
  get version(): number {
    return this.#version;
  }

  /** All resources: built-in ones first, then custom ones in the order of their definitions' names. */
  get types(): readonly ResourceType[] {
    return this.#types;
  }

  /** Returns the resource at `/apis/GROUP/VERSION/PLURAL`. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** Returns the resource of a kind, as owner references name it. */
  findKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** Returns the resources of a group and plural (`group/plural`), one for each version. */
  byGroupResource(groupResource: string): readonly ResourceType[] {
    return this.#byGroupResource.get(groupResource) ?? [];
  }

  /** Returns the groups in the order of discovery, each with its versions, preferred first. */
  groups(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const { group, version } of this.#types) {
      const versions = found.get(group) ?? [];
      if (!versions.includes(version)) versions.push(version);
      found.set(group, versions);
    }
    const isCustom = new Set(this.#types.flatMap(({ custom, group }) => (custom ? [group] : [])));
    for (const [group, versions] of found) if (isCustom.has(group)) versions.sort(byStability);
    return found;
  }

  /** Whether a group, or a version of it, is served. */
  hasGroup(group: string, version?: string): boolean {
    return this.#groupVersions.has(version === undefined ? group : `${group}/${version}`);
  }

  /** Registers the resources of a definition, replacing its former ones. */
  define(definition: string, types: readonly ResourceType[]): void {
    this.#custom.set(definition, types);
    this.#rebuild();
  }

  /** Removes the resources of a definition. */
  forget(definition: string): void {
    this.#custom.delete(definition);
    this.#rebuild();
  }

  #rebuild(): void {
    const custom = [...this.#custom].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, types]) => types);
    this.#types = [...this.#builtIn, ...custom];
    const lastToFirst = [...this.#types].reverse(); // of two resources with one name the first is served
    this.#byPath = new Map(lastToFirst.map((type) => [`${type.group}/${type.version}/${type.plural}`, type]));
    this.#byKind = new Map(lastToFirst.map((type) => [`${groupVersionOf(type)}/${type.kind}`, type]));
    this.#byGroupResource = new Map();
    for (const type of this.#types)
      this.#byGroupResource.set(groupResourceOf(type), [...this.byGroupResource(groupResourceOf(type)), type]);
    this.#groupVersions = new Set(this.#types.flatMap(({ group, version }) => [group, `${group}/${version}`]));
    this.#version += 1;
  }
}
