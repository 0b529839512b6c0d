/**
 * Writes the Task that a TaskRun executes into its status: the spec as written, with the values of its variables and the steps of its
 * StepActions.
 *
 * What no variable can change is copied from the written spec, so that nothing of it is lost.
 */

import { formatDuration } from '../model/duration.js';
import type { StepModel, TaskModel } from '../model/model.js';
import type { Sidecar, Step, StepTemplate, TaskResult, TaskSpec } from './types.js';

/** Returns the spec of a Task with the values of its variables. */
export function writeTaskSpec(written: object, task: TaskModel): TaskSpec {
  const spec: TaskSpec = written; // of the version of this file
  return {
    ...spec,
    steps: task.steps.map((step, index) => writeStep(step, spec.steps?.[index])),
    ...(task.stepTemplate && { stepTemplate: withComputeResources(task.stepTemplate) }),
    ...(task.sidecars.length > 0 && { sidecars: task.sidecars.map(writeSidecar) }),
    ...(task.volumes.length > 0 && { volumes: task.volumes }),
  };
}

/** Returns a container with the name that this version has for compute resources. */
function withComputeResources<T extends { readonly resources?: StepTemplate['computeResources'] }>({
  resources,
  ...container
}: T): Omit<T, 'resources'> & Pick<StepTemplate, 'computeResources'> {
  return resources === undefined ? container : { ...container, computeResources: resources };
}

function writeSidecar({ isolatedWorkspaces, ...sidecar }: StepModel): Sidecar {
  return { ...withComputeResources(sidecar), ...(isolatedWorkspaces && { workspaces: isolatedWorkspaces }) };
}

function writeStep(step: StepModel, written: Step | undefined): Step {
  const {
    action,
    actionParams,
    stepResults,
    when,
    timeoutMs,
    stdoutPath,
    stderrPath,
    isolatedWorkspaces,
    ...container
  } = step;
  void [action, actionParams]; // the step has what they stand for
  return {
    ...withComputeResources(container),
    ...(written?.displayName !== undefined && { displayName: written.displayName }),
    ...(timeoutMs !== undefined && { timeout: formatDuration(timeoutMs) }),
    ...(isolatedWorkspaces && { workspaces: isolatedWorkspaces }),
    ...(stdoutPath !== undefined && { stdoutConfig: { path: stdoutPath } }),
    ...(stderrPath !== undefined && { stderrConfig: { path: stderrPath } }),
    ...(stepResults && { results: stepResults.map(writeResult) }),
    ...(when && {
      when: when.map((expression) =>
        expression.kind === 'cel'
          ? { cel: expression.expression }
          : { input: expression.input, operator: expression.operator, values: expression.values },
      ),
    }),
  };
}

const writeResult = ({ name, type, keys }: NonNullable<StepModel['stepResults']>[number]): TaskResult => ({
  name,
  type,
  ...(keys && { properties: Object.fromEntries(keys.map((key) => [key, { type: 'string' }])) }),
});
