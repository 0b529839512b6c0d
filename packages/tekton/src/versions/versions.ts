/**
 * The table of supported API versions of tekton.dev.
 *
 * All version-specific code is reached through this table.
 */

import { v1 } from '../v1/version.js';
import { v1alpha1 } from '../v1alpha1/version.js';
import { v1beta1 } from '../v1beta1/version.js';
import type { ApiVersion } from '../validation/api-version.js';

/** All versions, oldest first. */
export const VERSIONS: readonly ApiVersion[] = [v1alpha1, v1beta1, v1];

/** Returns the version of an object; undefined if it is not supported. */
export const tryFindVersion = (apiVersion: string): ApiVersion | undefined =>
  VERSIONS.find((version) => version.apiVersion === apiVersion);

/** Returns the version of an object. Throws if it is not supported. */
export function findVersion(apiVersion: string): ApiVersion {
  const version = tryFindVersion(apiVersion);
  if (!version) throw new Error(`${JSON.stringify(apiVersion)} is not a supported API version`);
  return version;
}
