/**  A run of a Pipeline or Task to be created, independent of the API version. */

import type { WorkspaceBinding } from './pod.js';

/** A PipelineResource bound to a declared resource, both by name. */
export interface NewBinding {
  readonly name: string;
  readonly resource: string;
}

/** The run's Pipeline or Task and its bindings. Params are added to the object (`withParams`). */
export type NewRun = {
  /** Name of the Pipeline or Task. */
  readonly name: string;
  readonly generateName: string;
  readonly namespace: string;
  readonly workspaces: readonly WorkspaceBinding[];
  readonly serviceAccount?: string | undefined;
} & (
  | { readonly kind: 'Pipeline'; readonly resources: readonly NewBinding[] }
  | {
      readonly kind: 'Task' | 'ClusterTask';
      readonly inputs: readonly NewBinding[];
      readonly outputs: readonly NewBinding[];
    }
);
