/**
 * What may not be stored: an object that is too deep to be worked on, larger than etcd takes, or for which there is no room.
 *
 * Every write passes here as its last step, whatever it was put together from, so that nothing reaches the store that cannot be written
 * as JSON. Uses the words and codes that kube-apiserver passes on.
 */

import type { Store } from '../../storage/memory/store.js';
import type { KubeObject } from '../../model/json.js';
import { DEPTH_MESSAGE, measured, MAX_OBJECT_BYTES } from '../wire/json-limits.js';
import { invalid, StatusError, type NamedResource } from '../status-error.js';

/** Throws unless an object may be stored. */
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
      throw notStored(type, object, size.why);
  }
}

/** Throws when there is no room for a new object or for what a change adds. Changes that add nothing, and deletions, always pass. */
export function checkCapacity(
  { bytes, capacityBytes, sizes }: Store,
  object: KubeObject,
  old: KubeObject | undefined,
): void {
  const growth = sizes.of(object) - (old ? sizes.of(old) : 0);
  if (growth > 0 && bytes + growth > capacityBytes)
    throw new StatusError(500, '', 'etcdserver: mvcc: database space exceeded');
}

function notStored(type: NamedResource, object: KubeObject, why: string): StatusError {
  const field = Object.keys(object).find((each) => measured(object[each], MAX_OBJECT_BYTES).kind !== 'fits') ?? '';
  return invalid(type, object.metadata.name, [
    { reason: 'FieldValueInvalid', field, message: `Invalid value: ${why}` },
  ]);
}
