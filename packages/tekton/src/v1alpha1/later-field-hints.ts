/** Hints for fields of tekton.dev/v1 in objects of v1alpha1: what replaces them there, or that only v1 has them. */

const inV1 = (what: string, kind: string): string =>
  `tekton.dev/v1alpha1 has no ${what}: write the ${kind}, and what it refers to, in tekton.dev/v1`;

/** For steps. */
export const STEP_HINTS = {
  computeResources: 'rename it to `resources`: tekton.dev/v1alpha1 has CPU and memory of a container there',
  onError: inV1('steps that may fail', 'Task'),
  timeout: inV1('timeouts of steps', 'Task'),
  when: inV1('when expressions', 'Task'),
  ref: inV1('StepActions', 'Task'),
  results: inV1('results of steps', 'Task'),
};

/** For TaskRuns. */
export const TASK_RUN_HINTS = {
  retries: 'set `retries` of the task in a Pipeline: a v1alpha1 TaskRun is one attempt',
  stepSpecs: 'set `resources` of the steps in the Task',
  sidecarSpecs: 'set `resources` of the sidecars in the Task',
  computeResources: 'set `resources` of the steps in the Task',
};

/** For tasks of a pipeline. */
export const PIPELINE_TASK_HINTS = {
  when: 'write it as `conditions`: tekton.dev/v1alpha1 has no when expressions',
  matrix: inV1('matrix', 'Pipeline'),
  onError: inV1('tasks that may fail', 'Pipeline'),
  pipelineRef: inV1('pipelines in pipelines', 'Pipeline'),
  pipelineSpec: inV1('pipelines in pipelines', 'Pipeline'),
};

/** For Pipelines. */
export const PIPELINE_HINTS = {
  finally: inV1('finally tasks', 'Pipeline'),
  results: inV1('results of pipelines', 'Pipeline'),
};

/** For PipelineRuns. */
export const PIPELINE_RUN_HINTS = {
  taskRunTemplate: 'move its `serviceAccountName` and `podTemplate` to the spec',
  timeouts: 'write `timeouts.pipeline` as `timeout`; the other limits exist only in tekton.dev/v1',
  taskRunSpecs: 'write the ServiceAccounts of tasks as `serviceAccountNames`, with `taskName` and `serviceAccountName`',
};
