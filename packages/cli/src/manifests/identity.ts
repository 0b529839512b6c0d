/** Which API group and namespace an object of a manifest belongs to. Pure. */

import { textAt, type JsonObject } from '../json.js';

/** Whether an object is one of tekton.dev. */
export const isTekton = (object: JsonObject): boolean =>
  textAt(object, 'apiVersion')?.startsWith('tekton.dev/') === true;

/** The namespace an object will be in. */
export const namespaceOf = (object: JsonObject): string => textAt(object, 'metadata', 'namespace') ?? 'default';
