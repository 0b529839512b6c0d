/** Tells custom tasks, which another controller executes, from Tekton's own; the reader and the checks share it. */

import type { PipelineTask } from './types.js';

/** Kinds of Tekton itself: its webhook still counts ClusterTask as one. */
const TASK_KINDS: ReadonlySet<string> = new Set(['', 'Task', 'ClusterTask']);

/** Whether a `taskRef` or `taskSpec` is that of a custom task. Any apiVersion makes it one, even that of Tekton. */
export const isCustomDefinition = (definition: PipelineTask['taskRef'] | PipelineTask['taskSpec']): boolean =>
  definition !== undefined && (!TASK_KINDS.has(definition.kind ?? '') || (definition.apiVersion ?? '') !== '');

/** Whether a pipeline task is executed by another controller. */
export const isCustomTask = ({ taskRef, taskSpec }: PipelineTask): boolean =>
  isCustomDefinition(taskRef) || isCustomDefinition(taskSpec);
