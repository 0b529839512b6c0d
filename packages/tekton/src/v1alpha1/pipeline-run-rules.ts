/** The rules of Tekton v0.9.2 for PipelineRuns: one failure ends a run, and the PipelineRun retries the TaskRuns. */

import { taskRunNames } from '../execution/child-names.js';
import type { ConditionUpdate } from '../execution/condition.js';
import type {
  CheckedPipeline,
  CheckedTask,
  DecidedRun,
  PipelineDefinitions,
  PipelineFailures,
  PipelineRunNames,
  PipelineRunRules,
} from '../execution/pipeline-run-rules.js';
import { isSettled } from '../execution/schedule.js';
import type { RunFailure } from '../model/run-failure.js';
import { substituteValue, paramReplacements } from '../variables/replacements.js';
import { resultRefsOfPipelineTask } from '../variables/result-references.js';
import { inheritedByRun, writeTaskRunOfTask } from './child-writer.js';
import { readPipelineTask } from './reader.js';
import {
  conditionNotFound,
  pipelineNotFound,
  pipelineParamsFailure,
  pipelineResourceAmbiguous,
  pipelineResourceNotFound,
  pipelineResourcesFailure,
  pipelineTaskNotFound,
  pipelineWorkspacesFailure,
  taskRunFailure,
  taskWorkspacesFailure,
} from './run-messages.js';
import type { Param, PipelineRunSpec, PipelineSpec, PipelineTask } from './types.js';

const definitions: PipelineDefinitions = {
  tasksOf: (pipeline: PipelineSpec) => ({ tasks: pipeline.tasks ?? [], finally: [] }),
  readTask: readPipelineTask as PipelineDefinitions['readTask'], // tasks of this version
  referencesOf: (task) =>
    resultRefsOfPipelineTask(readPipelineTask(task as PipelineTask)).map((ref) => ({
      kind: 'result',
      section: 'tasks',
      ...ref,
    })), // tasks of this version
  valuesOf: ({ pipeline, run }) => ({
    ...paramReplacements(pipeline.params, run.params, ['params']),
    objects: new Map(),
  }),
  withValues: (task, values) => {
    const { params, conditions, ...rest } = task as PipelineTask; // of this version
    const substituted = (list: readonly Param[]): readonly Param[] =>
      list.map((param) => ({ ...param, value: substituteValue(param.value, values) as Param['value'] })); // of the same type
    return {
      ...rest,
      ...(params && { params: substituted(params) }),
      ...(conditions && {
        conditions: conditions.map((one) => ({ ...one, ...(one.params && { params: substituted(one.params) }) })),
      }),
    };
  },
  pipelineWithValues: (pipeline) => pipeline, // statuses of this version do not record it
  embeddedOf: (task: { readonly taskSpec?: object }) => task.taskSpec && { spec: task.taskSpec, metadata: {} },
};

const idOf = ({ namespace, run }: PipelineRunNames): string => `${namespace}/${run}`;
const pipelineIdOf = ({ namespace, pipeline }: PipelineRunNames): string => `${namespace}/${pipeline}`;
const idsOf = (names: PipelineRunNames) => ({ run: idOf(names), pipeline: pipelineIdOf(names) });

const failures: PipelineFailures = {
  pipelineNotFound: (names) => pipelineNotFound(idOf(names), names.pipeline),
  taskNotFound: (names, { kind, name }) =>
    pipelineTaskNotFound(pipelineIdOf(names), kind === 'Task' ? 'task' : 'clustertask', name),
  conditionNotFound: (names, condition) => conditionNotFound(idOf(names), condition),
  invalidGraph: (names, problem) => ({
    reason: 'PipelineInvalidGraph',
    message: `PipelineRun ${idOf(names)}'s Pipeline DAG is invalid: ${problem}`,
  }),
  invalidSpec: (names, problem) => ({
    reason: 'PipelineValidationFailed',
    message: `Pipeline ${pipelineIdOf(names)} can't be Run; it has an invalid spec: ${problem}`,
  }),
  arguments: (checked) => {
    const { names, pipeline, run } = checked;
    return (
      pipelineResourcesFailure(pipeline, run.resources, idsOf(names)) ??
      missingResource(checked) ??
      pipelineParamsFailure(pipeline.params, run.params, idsOf(names)) ??
      pipelineWorkspacesFailure(pipeline, run.workspaces, idsOf(names))
    );
  },
  taskArguments: (_checked, { task, model, bound }: CheckedTask) => {
    const failure =
      model && (taskRunFailure(model, task.params, bound) ?? taskWorkspacesFailure(model, task.workspaces));
    return failure && { reason: 'PipelineValidationFailed', message: failure.message };
  },
  references: () => undefined,
  missingResult: (subject, { task, result }) =>
    `${subject} needs the result "${result}" of task "${task}", which has ended without it: ` +
    `none of its steps wrote /tekton/results/${result}, or its Task does not declare it`,
};

function missingResource({ names, run, writtenRun, hasResource }: CheckedPipeline): RunFailure | undefined {
  const { resources: written = [] } = writtenRun as PipelineRunSpec; // of this version
  for (const [index, { name, resource }] of run.resources.entries()) {
    if (!resource) return pipelineResourceAmbiguous(idOf(names), name, written[index]);
    if (resource.kind === 'reference' && !hasResource(resource.name))
      return pipelineResourceNotFound(idOf(names), name, resource.name);
  }
  return undefined;
}

const failed = (reason: string, message: string): ConditionUpdate => ({ status: 'False', reason, message });

/** Returns the condition of a run: one failure ends it, whatever still runs. */
function conditionOfTasks({ tasks, failure }: DecidedRun): ConditionUpdate {
  if (failure)
    return failed(
      'Failed',
      `TaskRun ${failure.name} ${failure.isGone ? 'was deleted before it had finished' : 'has failed'}`,
    );
  const decisions = [...tasks.values()];
  for (const decision of decisions)
    if (decision.kind === 'invalid') return failed('InvalidTaskResultReference', decision.message);
  return decisions.every(isSettled)
    ? { status: 'True', reason: 'Succeeded', message: 'All Tasks have completed executing' }
    : { status: 'Unknown', reason: 'Running', message: 'Not all Tasks in the Pipeline have finished executing' };
}

/** The rules. */
export const pipelineRunRules: PipelineRunRules = {
  retriesChildren: true,
  paramsPropagate: false,
  definitions,
  failures,
  conditions: {
    pending: (name) => ({
      status: 'Unknown',
      reason: 'PipelineRunPending',
      message: `PipelineRun "${name}" is pending`,
    }),
    cancelled: (name) => failed('PipelineRunCancelled', `PipelineRun "${name}" was cancelled`),
    timedOut: (name, timeout) =>
      failed('PipelineRunTimeout', `PipelineRun "${name}" failed to finish within "${timeout}"`),
    ofTasks: conditionOfTasks,
    resultsMissing: (name, results) =>
      failed('CouldntGetPipelineResult', `PipelineRun "${name}" lacks the results ${results.join(', ')}`),
    celFailed: (name, message) => failed('CELEvaluationFailed', `Error evaluating CEL ${name}: ${message}`),
  },
  children: {
    namesOf: taskRunNames,
    namesOfMatrix: (owner, task) => [...taskRunNames(owner, [task]).values()], // this version has no matrix
    write: writeTaskRunOfTask,
    isChild: () => false, // its names say so
    cancellation: () => ({ status: 'TaskRunCancelled' }),
    inheritedBy: inheritedByRun,
  },
};
