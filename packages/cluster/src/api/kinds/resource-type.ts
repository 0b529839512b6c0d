/**
 * A served resource: one row from which routes, discovery, OpenAPI, tables, authorization and field selectors are derived.
 *
 * Built-in resources are rows of a table (`builtin.ts`); CustomResourceDefinitions add rows at run time (`crd.ts`).
 */

import type { JsonObject, KubeObject } from '../../model/json.js';
import type { Cause } from '../status-error.js';
import type { Schema } from '../schema/schema.js';

/** A printed column. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0: always shown; above: only with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: KubeObject, now: Date) => unknown;
}

/** The rules of a kind, all optional: without rules an object is stored as it was sent. */
export interface KindRules {
  /** Fills in defaults; may change the draft. */
  readonly fill?: (draft: JsonObject, old: KubeObject | undefined) => void;
  /** Returns everything wrong with the object. */
  readonly check?: (object: KubeObject, old: KubeObject | undefined) => readonly Cause[];
  /** The rule for names. Default: a DNS subdomain. */
  readonly names?: 'subdomain' | 'label' | 'path';
  /** The selectable fields besides metadata.name and metadata.namespace. */
  readonly selectable?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Whether an update must contain the resourceVersion; updates of custom resources always must. */
  readonly versioned?: boolean;
  /** Whether metadata.generation counts changes of the spec. */
  readonly hasGeneration?: boolean;
}

/** A served resource. */
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
  /** `status` and `finalize` have a body of the object's kind; the others have handlers of their own. */
  readonly subresources: readonly string[];
  readonly columns: readonly Column[];
  readonly rules: KindRules;
  /** The schema: which fields exist; for custom resources also defaults and validation. Absent: any fields. */
  readonly schema?: Schema;
  /** Whether a CustomResourceDefinition defines the resource. */
  readonly custom: boolean;
}

/** Returns the `apiVersion` of a resource's objects. */
export const groupVersionOf = ({ group, version }: Pick<ResourceType, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** Returns `group/plural`, the key under which all versions of a resource are stored. */
export const groupResourceOf = ({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string =>
  `${group}/${plural}`;

/** Verbs of a resource whose objects are stored. */
export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** Verbs of subresources; all others support only `create`. */
export const SUBRESOURCE_VERBS: Readonly<Record<string, readonly string[]>> = {
  status: ['get', 'patch', 'update'],
  scale: ['get', 'patch', 'update'],
  finalize: ['update'],
  log: ['get'],
};
