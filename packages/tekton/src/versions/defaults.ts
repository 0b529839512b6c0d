/** Applies the defaults of the API version of an object. */

import type { DefaultOptions } from '../model/default-options.js';
import { tryFindVersion } from './versions.js';

/** Returns a copy of a Tekton object with the defaults of its version's webhook. Does not validate it. Returns any other object unchanged. */
export function applyDefaults<T extends object>(object: T, options: DefaultOptions = {}): T {
  const apiVersion: unknown = 'apiVersion' in object ? object.apiVersion : undefined;
  return tryFindVersion(String(apiVersion))?.applyDefaults(object, options) ?? object;
}
