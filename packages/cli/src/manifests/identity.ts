/** The API group and namespace of a manifest's object. Pure. */

import { textAt, type JsonObject } from '../json.js';

/** Returns whether an object belongs to tekton.dev. */
export const isTekton = (object: JsonObject): boolean =>
  textAt(object, 'apiVersion')?.startsWith('tekton.dev/') === true;

/** Returns the namespace of an object. */
export const namespaceOf = (object: JsonObject): string => textAt(object, 'metadata', 'namespace') ?? 'default';
