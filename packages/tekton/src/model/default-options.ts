/** Defaults that the operator of a cluster configures, in every API version. */

import type { TektonConfig } from './config.js';

/** Configured defaults. */
export interface DefaultOptions {
  /** Timeout in milliseconds of runs without `timeout`; 0 = no timeout. @default 3600000 */
  readonly timeoutMs?: number;
  /** Settings of the cluster, which v1 and v1beta1 use. @default DEFAULT_CONFIG */
  readonly config?: TektonConfig;
}

/** Default timeout in milliseconds of runs without `timeout`: one hour. */
export const DEFAULT_TIMEOUT_MS = 3_600_000;
