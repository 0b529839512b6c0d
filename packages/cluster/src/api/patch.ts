/**
 * JSON merge patch (RFC 7396) and JSON patch (RFC 6902) on a copy of an object.
 *
 * Pure. The strategic kind, which knows that lists have keys, is `strategic.ts`.
 */

import jsonPatch from 'fast-json-patch';
import { copy, isObject, type JsonObject } from './json.js';
import { badRequest, Refusal } from './refusal.js';

/** More operations than this in one JSON patch are refused, as upstream does. */
const MOST_OPERATIONS = 10_000;

/** The object with a merge patch applied: null removes, lists are replaced. */
export function mergePatch(object: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = isObject(object) ? { ...object } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else if (isObject(value)) result[field] = mergePatch(result[field], value);
    else result[field] = copy(value);
  }
  return result;
}

/** The object with a JSON patch applied, all of it or nothing. */
export function applyJsonPatch(object: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) {
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  }
  if (patch.length > MOST_OPERATIONS) {
    throw new Refusal(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.length}`,
    );
  }
  const operations: jsonPatch.Operation[] = patch; // fast-json-patch judges each operation itself (validate = true)
  try {
    const result: unknown = jsonPatch.applyPatch<JsonObject>(copy(object), operations, true).newDocument;
    if (!isObject(result)) throw badRequest('the patch leaves no object');
    return result;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refused(error);
  }
}

/** 422 for a patch that does not fit the object, 400 for one that is no patch. */
function refused(error: unknown): Refusal {
  const name = error instanceof Error ? error.name : '';
  const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (name === 'TEST_OPERATION_FAILED' || (name.startsWith('OPERATION_') && name.includes('UNRESOLVABLE'))) {
    return new Refusal(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`, {});
  }
  return badRequest(`error decoding patch: ${why}`);
}
