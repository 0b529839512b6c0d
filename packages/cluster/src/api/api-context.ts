/**
 * The dependencies that the parts of the API server share: store, resource catalog, admission, clock, randomness.
 *
 * Passed as an argument instead of being fields of one class, so that each part declares what it needs.
 */

import type { Clock } from '@pipewright/apimachinery';
import type { Random } from '../platform/random.js';
import type { Catalog } from './kinds/resource-catalog.js';
import type { JsonObject, KubeObject } from '../model/json.js';
import type { Cause } from './status-error.js';
import { groupResourceOf, type ResourceType } from './kinds/resource-type.js';
import type { Collection, Objects } from '../storage/memory/collection.js';
import type { Store } from '../storage/memory/store.js';
import { PatternCache } from './schema/patterns.js';
import { VersionForms } from './kinds/version-forms.js';
import { WatchFrames } from './verbs/watch-frames.js';

/** A write that an admission function may change or deny. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE';
  /** The resource that serves the object. */
  readonly resource: { readonly group: string; readonly version: string; readonly plural: string };
  readonly object: KubeObject;
  /** The request's object before unknown fields were dropped and defaults filled in. */
  readonly sent: JsonObject;
  /** The object as it is stored; absent on CREATE. */
  readonly oldObject?: KubeObject;
  /** Whether the write is a dry run. */
  readonly dryRun: boolean;
  /** Returns another object of a built-in core resource, such as a ConfigMap. The result is the same until the object changes. */
  readonly findCore: (plural: string, namespace: string, name: string) => KubeObject | undefined;
}

/** The object to store, or the reason of the denial. */
export type AdmissionAnswer =
  | { readonly kind: 'allowed'; readonly object: JsonObject }
  | {
      readonly kind: 'denied';
      readonly message: string;
      /** @default 'Forbidden' */
      readonly reason?: string;
      /** HTTP status. @default 403 */
      readonly code?: number;
      readonly causes?: readonly { readonly reason: string; readonly field: string; readonly message: string }[];
    };

/** Reviews writes of objects (not of their status). Must be synchronous, and must not change its argument. */
export type Admission = (request: AdmissionRequest) => AdmissionAnswer;

/** Dependencies of the API server's parts. */
export interface ApiContext {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly admission: readonly Admission[];
  /** PEM of the authority that signs the server's certificate; `''` until there is one. */
  readonly caPem: () => string;
  readonly clock: Clock;
  readonly random: Random;
  /** The frames that watches share. */
  readonly frames: WatchFrames;
  /** The forms of objects in other versions than they are stored in. */
  readonly forms: VersionForms;
  /** The compiled patterns of custom schemas. */
  readonly patterns: PatternCache;
}

/** Creates the dependencies of one API server, with caches of its own. */
export const createApiContext = (options: Omit<ApiContext, 'forms' | 'frames' | 'patterns'>): ApiContext => ({
  ...options,
  forms: new VersionForms(),
  frames: new WatchFrames(),
  patterns: new PatternCache(),
});

/** Returns the committed objects of a resource, which clients read and watch. */
export const collectionOf = (api: ApiContext, type: Pick<ResourceType, 'group' | 'plural'>): Collection =>
  api.store.collection(groupResourceOf(type));

/** Returns the objects of a resource including pending writes, on which writes are computed. */
export const latestOf = (api: ApiContext, type: Pick<ResourceType, 'group' | 'plural'>): Objects =>
  api.store.latest(groupResourceOf(type));

/** Returns the object of a built-in core resource including pending writes. */
export const latestCoreObject = (
  api: ApiContext,
  plural: string,
  namespace: string,
  name: string,
): KubeObject | undefined => api.store.latest(`/${plural}`).get(namespace, name);

/** Returns the committed object of a built-in core resource. */
export const coreObject = (api: ApiContext, plural: string, namespace: string, name: string): KubeObject | undefined =>
  api.store.collection(`/${plural}`).get(namespace, name);

/** Returns causes of an admission function as causes of the API server. */
export const asCauses = (causes: readonly { reason: string; field: string; message: string }[]): readonly Cause[] =>
  causes as readonly Cause[]; // the set of reasons is open on the wire
