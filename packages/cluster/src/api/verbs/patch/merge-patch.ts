/** JSON merge patch (RFC 7396). Pure. */

import { deepCopy, isObject, type JsonObject } from '../../../model/json.js';

/** Returns the object with a merge patch applied: null removes, lists are replaced. */
export function applyMergePatch(object: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = isObject(object) ? { ...object } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else if (isObject(value)) result[field] = applyMergePatch(result[field], value);
    else result[field] = deepCopy(value);
  }
  return result;
}
