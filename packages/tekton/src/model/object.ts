/**  The meaning of a Tekton object, independent of its API version. */

import type {
  ConditionModel,
  CustomRunModel,
  PipelineModel,
  PipelineResourceModel,
  PipelineRunModel,
  StepActionModel,
  TaskModel,
  TaskRunModel,
} from './model.js';

/** The meaning of one object. */
export type ObjectModel =
  | { readonly kind: 'Task'; readonly task: TaskModel }
  | { readonly kind: 'ClusterTask'; readonly task: TaskModel }
  | { readonly kind: 'Pipeline'; readonly pipeline: PipelineModel }
  | { readonly kind: 'TaskRun'; readonly run: TaskRunModel }
  | { readonly kind: 'PipelineRun'; readonly run: PipelineRunModel }
  | { readonly kind: 'CustomRun'; readonly run: CustomRunModel }
  | { readonly kind: 'StepAction'; readonly action: StepActionModel }
  | { readonly kind: 'PipelineResource'; readonly resource: PipelineResourceModel }
  | { readonly kind: 'Condition'; readonly condition: ConditionModel };
