/**
 * What the API server knows about a kind of object: one row, from which routes, discovery, OpenAPI, tables, permissions and
 * field selectors all follow.
 *
 * Built-in kinds are rows of a table (`builtin.ts`), CustomResourceDefinitions make the same rows at run time (`crd.ts`).
 */

import type { JsonObject, KubeObject } from '../../model/json.js';
import type { Cause } from '../status-error.js';
import type { Schema } from '../schema/schema.js';

/** One printed column; the cell's value for an object, at a moment in time. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0: always shown; above: only with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: KubeObject, now: Date) => unknown;
}

/** What is special about a kind. All of it is optional: without rules an object is kept as it was sent. */
export interface KindRules {
  /** Fills in what the author left out. May change the draft. */
  readonly fill?: (draft: JsonObject, old: KubeObject | undefined) => void;
  /** Everything wrong with the object, all at once. */
  readonly check?: (object: KubeObject, old: KubeObject | undefined) => readonly Cause[];
  /** Which names are allowed; a DNS subdomain without this. */
  readonly names?: 'subdomain' | 'label' | 'path';
  /** What field selectors may ask for besides metadata.name and metadata.namespace. */
  readonly selectable?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Whether a replacement must name the version it replaces; those of custom resources always must. */
  readonly versioned?: boolean;
  /** Whether metadata.generation counts changes of the spec. */
  readonly counted?: boolean;
}

/** A kind of object that is served. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** Those with a body of the object's own kind are `status` and `finalize`; others have their own handlers. */
  readonly subresources: readonly string[];
  readonly columns: readonly Column[];
  readonly rules: KindRules;
  /** What decides which fields there are, and of custom resources defaults and validity too. Absent: anything goes. */
  readonly schema?: Schema;
  /** Whether the kind came from a CustomResourceDefinition. */
  readonly custom: boolean;
}

/** `apiVersion` of a resource's objects. */
export const apiVersionOf = ({ group, version }: Pick<ResourceType, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** Where the objects of a resource are stored; all versions of a kind share one place. */
export const groupResourceOf = ({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string =>
  `${group}/${plural}`;

/** Verbs of a resource whose objects are kept. */
export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** Verbs of subresources; those that are not here are only created. */
export const SUBRESOURCE_VERBS: Readonly<Record<string, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  finalize: ['update'],
  log: ['get'],
};
