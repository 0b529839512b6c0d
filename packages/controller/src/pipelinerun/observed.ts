/** The observed state of a PipelineRun. Separate from the planner because task states depend on it too. */

import type { TaskRunObject } from '@pipewright/tekton';
import type { PipelineInputs } from './resolve.js';

/** Everything a decision depends on. */
export interface ObservedPipelineRun extends PipelineInputs {
  /** The TaskRuns that exist and belong to the run, by name. */
  readonly taskRuns: ReadonlyMap<string, TaskRunObject>;
  readonly now: Date;
}
