/**
 * Builds the runs of the tasks of a PipelineRun, those of the checks of their Conditions among them: params, resources, workspaces.
 *
 * Pure. Names are computed, so that creating a run is idempotent. The API version of the PipelineRun writes them.
 */

import {
  conditionTaskSpec,
  inheritedAnnotations,
  mergeReplacements,
  pipelineParamValues,
  substituteInJson,
  TEKTON_LABELS,
  type ChildRun,
  type Combination,
  type ParamAssignment,
  type PipelineRunObject,
  type PipelineTaskInput,
  type PipelineTaskModel,
  type PipelineTaskOutput,
  type PipelineTaskWorkspace,
  type ResourceBindingModel,
  type RunModel,
  type TaskModel,
  type TaskRunObject,
} from '@pipewright/tekton';
import { workspaceForTask } from '../pod/workspaces.js';
import { boundToClaim, workspaceClaims } from '../run/workspace-claims.js';
import type { PreparedTask } from './prepared-task.js';
import type { ResolvedCheck, ResolvedRun, ResolvedTask } from './resolve.js';

/** The run of a task for one combination of its params. */
export interface ChildRequest {
  readonly run: PipelineRunObject;
  readonly resolved: ResolvedRun;
  readonly found: ResolvedTask;
  readonly prepared: PreparedTask;
  /** Timeout in milliseconds of runs that set none. */
  readonly defaultTimeoutMs: number;
}

/** Returns the run of a task. */
export function childRun(request: ChildRequest, combination: Combination, name: string): TaskRunObject {
  const { resolved, found, prepared } = request;
  const { task, written } = prepared;
  const embedded = resolved.rules.definitions.embeddedOf(written);
  const inputs = onePerName(task.inputs).flatMap((input) => bindingOf(input, resolved, fromPaths(input, resolved)));
  const outputs = lastPerName(task.outputs).flatMap((output) =>
    bindingOf(output, resolved, [path(resolved, task.name, output.name)]),
  );
  const params = paramsOf(resolved, found.model, prepared, combination);
  const settings = resolved.run.taskSettings.get(task.name);
  const values = mergeReplacements(resolved.runValues, pipelineParamValues([], params));
  return write(
    {
      ...sharedParts(request, name),
      own: embedded?.metadata ?? {},
      ...(embedded && { embedded: embedded.spec }),
      params,
      inputs,
      outputs,
      workspaces: workspacesOf(request, task, embedded?.spec),
      ...(settings && {
        settings: {
          ...settings,
          ...(settings.podTemplate && { podTemplate: substituteInJson(settings.podTemplate, values) }),
        },
      }),
      timeouts: { taskMs: task.timeoutMs, runMs: resolved.run.timeoutMs, defaultMs: request.defaultTimeoutMs },
      retries: task.retries,
      isFailureIgnored: task.onError === 'continue',
    },
    resolved,
  );
}

/** Returns the TaskRun of a check. */
export function checkRun(
  request: ChildRequest,
  { use, spec, labels, annotations }: ResolvedCheck,
  params: readonly ParamAssignment[],
  name: string,
): TaskRunObject {
  const { resolved } = request;
  const bound = onePerName(use.resources).flatMap((one) => bindingOf(one, resolved, fromPaths(one, resolved)));
  const embedded = conditionTaskSpec(use.condition, spec, new Set(bound.map((binding) => binding.name)));
  const shared = sharedParts(request, name);
  return write(
    {
      ...shared,
      own: {
        labels: { ...labels, [TEKTON_LABELS.conditionCheck]: name },
        annotations: inheritedAnnotations(annotations),
      },
      source: { kind: 'resolver', resolver: '', params: [] }, // embedded below: a check has no Task
      embedded,
      params,
      inputs: bound,
      outputs: [],
      workspaces: [],
      timeouts: { runMs: resolved.run.timeoutMs, defaultMs: request.defaultTimeoutMs },
      retries: 0,
      isFailureIgnored: false,
    },
    resolved,
  );
}

const write = (child: ChildRun, { rules }: ResolvedRun): TaskRunObject => rules.children.write(child) as TaskRunObject; // the only kind yet

function sharedParts({ run, resolved, found, prepared }: ChildRequest, name: string) {
  const { task } = prepared;
  const account = resolved.run.taskServiceAccounts.get(task.name) || resolved.run.serviceAccount;
  return {
    name,
    owner: run.metadata,
    pipelineName: resolved.pipelineName,
    inherited: resolved.inherited,
    task: task.name,
    section: found.section,
    source: task.source ?? ({ kind: 'resolver', resolver: '', params: [] } as const), // such a task is refused before
    ...(account && { serviceAccount: account }),
    ...(resolved.run.podTemplate && { podTemplate: resolved.run.podTemplate }),
  };
}

/** Returns the params of a run: those of the task and its combination, and those from around an embedded task that it has to have. */
function paramsOf(
  { pipeline, run }: ResolvedRun,
  model: TaskModel | undefined,
  { task }: PreparedTask,
  combination: Combination,
): readonly ParamAssignment[] {
  const own = [...task.params, ...combination.params];
  const given = new Set(own.map(({ name }) => name));
  const outer = new Map(
    pipeline.params.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]])),
  );
  for (const { name, value } of run.params) outer.set(name, value);
  const needed = task.source?.kind === 'embedded' ? (model?.params ?? []) : [];
  const inherited = needed.flatMap(({ name, default: fallback }) => {
    const value = outer.get(name);
    return fallback !== undefined || given.has(name) || value === undefined ? [] : [{ name, value }];
  });
  const all = [...own, ...inherited];
  return task.matrix ? all.sort((a, b) => (a.name < b.name ? -1 : 1)) : all;
}

/** Returns the run's bindings that a task uses. An embedded task also gets those that it names and the pipeline does not pass. */
function workspacesOf(
  { run, resolved, found: { model } }: ChildRequest,
  task: PipelineTaskModel,
  embedded: object | undefined,
): RunModel['workspaces'] {
  const bindings = new Map(resolved.run.workspaces.map((workspace) => [workspace.name, workspace]));
  const bound = boundToClaim(workspaceClaims(run, resolved.run.workspaces));
  const passed = new Set(task.workspaces.map(({ name }) => name));
  const text = embedded && bindings.size > 0 ? JSON.stringify(embedded) : '';
  const isUsed = (name: string): boolean =>
    model?.workspaces.some((one) => one.name === name) === true || text.includes(`$(workspaces.${name}.`);
  const propagated = [...bindings.keys()]
    .filter((name) => embedded && !passed.has(name) && isUsed(name))
    .map((name): PipelineTaskWorkspace => ({ name, workspace: name }));
  return [...task.workspaces, ...propagated].flatMap((use) => {
    const binding = bindings.get(use.workspace);
    if (!binding) return [];
    return [workspaceForTask(bound(substituteInJson(binding, resolved.runValues)), use)];
  });
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

/** Returns what the run binds to a use of a resource; empty for an optional resource that is not bound. */
function bindingOf(
  { name, resource }: PipelineTaskOutput,
  { bindings }: ResolvedRun,
  paths: readonly string[],
): readonly ResourceBindingModel[] {
  const bound = bindings.get(resource)?.resource;
  return bound ? [{ name, resource: bound, paths }] : [];
}

/** Returns the paths of an input that comes `from` tasks: under their name for the resource, or under the input's own name. */
function fromPaths(input: PipelineTaskInput, resolved: ResolvedRun): readonly string[] {
  return input.from.map((producer) => {
    const outputs = resolved.tasks.get(producer)?.task.outputs;
    return path(resolved, producer, outputs?.find(({ resource }) => resource === input.resource)?.name ?? input.name);
  });
}

const path = ({ artifactPath }: ResolvedRun, task: string, name: string): string =>
  `${artifactPath === undefined ? '' : `${artifactPath}/`}${task}/${name}`;
