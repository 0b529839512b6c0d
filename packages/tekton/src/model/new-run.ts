/** A run of a Pipeline or Task that is to be written as an object, whichever API version it gets. */

import type { WorkspaceBinding } from './pod.js';

/** A PipelineResource given to a declared resource, both by name. */
export interface NewBinding {
  readonly name: string;
  readonly resource: string;
}

/** What runs, and what it is given. Params are added to the object (`withParams`). */
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
