/**
 * Deletes objects: at once, after a grace period, or when their finalizers are removed.
 *
 * The garbage collector (`garbage-collector.ts`) deletes dependents; finalizers mark deletions that wait for them.
 */

import { isObject, stringAt, type JsonObject, type KubeObject } from '../../model/json.js';
import { conflict, invalidOption } from '../status-error.js';
import { groupResourceOf, type ResourceType } from '../kinds/resource-type.js';
import { timestamp } from '@pipewright/apimachinery';
import type { ApiContext } from '../api-context.js';

/** Options of a deletion. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  /** Undefined: the default of the kind. Only pods have a grace period. */
  readonly graceSeconds: number | undefined;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** The result of a deletion; `isDeleted` if the object is deleted. */
export interface Removal {
  readonly object: KubeObject;
  readonly isDeleted: boolean;
}

/** The finalizer of foreground deletion: dependents are deleted first. */
export const FOREGROUND = 'foregroundDeletion';
/** The finalizer of orphaning: dependents lose their owner reference first. */
export const ORPHAN = 'orphan';

/** Parses delete options from a body and a query; the query takes precedence. */
export function deleteOptions(body: JsonObject, query: URLSearchParams): DeleteOptions {
  const preconditions = isObject(body['preconditions']) ? body['preconditions'] : {};
  const grace = query.get('gracePeriodSeconds') ?? body['gracePeriodSeconds'];
  const propagation = query.get('propagationPolicy') ?? body['propagationPolicy'];
  const orphan = (query.get('orphanDependents') ?? String(body['orphanDependents'])) === 'true';
  const known = ['Background', 'Foreground', 'Orphan'] as const;
  const found = known.find((each) => each === propagation);
  if (typeof propagation === 'string' && !found) {
    throw invalidOption('DeleteOptions', 'propagationPolicy', propagation, [
      'Foreground',
      'Background',
      'Orphan',
      'nil',
    ]);
  }
  const dryRun =
    query.getAll('dryRun').includes('All') || (Array.isArray(body['dryRun']) && body['dryRun'].includes('All'));
  const uid = stringAt(preconditions, 'uid');
  const resourceVersion = stringAt(preconditions, 'resourceVersion');
  return {
    dryRun,
    graceSeconds: grace === undefined || grace === null ? undefined : Math.max(0, Number(grace)),
    propagation: found ?? (orphan ? 'Orphan' : 'Background'),
    ...(uid !== '' && { uid }),
    ...(resourceVersion !== '' && { resourceVersion }),
  };
}

/** Deletes an object, or starts its deletion. Repeated calls can only shorten the grace period. */
export function deleteObject(api: ApiContext, type: ResourceType, object: KubeObject, options: DeleteOptions): Removal {
  checkPreconditions(type, object, options);
  const { metadata } = object;
  const grace = graceOf(type, object, options);
  const finalizers = finalizersOf(object, options);
  const held = finalizers.length > 0 || grace > 0 || hasSpecFinalizers(object);
  if (!held) {
    if (options.dryRun) return { object, isDeleted: true };
    return { object: api.store.remove(groupResourceOf(type), object), isDeleted: true };
  }
  const shorter = grace < (metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY);
  const sameHolds = finalizers.length === (metadata.finalizers ?? []).length;
  if (metadata.deletionTimestamp !== undefined && !shorter && sameHolds) return { object, isDeleted: false };
  const terminating = beginTermination(api, type, object, finalizers, grace);
  if (options.dryRun) return { object: terminating, isDeleted: false };
  return { object: api.store.put(groupResourceOf(type), terminating), isDeleted: false };
}

function checkPreconditions(
  type: ResourceType,
  { metadata }: KubeObject,
  { uid, resourceVersion }: DeleteOptions,
): void {
  if (uid !== undefined && uid !== metadata.uid) {
    const reason = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might \
have been deleted and then recreated`;
    throw conflict(type, metadata.name, reason);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const reason = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object \
meta: ${metadata.resourceVersion}`;
    throw conflict(type, metadata.name, reason);
  }
}

/** Returns the grace period in seconds. A pod that is unscheduled or finished is deleted at once. */
function graceOf(type: ResourceType, object: KubeObject, { graceSeconds }: DeleteOptions): number {
  if (type.group !== '' || type.plural !== 'pods') return 0;
  const spec = isObject(object['spec']) ? object['spec'] : {};
  if (stringAt(spec, 'nodeName') === '') return 0;
  if (['Succeeded', 'Failed'].includes(stringAt(object, 'status', 'phase'))) return 0;
  const requestedSeconds = graceSeconds ?? Number(spec['terminationGracePeriodSeconds'] ?? 30);
  return Math.min(requestedSeconds, object.metadata.deletionGracePeriodSeconds ?? requestedSeconds);
}

function finalizersOf({ metadata }: KubeObject, { propagation }: DeleteOptions): string[] {
  const others = (metadata.finalizers ?? []).filter((each) => each !== FOREGROUND && each !== ORPHAN);
  if (propagation === 'Foreground') return [...others, FOREGROUND];
  return propagation === 'Orphan' ? [...others, ORPHAN] : others;
}

/** Whether a namespace still has finalizers in its spec. */
function hasSpecFinalizers(object: KubeObject): boolean {
  const spec = object['spec'];
  return (
    object.kind === 'Namespace' && isObject(spec) && Array.isArray(spec['finalizers']) && spec['finalizers'].length > 0
  );
}

function beginTermination(
  api: ApiContext,
  type: ResourceType,
  object: KubeObject,
  finalizers: readonly string[],
  grace: number,
): KubeObject {
  const { metadata } = object;
  const isTerminating = metadata.deletionTimestamp !== undefined;
  const at = new Date(api.clock.date().getTime() + grace * 1000);
  const countsGeneration = !isTerminating && type.rules.hasGeneration === true && metadata.generation !== undefined;
  return {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp:
        isTerminating && grace === metadata.deletionGracePeriodSeconds
          ? String(metadata.deletionTimestamp)
          : timestamp(at),
      deletionGracePeriodSeconds: grace,
      ...(countsGeneration && { generation: (metadata.generation ?? 0) + 1 }),
      ...(finalizers.length > 0 && { finalizers: [...finalizers] }),
    },
    ...(object.kind === 'Namespace' && { status: { phase: 'Terminating' } }),
  };
}
