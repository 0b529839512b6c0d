/** The result of planning a PipelineRun: a status, and idempotent changes to the cluster. Separate from the plan because its parts use it. */

import {
  isDone,
  type Inherited,
  type RunStatus,
  type TaskRunObject,
  type TaskRunObjectStatus,
} from '@pipewright/tekton';
import type { WorkspaceClaim } from '../run/workspace-claims.js';

/** One idempotent change to the cluster. */
export type PipelineRunAction =
  /** The TaskRun of a task, or of one of its checks. */
  | { readonly kind: 'create'; readonly task: string; readonly taskRun: TaskRunObject }
  /** `fields`: of the spec. */
  | { readonly kind: 'cancel'; readonly taskRun: TaskRunObject; readonly fields: Readonly<Record<string, string>> }
  /** Write this status: the TaskRun begins its next attempt. */
  | { readonly kind: 'retry'; readonly taskRun: TaskRunObject; readonly status: TaskRunObjectStatus }
  /** The volume on which tasks hand over files, named after the run. */
  | { readonly kind: 'make-claim' }
  | { readonly kind: 'delete-claim' }
  /** The volume of a workspace. */
  | { readonly kind: 'make-workspace-claim'; readonly claim: WorkspaceClaim['claim'] };

/** The status and the actions that follow from the observed state. */
export interface PipelineRunDecision {
  /** The desired status; equal to the observed one if nothing changes. */
  readonly status: RunStatus;
  readonly actions: readonly PipelineRunAction[];
  /** When to decide again if nothing changes first. Absent: only a change matters. */
  readonly requeueAt?: Date;
  /** The Pipeline's name, once it is known. */
  readonly pipelineName?: string;
  /** Labels and annotations that the run gets from its Pipeline. */
  readonly inherits?: Inherited;
}

/** Returns the action that cancels a TaskRun; undefined if it has ended or is being cancelled. */
export function cancelAction(
  taskRun: TaskRunObject,
  fields: Readonly<Record<string, string>>,
): PipelineRunAction | undefined {
  if (isDone(taskRun.status) || taskRun.spec.status === fields['status']) return undefined;
  return { kind: 'cancel', taskRun, fields };
}
