/** Defaults that the operator of a cluster configures, in every API version. */

/** Configured defaults. */
export interface DefaultOptions {
  /** Timeout in milliseconds of runs without `timeout`; 0 = no timeout. @default 3600000 */
  readonly timeoutMs?: number;
}

/** Default timeout in milliseconds of runs without `timeout`: one hour. */
export const DEFAULT_TIMEOUT_MS = 3_600_000;
