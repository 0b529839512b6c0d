/** The runs that a command has selected. */

import type { Manifest } from '../../manifests/load.js';

/** A run to create. */
export interface PlannedRun {
  readonly manifest: Manifest;
  readonly kind: 'PipelineRun' | 'TaskRun';
  /** Its name, or the prefix of its generated name. */
  readonly title: string;
  readonly namespace: string;
}
