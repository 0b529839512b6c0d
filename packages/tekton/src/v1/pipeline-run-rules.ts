/** The rules of Tekton v1.15 for PipelineRuns: a failure stops the run, `finally` follows, and TaskRuns retry themselves. */

import type { ConditionUpdate } from '../execution/condition.js';
import type {
  CancelCause,
  DecidedRun,
  PipelineDefinitions,
  PipelineRunRules,
} from '../execution/pipeline-run-rules.js';
import { isSettled } from '../execution/schedule.js';
import { runNamesOfTask } from '../execution/tekton-names.js';
import { TEKTON_LABELS } from '../model/labels.js';
import { pipelineParamValues } from '../variables/pipeline-values.js';
import { taskReferencesIn } from '../variables/task-references.js';
import { inheritedByRun, writeRunOfTask } from './child-writer.js';
import { isCustomDefinition } from './custom-task.js';
import { pipelineFailures } from './pipeline-failures.js';
import { pipelineTaskWithValues, pipelineWithValues, textsOfTask } from './pipeline-substitution.js';
import { readPipelineTask } from './reader.js';
import { countedCondition } from './run-counts.js';
import type { PipelineSpec, PipelineTask } from './types.js';

const definitions: PipelineDefinitions = {
  tasksOf: ({ tasks = [], finally: last = [] }: PipelineSpec) => ({ tasks, finally: last }),
  readTask: (task) => readPipelineTask(task as PipelineTask), // tasks of this version, as below
  referencesOf: (task) => textsOfTask(task as PipelineTask).flatMap((text) => taskReferencesIn(text)),
  valuesOf: ({ pipeline, run, names }, runUid) => {
    const values = pipelineParamValues(pipeline.params, run.params);
    values.strings.set('context.pipelineRun.name', names.run);
    values.strings.set('context.pipelineRun.namespace', names.namespace);
    values.strings.set('context.pipelineRun.uid', runUid);
    values.strings.set('context.pipeline.name', names.pipeline);
    const bound = new Set(run.workspaces.map(({ name }) => name));
    for (const name of pipeline.workspaces) values.strings.set(`workspaces.${name}.bound`, String(bound.has(name)));
    return values;
  },
  withValues: (task, values) => pipelineTaskWithValues(task as PipelineTask, values),
  pipelineWithValues,
  embeddedOf: (task) => embeddedOf(task as PipelineTask),
};

function embeddedOf({ taskSpec, pipelineSpec }: PipelineTask): ReturnType<PipelineDefinitions['embeddedOf']> {
  if (pipelineSpec) return { spec: pipelineSpec, metadata: {} };
  if (!taskSpec) return undefined;
  const { apiVersion, kind, metadata = {}, spec, ...task } = taskSpec;
  void [apiVersion, kind]; // of a custom task
  return { spec: isCustomDefinition(taskSpec) ? (spec ?? {}) : task, metadata };
}

const failed = (reason: string, message: string): ConditionUpdate => ({ status: 'False', reason, message });

const conditionOfTasks = ({ name, run, tasks, finally: last, tasksTimeout }: DecidedRun): ConditionUpdate =>
  countedCondition([...tasks.values(), ...last.values()], {
    name,
    stopRequest: run.stopRequest,
    tasksTimeout,
    isFinallyDone: [...last.values()].every(isSettled),
  });

const CANCELLED_STATUS: Readonly<Record<string, string>> = {
  TaskRun: 'TaskRunCancelled',
  CustomRun: 'RunCancelled',
  PipelineRun: 'Cancelled',
};

const CAUSES: Readonly<Record<CancelCause, string>> = {
  cancelled: 'has been cancelled.',
  timedOut: 'has timed out.',
};

/** Returns the fields that cancel a run. PipelineRuns have no field for a message. */
function cancellation(kind: string, because: CancelCause): Readonly<Record<string, string>> {
  const status = CANCELLED_STATUS[kind] ?? 'Cancelled';
  if (kind === 'PipelineRun') return { status };
  return { status, statusMessage: `${kind} cancelled as the PipelineRun it belongs to ${CAUSES[because]}` };
}

/** The rules. */
export const pipelineRunRules: PipelineRunRules = {
  retriesChildren: false,
  paramsPropagate: true,
  definitions,
  failures: pipelineFailures,
  conditions: {
    pending: (name) => ({
      status: 'Unknown',
      reason: 'PipelineRunPending',
      message: `PipelineRun "${name}" is pending`,
    }),
    cancelled: (name) => failed('Cancelled', `PipelineRun "${name}" was cancelled`),
    timedOut: (name, timeout) =>
      failed('PipelineRunTimeout', `PipelineRun "${name}" failed to finish within "${timeout}"`),
    ofTasks: conditionOfTasks,
    resultsMissing: (name, results) =>
      failed(
        'CouldntGetPipelineResult',
        `Failed to get PipelineResult from TaskRun Results for PipelineRun ${name}: invalid pipelineresults [${results.join(', ')}], the referenced results don't exist`,
      ),
    celFailed: (name, message) => failed('CELEvaluationFailed', `Error evaluating CEL ${name}: ${message}`),
  },
  children: {
    namesOf: ({ name }, tasks) => new Map(tasks.map((task) => [task, runNamesOfTask(name, task, 1)[0] ?? ''])),
    namesOfMatrix: ({ name }, task, count) => runNamesOfTask(name, task, count),
    write: writeRunOfTask,
    isChild: (labels) => labels[TEKTON_LABELS.memberOf] !== undefined,
    cancellation,
    inheritedBy: inheritedByRun,
  },
};
