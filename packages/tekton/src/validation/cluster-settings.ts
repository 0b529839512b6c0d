/** What the checks of an object depend on besides the object: the settings of the cluster, and CEL if the cluster enables it. */

import type { CelCompileError } from '../execution/when.js';
import type { TektonConfig } from '../model/config.js';

/** The settings of a cluster. */
export interface ClusterSettings {
  /** @default DEFAULT_CONFIG */
  readonly config?: TektonConfig;
  /**
   * Checks CEL expressions: `celCompileError` of `@pipewright/tekton/cel`.
   *
   * @default - expressions are not checked
   */
  readonly celCompileError?: CelCompileError | undefined;
}
