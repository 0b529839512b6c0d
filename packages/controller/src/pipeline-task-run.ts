/**
 * Makes the TaskRun of one task of a PipelineRun: its name, labels, params, resources and hand-over paths.
 *
 * Pure. The name is computed, so making it twice makes it once.
 */

import {
  API_VERSION,
  DEFAULT_TIMEOUT,
  formatDuration,
  labelValue,
  type InputUse,
  type OutputUse,
  type PipelineRun,
  type TaskResourceBinding,
  type TaskRun,
  type TaskRunSpec,
} from '@pipewright/tekton';
import { HANDOVER_DIR } from './internal-steps.js';
import { handedDown, labels } from './labels.js';
import { forTask } from './workspaces.js';
import type { ResolvedRun, ResolvedTask } from './pipeline-run-resolve.js';

/** @returns the TaskRun of a task that has all its params */
export function taskRunFor(run: PipelineRun, resolved: ResolvedRun, found: ResolvedTask, name: string): TaskRun {
  const task = found.task.name;
  const { metadata } = run;
  const use = found.task.use;
  return {
    apiVersion: API_VERSION,
    kind: 'TaskRun',
    metadata: {
      name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels: {
        ...metadata.labels,
        [labels.pipeline]: labelValue(resolved.pipelineName),
        [labels.pipelineRun]: labelValue(metadata.name ?? ''),
        [labels.pipelineTask]: labelValue(task),
        ...(use?.from === 'cluster' && { [labels.task]: labelValue(use.name) }),
      },
      annotations: handedDown(metadata.annotations),
      ownerReferences: [
        {
          apiVersion: API_VERSION,
          kind: 'PipelineRun',
          name: metadata.name ?? '',
          uid: metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: specOf(resolved, found),
  };
}

function specOf(resolved: ResolvedRun, { task, params }: ResolvedTask): TaskRunSpec {
  const inputs = task.inputs.map((input) => binding(input, resolved, fromPaths(input, resolved)));
  const outputs = task.outputs.map((output) => binding(output, resolved, [path(resolved, task.name, output.name)]));
  const given = new Map(resolved.run.workspaces.map((workspace) => [workspace.name, workspace]));
  const workspaces = task.workspaces.flatMap((use) => {
    const binding = given.get(use.workspace);
    return binding ? [forTask(binding, use)] : [];
  });
  const account = resolved.run.serviceAccountOf.get(task.name) || resolved.run.serviceAccount;
  const embedded = resolved.written.find(({ name }) => name === task.name)?.taskSpec;
  return {
    ...(task.use?.from === 'cluster' && { taskRef: { name: task.use.name, kind: task.use.kind } }),
    ...(task.use?.from === 'here' && embedded && { taskSpec: embedded }),
    ...((params.length > 0 || inputs.length > 0) && {
      inputs: { ...(params.length > 0 && { params }), ...(inputs.length > 0 && { resources: inputs }) },
    }),
    ...(outputs.length > 0 && { outputs: { resources: outputs } }),
    ...(workspaces.length > 0 && { workspaces }),
    ...(account && { serviceAccountName: account }),
    timeout: formatDuration(task.timeout ?? resolved.run.timeout ?? DEFAULT_TIMEOUT),
    ...(resolved.run.podTemplate && { podTemplate: resolved.run.podTemplate }),
  };
}

function binding(
  { name, resource }: OutputUse,
  { bindings }: ResolvedRun,
  paths: readonly string[],
): TaskResourceBinding {
  const bound = bindings.get(resource)?.resource;
  return {
    name,
    ...(bound?.from === 'cluster' && { resourceRef: { name: bound.name } }),
    ...(bound?.from === 'here' && { resourceSpec: bound.spec }),
    ...(paths.length > 0 && { paths }),
  };
}

/** Where the tasks that an input comes `from` put it: under their name of the same resource, or failing that, under ours. */
function fromPaths(input: InputUse, resolved: ResolvedRun): readonly string[] {
  return input.from.map((producer) => {
    const made = resolved.tasks.find(({ task }) => task.name === producer)?.task.outputs;
    return path(resolved, producer, made?.find(({ resource }) => resource === input.resource)?.name ?? input.name);
  });
}

const path = ({ handsOver }: ResolvedRun, task: string, name: string): string =>
  `${handsOver ? `${HANDOVER_DIR}/` : ''}${task}/${name}`;
