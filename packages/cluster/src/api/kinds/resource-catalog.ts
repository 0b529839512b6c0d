/**
 * Which resources are served right now: the built-in ones, and those that CustomResourceDefinitions add.
 *
 * Stands apart because routing, discovery, OpenAPI, permissions and garbage collection all ask it, and a new definition must be
 * seen by all of them at once.
 */

import { apiVersionOf, groupResourceOf, type ResourceType } from './resource-type.js';

/** The resources served, by name and by kind. */
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

  /** Grows with every change, so that answers made from the catalog may be kept until then. */
  get version(): number {
    return this.#version;
  }

  /** All of them: built-in ones first, then custom ones in the order of their definitions' names. */
  get types(): readonly ResourceType[] {
    return this.#types;
  }

  /** The resource at `/apis/GROUP/VERSION/PLURAL`, if there is one. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** The resource of a kind, as owner references name it. */
  findKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** The resources whose objects are kept in a place (`group/plural`), one for each version. */
  byGroupResource(groupResource: string): readonly ResourceType[] {
    return this.#byGroupResource.get(groupResource) ?? [];
  }

  /** Groups in the order of discovery, each with its versions, best first. */
  groups(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const { group, version } of this.#types) {
      const versions = found.get(group) ?? [];
      if (!versions.includes(version)) versions.push(version);
      found.set(group, versions);
    }
    return found;
  }

  /** Whether any resource of a group (and version) is served. */
  hasGroup(group: string, version?: string): boolean {
    return this.#groupVersions.has(version === undefined ? group : `${group}/${version}`);
  }

  /** Serves what one definition defines, in place of what it defined before. */
  define(definition: string, types: readonly ResourceType[]): void {
    this.#custom.set(definition, types);
    this.#rebuild();
  }

  /** Stops serving what one definition defined. */
  forget(definition: string): void {
    this.#custom.delete(definition);
    this.#rebuild();
  }

  #rebuild(): void {
    const custom = [...this.#custom].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, types]) => types);
    this.#types = [...this.#builtIn, ...custom];
    const lastToFirst = [...this.#types].reverse(); // of two with one name the first is served
    this.#byPath = new Map(lastToFirst.map((type) => [`${type.group}/${type.version}/${type.plural}`, type]));
    this.#byKind = new Map(lastToFirst.map((type) => [`${apiVersionOf(type)}/${type.kind}`, type]));
    this.#byGroupResource = new Map();
    for (const type of this.#types)
      this.#byGroupResource.set(groupResourceOf(type), [...this.byGroupResource(groupResourceOf(type)), type]);
    this.#groupVersions = new Set(this.#types.flatMap(({ group, version }) => [group, `${group}/${version}`]));
    this.#version += 1;
  }
}
