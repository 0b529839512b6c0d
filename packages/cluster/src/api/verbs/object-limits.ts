/**
 * Limits of stored objects: depth, size, and the capacity of the store.
 *
 * Every write is checked here last, however its object was computed, so every stored object can be serialized. Messages and codes are
 * those of kube-apiserver.
 */

import type { Store } from '../../storage/memory/store.js';
import type { KubeObject } from '../../model/json.js';
import { DEPTH_MESSAGE, measured, MAX_OBJECT_BYTES } from '../wire/json-limits.js';
import { invalid, StatusError, type NamedResource } from '../status-error.js';

/** Throws unless an object can be stored. */
export function checkStorable(type: NamedResource, object: KubeObject): void {
  const size = measured(object, MAX_OBJECT_BYTES);
  switch (size.kind) {
    case 'fits':
      return;
    case 'too-large':
      throw new StatusError(500, '', 'etcdserver: request is too large');
    case 'too-deep':
      throw notStored(type, object, DEPTH_MESSAGE);
    case 'not-json':
      throw notStored(type, object, size.reason);
  }
}

/** Throws if a write would exceed the capacity. Deletions, and changes that add nothing, always pass. */
export function checkCapacity(
  { bytes, capacityBytes, sizes }: Store,
  object: KubeObject,
  old: KubeObject | undefined,
): void {
  const growth = sizes.of(object) - (old ? sizes.of(old) : 0);
  if (growth > 0 && bytes + growth > capacityBytes)
    throw new StatusError(500, '', 'etcdserver: mvcc: database space exceeded');
}

function notStored(type: NamedResource, object: KubeObject, reason: string): StatusError {
  const field = Object.keys(object).find((each) => measured(object[each], MAX_OBJECT_BYTES).kind !== 'fits') ?? '';
  return invalid(type, object.metadata.name, [
    { reason: 'FieldValueInvalid', field, message: `Invalid value: ${reason}` },
  ]);
}
