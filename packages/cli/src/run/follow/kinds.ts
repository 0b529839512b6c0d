/** The API resources and labels that a run consists of. */

import { resource } from '@pipewright/kube';

const V1ALPHA1 = 'tekton.dev/v1alpha1';

/** The API resources that the command watches to follow a run. */
export const PIPELINE_RUNS = resource(V1ALPHA1, 'pipelineruns', 'PipelineRun');
export const TASK_RUNS = resource(V1ALPHA1, 'taskruns', 'TaskRun');
export const PIPELINE_RESOURCES = resource(V1ALPHA1, 'pipelineresources', 'PipelineResource');

/** The label with the name of a TaskRun's pipeline task. */
export const PIPELINE_TASK_LABEL = 'tekton.dev/pipelineTask';
/** The label with the PipelineRun of a TaskRun or pod. */
export const PIPELINE_RUN_LABEL = 'tekton.dev/pipelineRun';
/** The label with the TaskRun of a pod. */
export const TASK_RUN_LABEL = 'tekton.dev/taskRun';
/** The label of a TaskRun that is the check of a condition; its value is the name of the TaskRun. */
export const CONDITION_CHECK_LABEL = 'tekton.dev/conditionCheck';
