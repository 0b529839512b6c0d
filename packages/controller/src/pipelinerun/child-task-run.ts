/**
 * Builds the TaskRuns of one task of a PipelineRun, its own and those of its checks: labels, params, resources, hand-over paths.
 *
 * Pure. Names are computed, so that creating a TaskRun is idempotent.
 */

import {
  conditionTaskSpec,
  DEFAULT_TIMEOUT_MS,
  formatDuration,
  inheritedAnnotations,
  TEKTON_LABELS,
  toLabelValue,
  V1ALPHA1,
  writeParams,
  type ParamAssignment,
  type PipelineRunObject,
  type PipelineTaskInput,
  type PipelineTaskModel,
  type PipelineTaskOutput,
  type TaskResourceBinding,
  type TaskRunObject,
  type TaskRunSpec,
} from '@pipewright/tekton';
import { workspaceForTask } from '../pod/workspaces.js';
import type { ResolvedCheck, ResolvedRun, ResolvedTask } from './resolve.js';

/** Returns the TaskRun of a task whose params are resolved. */
export function taskRunFor(
  run: PipelineRunObject,
  resolved: ResolvedRun,
  found: ResolvedTask,
  name: string,
): TaskRunObject {
  const { source: use } = found.task;
  const own = use?.kind === 'reference' ? { [TEKTON_LABELS.task]: toLabelValue(use.name) } : {};
  const metadata = metadataOf(run, resolved, found.task, { name, labels: own, annotations: {} });
  return { apiVersion: V1ALPHA1, kind: 'TaskRun', metadata, spec: specOf(resolved, found) };
}

/** Returns the TaskRun of a check whose params are resolved. */
export function conditionCheckRunFor(
  run: PipelineRunObject,
  resolved: ResolvedRun,
  task: PipelineTaskModel,
  check: ResolvedCheck,
  name: string,
): TaskRunObject {
  const own = { ...check.labels, [TEKTON_LABELS.conditionCheck]: name };
  const metadata = metadataOf(run, resolved, task, {
    name,
    labels: own,
    annotations: inheritedAnnotations(check.annotations),
  });
  const { condition, resources } = check.use;
  const bound = onePerName(resources).flatMap((use) => bindingOf(use, resolved, fromPaths(use, resolved)));
  const spec: TaskRunSpec = {
    taskSpec: conditionTaskSpec(condition, check.spec, new Set(bound.map((binding) => binding.name))),
    ...inputsOf(check.params, bound),
    ...sharedSpec(resolved, task),
    timeout: formatDuration(resolved.run.timeoutMs ?? DEFAULT_TIMEOUT_MS),
  };
  return { apiVersion: V1ALPHA1, kind: 'TaskRun', metadata, spec };
}

type StringMap = Readonly<Record<string, string>>;

function metadataOf(
  { metadata }: PipelineRunObject,
  resolved: ResolvedRun,
  task: PipelineTaskModel,
  own: { readonly name: string; readonly labels: StringMap; readonly annotations: StringMap },
): TaskRunObject['metadata'] {
  return {
    name: own.name,
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    labels: {
      ...metadata.labels,
      ...resolved.inherited.labels, // the run may not have them yet
      ...own.labels,
      [TEKTON_LABELS.pipeline]: toLabelValue(resolved.pipelineName),
      [TEKTON_LABELS.pipelineRun]: toLabelValue(metadata.name ?? ''),
      [TEKTON_LABELS.pipelineTask]: toLabelValue(task.name),
    },
    annotations: {
      ...inheritedAnnotations(metadata.annotations),
      ...inheritedAnnotations(resolved.inherited.annotations),
      ...own.annotations,
    },
    ownerReferences: [
      {
        apiVersion: V1ALPHA1,
        kind: 'PipelineRun',
        name: metadata.name ?? '',
        uid: metadata.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

function specOf(resolved: ResolvedRun, { task, params }: ResolvedTask): TaskRunSpec {
  const inputs = onePerName(task.inputs).flatMap((input) => bindingOf(input, resolved, fromPaths(input, resolved)));
  const outputs = lastPerName(task.outputs).flatMap((output) =>
    bindingOf(output, resolved, [path(resolved, task.name, output.name)]),
  );
  const workspacesOfRun = new Map(resolved.run.workspaces.map((workspace) => [workspace.name, workspace]));
  const workspaces = task.workspaces.flatMap((use) => {
    const binding = workspacesOfRun.get(use.workspace);
    return binding ? [workspaceForTask(binding, use)] : [];
  });
  const embedded = resolved.written.find(({ name }) => name === task.name)?.taskSpec;
  return {
    ...(task.source?.kind === 'reference' && { taskRef: { name: task.source.name, kind: task.source.taskKind } }),
    ...(task.source?.kind === 'embedded' && embedded && { taskSpec: embedded }),
    ...inputsOf(params, inputs),
    ...(outputs.length > 0 && { outputs: { resources: outputs } }),
    ...(workspaces.length > 0 && { workspaces }),
    ...sharedSpec(resolved, task),
    timeout: formatDuration(task.timeoutMs ?? resolved.run.timeoutMs ?? DEFAULT_TIMEOUT_MS),
  };
}

/** Of uses with the same name, keeps the last one at the place of the first, as Tekton does; a TaskRun with two is invalid. */
const lastPerName = <T extends { readonly name: string }>(uses: readonly T[]): readonly T[] => [
  ...new Map(uses.map((use) => [use.name, use])).values(),
];

/** The same for inputs, each with the `from` of all uses of its name. */
const onePerName = (uses: readonly PipelineTaskInput[]): readonly PipelineTaskInput[] =>
  lastPerName(uses).map((use) => ({
    ...use,
    from: uses.filter(({ name }) => name === use.name).flatMap(({ from }) => from),
  }));

const inputsOf = (
  params: readonly ParamAssignment[],
  resources: readonly TaskResourceBinding[],
): Pick<TaskRunSpec, 'inputs'> =>
  params.length === 0 && resources.length === 0
    ? {}
    : {
        inputs: {
          ...(params.length > 0 && { params: writeParams(params) }),
          ...(resources.length > 0 && { resources }),
        },
      };

/** Returns the fields that a task and its checks share: ServiceAccount and pod template. */
function sharedSpec(
  { run }: ResolvedRun,
  task: PipelineTaskModel,
): Pick<TaskRunSpec, 'serviceAccountName' | 'podTemplate'> {
  const account = run.taskServiceAccounts.get(task.name) || run.serviceAccount;
  return { ...(account && { serviceAccountName: account }), ...(run.podTemplate && { podTemplate: run.podTemplate }) };
}

/** Returns what the run binds to a use of a resource; empty for an optional resource that is not bound. */
function bindingOf(
  { name, resource }: PipelineTaskOutput,
  { bindings }: ResolvedRun,
  paths: readonly string[],
): readonly TaskResourceBinding[] {
  const bound = bindings.get(resource)?.resource;
  if (!bound) return [];
  const what = bound.kind === 'reference' ? { resourceRef: { name: bound.name } } : { resourceSpec: bound.spec };
  return [{ name, ...what, ...(paths.length > 0 && { paths }) }];
}

/** Returns the paths of an input that comes `from` tasks: under their name for the resource, or under the input's own name. */
function fromPaths(input: PipelineTaskInput, resolved: ResolvedRun): readonly string[] {
  return input.from.map((producer) => {
    const outputs = resolved.tasks.find(({ task }) => task.name === producer)?.task.outputs;
    return path(resolved, producer, outputs?.find(({ resource }) => resource === input.resource)?.name ?? input.name);
  });
}

const path = ({ artifactPath }: ResolvedRun, task: string, name: string): string =>
  `${artifactPath === undefined ? '' : `${artifactPath}/`}${task}/${name}`;
