/** Normalizes the condition of a run of tekton.dev/v1. Separate because runs and attempts have one. Pure. */

import { at, listAt, objectAt, textAt, type JsonObject } from '../json.js';
import type { Names } from '../names.js';

/** Returns the condition, and whether the status has its times. */
export function conditionView(status: JsonObject, names: Names): JsonObject {
  const found = listAt(status, 'conditions').find((one) => at(one, 'type') === 'Succeeded');
  const { status: value, reason, message } = objectAt(found);
  return {
    condition: { status: value ?? null, reason: reason ?? null, message: names.text(String(message ?? '')) },
    started: textAt(status, 'startTime') !== '',
    completed: textAt(status, 'completionTime') !== '',
  };
}
