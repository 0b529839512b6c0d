/** The kinds that a run is made of, as resources of the API. */

import { resource } from '@pipewright/kube';

const V1ALPHA1 = 'tekton.dev/v1alpha1';

/** Where the API serves the kinds that a run is told by. */
export const PIPELINE_RUNS = resource(V1ALPHA1, 'pipelineruns', 'PipelineRun');
export const TASK_RUNS = resource(V1ALPHA1, 'taskruns', 'TaskRun');
export const PIPELINE_RESOURCES = resource(V1ALPHA1, 'pipelineresources', 'PipelineResource');

/** The label that says which task of its pipeline a TaskRun is. */
export const PIPELINE_TASK_LABEL = 'tekton.dev/pipelineTask';
/** The label that says which PipelineRun a TaskRun or a pod belongs to. */
export const PIPELINE_RUN_LABEL = 'tekton.dev/pipelineRun';
/** The label that says which TaskRun a pod belongs to. */
export const TASK_RUN_LABEL = 'tekton.dev/taskRun';
/** The label that says that a TaskRun is the check of a condition; its value is the TaskRun's name. */
export const CONDITION_CHECK_LABEL = 'tekton.dev/conditionCheck';
