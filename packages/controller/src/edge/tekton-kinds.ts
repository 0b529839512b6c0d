/** Where the API serves the kinds of Tekton. */

import { resource } from '@pipewright/kube';
import { V1ALPHA1 } from '@pipewright/tekton';

/** The kinds, in Tekton's own spelling. */
export const TASK_RUNS = resource(V1ALPHA1, 'taskruns', 'TaskRun');
export const PIPELINE_RUNS = resource(V1ALPHA1, 'pipelineruns', 'PipelineRun');
export const TASKS = resource(V1ALPHA1, 'tasks', 'Task');
export const CLUSTER_TASKS = resource(V1ALPHA1, 'clustertasks', 'ClusterTask', false);
export const PIPELINES = resource(V1ALPHA1, 'pipelines', 'Pipeline');
export const PIPELINE_RESOURCES = resource(V1ALPHA1, 'pipelineresources', 'PipelineResource');
export const CONDITIONS = resource(V1ALPHA1, 'conditions', 'Condition');
