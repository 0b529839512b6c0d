/** The observed state of a PipelineRun. Separate from the planner because task states depend on it too. */

import type { EvaluateCel, TaskRunObject } from '@pipewright/tekton';
import type { PipelineInputs } from './pipeline-inputs.js';

/** Everything a decision depends on. */
export interface ObservedPipelineRun extends PipelineInputs {
  /** The TaskRuns that exist and belong to the run, by name. */
  readonly taskRuns: ReadonlyMap<string, TaskRunObject>;
  /** Evaluates CEL expressions. Absent: the pipeline has none. */
  readonly evaluateCel?: EvaluateCel;
  readonly now: Date;
}
