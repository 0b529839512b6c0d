/** What a command runs, once it is known which runs are meant. */

import type { Manifest } from '../../manifests/load.js';

/** A run that is to be created. */
export interface PlannedRun {
  readonly manifest: Manifest;
  readonly kind: 'PipelineRun' | 'TaskRun';
  /** Its name, or the start of the name it will get. */
  readonly title: string;
  readonly namespace: string;
}
