/**
 * Reads objects of tekton.dev/v1alpha1 into the model.
 *
 * Readers apply defaults and never reject an object: check user objects with `checkObject` first.
 */

import { parseDuration } from '../model/duration.js';
import { conditionCheckStepName } from '../execution/child-names.js';
import type {
  ResourceBindingModel,
  ConditionModel,
  PipelineTaskInput,
  ParamModel,
  PipelineModel,
  PipelineResourceModel,
  PipelineRunModel,
  PipelineTaskModel,
  ResourceModel,
  RunModel,
  VariablePrefixes,
  TaskModel,
  TaskRunModel,
  TaskSource,
  WorkspaceModel,
} from '../model/model.js';
import type {
  ConditionSpec,
  ParamSpec,
  PipelineRunSpec,
  PipelineSpec,
  PipelineTask,
  PipelineTaskInputResource,
  TaskRef,
  TaskResource,
  TaskResourceBinding,
  TaskRunSpec,
  TaskSpec,
  WorkspaceDeclaration,
} from './types.js';
import type { PipelineResourceSpec } from '../model/resource.js';

/** Variable prefixes of v1alpha1 Tasks. */
const TASK_VARIABLE_PREFIXES: VariablePrefixes = {
  params: ['inputs.params'],
  inputs: ['inputs.resources'],
  outputs: ['outputs.resources'],
};

/** Variable prefixes of v1alpha1 Conditions. */
const CONDITION_VARIABLE_PREFIXES: VariablePrefixes = { params: ['params'], inputs: ['resources'], outputs: [] };

/** Returns the type of a param: its `type`, else the type of its default, else `string`. */
export function paramType(param: Pick<ParamSpec, 'type' | 'default'>): 'string' | 'array' {
  return param.type ?? (Array.isArray(param.default) ? 'array' : 'string');
}

const readParam = (param: ParamSpec): ParamModel => ({
  name: param.name,
  type: paramType(param),
  ...(param.default !== undefined && { default: param.default }),
});

const readResource = (resource: TaskResource): ResourceModel => ({
  name: resource.name,
  type: resource.type,
  ...(resource.targetPath && { targetPath: resource.targetPath }),
  isOptional: resource.optional === true,
});

const readWorkspace = (workspace: WorkspaceDeclaration): WorkspaceModel => ({
  name: workspace.name,
  mountPath: workspace.mountPath ?? `/workspace/${workspace.name}`,
  isReadOnly: workspace.readOnly === true,
  isOptional: false,
});

/** Reads the spec of a Task or ClusterTask, or an embedded `taskSpec`. */
export function readTask(spec: TaskSpec): TaskModel {
  return {
    variablePrefixes: TASK_VARIABLE_PREFIXES,
    runPrefixes: TASK_VARIABLE_PREFIXES,
    params: (spec.inputs?.params ?? []).map(readParam),
    inputs: (spec.inputs?.resources ?? []).map(readResource),
    outputs: (spec.outputs?.resources ?? []).map(readResource),
    steps: spec.steps ?? [],
    ...(spec.stepTemplate && { stepTemplate: spec.stepTemplate }),
    sidecars: spec.sidecars ?? [],
    volumes: spec.volumes ?? [],
    results: (spec.results ?? []).map((result) => result.name),
    resultDetails: new Map(),
    workspaces: (spec.workspaces ?? []).map(readWorkspace),
  };
}

/** Reads a Condition: a task with one step, named `condition-check-NAME` (truncated) unless the check has a name. */
export function readCondition(name: string, spec: ConditionSpec): ConditionModel {
  const check = spec.check ?? {};
  return {
    task: {
      variablePrefixes: CONDITION_VARIABLE_PREFIXES,
      runPrefixes: TASK_VARIABLE_PREFIXES,
      params: (spec.params ?? []).map(readParam),
      inputs: (spec.resources ?? []).map(readResource),
      outputs: [],
      steps: [check.name ? check : { ...check, name: conditionCheckStepName(name) }],
      sidecars: [],
      volumes: [],
      results: [],
      resultDetails: new Map(),
      workspaces: [],
    },
  };
}

function readTaskSource(ref: TaskRef | undefined, spec: TaskSpec | undefined): TaskSource | undefined {
  if (ref?.name && !spec) return { kind: 'reference', taskKind: ref.kind ?? 'Task', name: ref.name };
  if (spec && !ref?.name) return { kind: 'embedded', task: readTask(spec) };
  return undefined;
}

const readInput = (input: PipelineTaskInputResource): PipelineTaskInput => ({
  name: input.name,
  resource: input.resource,
  from: input.from ?? [],
});

/** Reads one task of a pipeline. */
export function readPipelineTask(task: PipelineTask): PipelineTaskModel {
  const source = readTaskSource(task.taskRef, task.taskSpec);
  const timeout = readTimeout(task.timeout);
  return {
    name: task.name,
    ...(source && { source }),
    params: task.params ?? [],
    inputs: (task.resources?.inputs ?? []).map(readInput),
    outputs: task.resources?.outputs ?? [],
    workspaces: task.workspaces ?? [],
    runAfter: task.runAfter ?? [],
    conditions: (task.conditions ?? []).map((condition) => ({
      condition: condition.conditionRef,
      params: condition.params ?? [],
      resources: (condition.resources ?? []).map(readInput),
    })),
    retries: task.retries ?? 0,
    when: [],
    onError: 'stopAndFail',
    ...(timeout !== undefined && { timeoutMs: timeout }),
  };
}

/** Reads the spec of a Pipeline, or an embedded `pipelineSpec`. */
export function readPipeline(spec: PipelineSpec): PipelineModel {
  return {
    params: (spec.params ?? []).map(readParam),
    resources: (spec.resources ?? []).map(({ name, type, optional }) => ({
      name,
      type,
      isOptional: optional === true,
    })),
    workspaces: (spec.workspaces ?? []).map((workspace) => workspace.name),
    optionalWorkspaces: new Set(),
    tasks: (spec.tasks ?? []).map(readPipelineTask),
    finally: [],
    results: [],
  };
}

/** Reads a PipelineResource, or an embedded `resourceSpec` under the name of its binding. */
export function readPipelineResource(name: string, spec: PipelineResourceSpec): PipelineResourceModel {
  return {
    name,
    type: spec.type,
    params: new Map((spec.params ?? []).map((param) => [param.name.toLowerCase(), param.value ?? ''])),
    secrets: spec.secrets ?? [],
  };
}

function readBinding(binding: TaskResourceBinding): ResourceBindingModel {
  const ref = binding.resourceRef?.name;
  const base = { name: binding.name, paths: binding.paths ?? [] };
  if (ref && !binding.resourceSpec) return { ...base, resource: { kind: 'reference', name: ref } };
  if (binding.resourceSpec && !ref) return { ...base, resource: { kind: 'embedded', spec: binding.resourceSpec } };
  return base;
}

const readTimeout = (text: string | undefined): number | undefined => (text ? parseDuration(text) : undefined);

type RunSpec = Pick<TaskRunSpec, 'serviceAccount' | 'serviceAccountName' | 'timeout' | 'podTemplate' | 'workspaces'>;

function readRun(spec: RunSpec, params: RunModel['params'], isCancelRequested: boolean): RunModel {
  const serviceAccount = [spec.serviceAccountName, spec.serviceAccount].find(
    (name) => name !== undefined && name !== '',
  );
  const timeout = readTimeout(spec.timeout);
  return {
    params,
    workspaces: spec.workspaces ?? [],
    ...(serviceAccount !== undefined && { serviceAccount }),
    serviceAccountPath: [spec.serviceAccountName ? 'serviceAccountName' : 'serviceAccount'],
    ...(timeout !== undefined && { timeoutMs: timeout }),
    isCancelRequested,
    isPending: false,
    ...(spec.podTemplate && { podTemplate: spec.podTemplate }),
  };
}

/** Reads the spec of a TaskRun. */
export function readTaskRun(spec: TaskRunSpec): TaskRunModel {
  const source = readTaskSource(spec.taskRef, spec.taskSpec);
  return {
    ...readRun(spec, spec.inputs?.params ?? [], spec.status === 'TaskRunCancelled'),
    ...(source && { source }),
    inputs: (spec.inputs?.resources ?? []).map(readBinding),
    outputs: (spec.outputs?.resources ?? []).map(readBinding),
    retries: 0,
    pod: { stepResources: new Map(), sidecarResources: new Map() },
  };
}

/** Reads the spec of a PipelineRun. */
export function readPipelineRun(spec: PipelineRunSpec): PipelineRunModel {
  const ref = spec.pipelineRef?.name;
  const source: PipelineRunModel['source'] =
    ref && !spec.pipelineSpec
      ? { kind: 'reference', name: ref }
      : spec.pipelineSpec && !ref
        ? { kind: 'embedded', pipeline: readPipeline(spec.pipelineSpec) }
        : undefined;
  const accounts = [...(spec.serviceAccounts ?? []), ...(spec.serviceAccountNames ?? [])];
  return {
    ...readRun(spec, spec.params ?? [], spec.status === 'PipelineRunCancelled'),
    ...(source && { source }),
    resources: (spec.resources ?? []).map(readBinding),
    taskServiceAccountsPath: ['serviceAccountNames'],
    ...(spec.status === 'PipelineRunCancelled' && { stopRequest: 'cancel' as const }),
    taskSettings: new Map(),
    taskServiceAccounts: new Map(
      accounts.map((account) => [account.taskName, account.serviceAccountName ?? account.serviceAccount ?? '']),
    ),
  };
}
