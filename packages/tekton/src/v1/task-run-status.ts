/**
 * Writes statuses of TaskRuns in the format of tekton.dev/v1.
 *
 * The status records the Task that the run executes, so types of results and sources of their values are read from it.
 */

import { conditionsOf, succeededCondition } from '../execution/condition.js';
import type { ContainerReport, PodReport, StartedTask, StepOutput } from '../execution/run-progress.js';
import type { TaskRunFormat } from '../execution/status-format.js';
import { ENTRY_TYPES, parseTerminationMessage, textOf } from '../execution/termination-message.js';
import type { SidecarState, StepState, TaskRunResult, TaskRunStatus } from './status.js';
import { resultsFailure, typedResult } from './results.js';
import { writeTaskSpec } from './task-spec-writer.js';
import type { TaskSpec } from './types.js';

/** The format of a TaskRun's status. */
export const taskRunFormat: TaskRunFormat<TaskRunStatus> = {
  withTask,
  withPod,
  nextAttempt: ({ retriesStatus = [], ...attempt } = {}, now) => ({
    conditions: conditionsOf(
      undefined,
      {
        status: 'Unknown',
        reason: 'ToBeRetried',
        message: succeededCondition(attempt)?.message ?? '',
      },
      now,
    ),
    podName: '',
    ...(attempt.taskSpec && { taskSpec: attempt.taskSpec }),
    ...(attempt.provenance && { provenance: attempt.provenance }),
    retriesStatus: [...retriesStatus, attempt],
  }),
  resultsFailure: ({ results = [], taskSpec = {} }) => resultsFailure(taskSpec, results),
  attempt: (status) => status?.retriesStatus?.length ?? 0,
  results: (status) => (status?.results ?? []).map(({ name, value }) => ({ name, value })),
};

function withTask(before: TaskRunStatus, { written, task, source, featureFlags }: StartedTask): TaskRunStatus {
  return {
    ...before,
    podName: before.podName ?? '',
    taskSpec: writeTaskSpec(written, task),
    provenance: { featureFlags, ...(source && { refSource: source }) },
    steps: before.steps ?? task.steps.map(({ name }, index) => ({ name: name || `unnamed-${String(index)}` })),
  };
}

function withPod(before: TaskRunStatus, { podName, steps, sidecars, outputs }: PodReport): TaskRunStatus {
  const { taskSpec = {} } = before;
  const results = outputs.reduce((map, output) => withResult(map, output, taskSpec), new Map<string, TaskRunResult>());
  const states = steps.map((step) => stepState(step, outputs, taskSpec));
  return {
    ...before,
    ...(podName !== undefined && { podName }),
    ...(states.length > 0 && { steps: states }),
    ...(sidecars.length > 0 && { sidecars: sidecars.map(containerState) }),
    ...(results.size > 0 && { results: [...results.values()] }),
  };
}

function containerState({ name, container, imageID, state }: ContainerReport): SidecarState {
  return { name, container, ...(imageID ? { imageID } : {}), ...state };
}

function stepState(step: ContainerReport, outputs: readonly StepOutput[], { steps = [] }: TaskSpec): StepState {
  const { terminated, ...state } = step.state;
  const declared = steps.find(({ name }, index) => (name || `unnamed-${String(index)}`) === step.name)?.results ?? [];
  const results = outputs.flatMap((output) =>
    output.kind === 'step-result' && output.step === step.name
      ? [
          typedResult(
            output.name,
            output.value,
            declared.find(({ name }) => name === output.name),
          ),
        ]
      : [],
  );
  return {
    ...containerState({ ...step, state }),
    ...(terminated && { terminated: withShownMessage(terminated) }),
    ...(step.terminationReason !== undefined && { terminationReason: step.terminationReason }),
    ...(results.length > 0 && { results }),
  };
}

type Terminated = NonNullable<StepState['terminated']>;

const withShownMessage = ({ message, ...ended }: Terminated): Terminated => {
  const shown = shownMessage(message);
  return shown === '' ? ended : { ...ended, message: shown };
};

/** Returns a termination message as statuses repeat it: without the entries about the step itself. */
function shownMessage(message: string | undefined): string {
  const entries = parseTerminationMessage(message);
  if (!entries) return message ?? '';
  const shown = entries.filter(({ type }) => type !== ENTRY_TYPES.internal);
  return shown.length === 0 ? '' : JSON.stringify(shown);
}

/** Adds what an output gives to the results of the Task: its own, and those that take their value from a result of a step. */
function withResult(
  to: Map<string, TaskRunResult>,
  output: StepOutput,
  { results: declared = [] }: TaskSpec,
): Map<string, TaskRunResult> {
  if (output.kind === 'resource') return to;
  const { name, value } = output;
  const source = output.kind === 'step-result' ? `steps.${output.step}.results.${name}` : undefined;
  for (const result of declared) {
    const from = textOf(result.value);
    const takes = source === undefined ? result.name === name : from === `$(${source})` || from === `$(${source}[*])`;
    if (takes) to.set(result.name, typedResult(result.name, value, result));
  }
  return to;
}
