/**
 * The API versions of tekton.dev that are read: one row each.
 *
 * Everything that differs between versions is reached through this table.
 */

import { v1alpha1 } from '../v1alpha1/version.js';
import type { ApiVersion } from '../validation/api-version.js';

/** All versions, oldest first. */
export const VERSIONS: readonly ApiVersion[] = [v1alpha1];

/** The version of an object; undefined if it is not read. */
export const tryFindVersion = (apiVersion: string): ApiVersion | undefined =>
  VERSIONS.find((version) => version.apiVersion === apiVersion);
