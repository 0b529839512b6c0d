/** The observed state of a PipelineRun, apart from its planner because task states are derived from it too. */

import type { TaskRun } from '@pipewright/tekton';
import type { PipelineInputs } from './resolve.js';

/** All that a decision may depend on. */
export interface ObservedPipelineRun extends PipelineInputs {
  /** The run's TaskRuns that are there and ours, by name. */
  readonly taskRuns: ReadonlyMap<string, TaskRun>;
  readonly now: Date;
}
