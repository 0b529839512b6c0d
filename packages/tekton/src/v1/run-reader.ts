/** Reads TaskRuns, PipelineRuns and CustomRuns of tekton.dev/v1 into the model. */

import type { ResourceRequirements } from '../model/kubernetes.js';
import type {
  ContainerResources,
  CustomRunModel,
  PipelineRunModel,
  PipelineTaskSettings,
  PodSettings,
  RunModel,
  StopRequest,
  TaskRunModel,
} from '../model/model.js';
import { readPipelineSource, readTaskSource, readTimeout } from './reader.js';
import type {
  CustomRunSpec,
  PipelineRunSpec,
  PipelineTaskRunSpec,
  RunPodTemplate,
  TaskRunSpec,
  TaskRunStepSpec,
} from './types.js';

type RunSpec = Pick<TaskRunSpec, 'params' | 'workspaces' | 'managedBy'>;

/** What all runs have, from wherever the kind has it. */
interface SharedParts {
  readonly serviceAccount: string | undefined;
  readonly serviceAccountPath: readonly string[];
  readonly timeout: string | undefined;
  readonly podTemplate: RunPodTemplate | undefined;
  readonly isCancelRequested: boolean;
  readonly isPending: boolean;
}

function readRun(
  spec: RunSpec,
  { serviceAccount, serviceAccountPath, timeout, podTemplate, ...rest }: SharedParts,
): RunModel {
  return {
    params: spec.params ?? [],
    workspaces: spec.workspaces ?? [],
    ...(serviceAccount && { serviceAccount }),
    serviceAccountPath,
    ...readTimeout(timeout),
    ...rest,
    ...(podTemplate && { podTemplate }),
    ...(spec.managedBy && { managedBy: spec.managedBy }),
  };
}

const readContainerResources = (specs: readonly TaskRunStepSpec[] = []): ContainerResources =>
  new Map(specs.flatMap(({ name, computeResources }) => (computeResources ? [[name, computeResources] as const] : [])));

function readPodSettings(spec: {
  readonly stepSpecs?: readonly TaskRunStepSpec[];
  readonly sidecarSpecs?: readonly TaskRunStepSpec[];
  readonly computeResources?: ResourceRequirements;
}): PodSettings {
  return {
    stepResources: readContainerResources(spec.stepSpecs),
    sidecarResources: readContainerResources(spec.sidecarSpecs),
    ...(spec.computeResources && { podResources: spec.computeResources }),
  };
}

const readCancelReason = (statusMessage = ''): { cancelReason?: string } =>
  statusMessage === '' ? {} : { cancelReason: statusMessage };

/** Reads the spec of a TaskRun. */
export function readTaskRun(spec: TaskRunSpec): TaskRunModel {
  const source = readTaskSource(spec.taskRef, spec.taskSpec);
  const { onFailure = '', beforeSteps = [] } = spec.debug?.breakpoints ?? {};
  return {
    ...readRun(spec, {
      serviceAccount: spec.serviceAccountName,
      serviceAccountPath: ['serviceAccountName'],
      timeout: spec.timeout,
      podTemplate: spec.podTemplate,
      isCancelRequested: spec.status === 'TaskRunCancelled',
      isPending: spec.status === 'TaskRunPending',
    }),
    ...(source && { source }),
    inputs: [],
    outputs: [],
    retries: Math.max(0, spec.retries ?? 0),
    ...readCancelReason(spec.statusMessage),
    pod: readPodSettings(spec),
    ...(spec.debug && { debug: { beforeSteps, onFailure: onFailure === 'enabled' } }),
  };
}

const STOP_REQUESTS: Readonly<Record<string, StopRequest>> = {
  Cancelled: 'cancel',
  CancelledRunFinally: 'cancelRunFinally',
  StoppedRunFinally: 'stopRunFinally',
};

function readTaskSettings(spec: PipelineTaskRunSpec): PipelineTaskSettings {
  return {
    ...readPodSettings(spec),
    ...(spec.podTemplate && { podTemplate: spec.podTemplate }),
    ...readTimeout(spec.timeout),
    labels: spec.metadata?.labels ?? {},
    annotations: spec.metadata?.annotations ?? {},
  };
}

/** Reads the spec of a PipelineRun. */
export function readPipelineRun(spec: PipelineRunSpec): PipelineRunModel {
  const source = readPipelineSource(spec.pipelineRef, spec.pipelineSpec);
  const { taskRunTemplate = {}, taskRunSpecs = [], timeouts = {}, status = '' } = spec;
  const stopRequest = STOP_REQUESTS[status];
  const { timeoutMs: tasksTimeoutMs } = readTimeout(timeouts.tasks);
  const { timeoutMs: finallyTimeoutMs } = readTimeout(timeouts.finally);
  return {
    ...readRun(spec, {
      serviceAccount: taskRunTemplate.serviceAccountName,
      serviceAccountPath: ['taskRunTemplate', 'serviceAccountName'],
      timeout: timeouts.pipeline,
      podTemplate: taskRunTemplate.podTemplate,
      isCancelRequested: stopRequest !== undefined,
      isPending: status === 'PipelineRunPending',
    }),
    ...(source && { source }),
    resources: [],
    taskServiceAccounts: new Map(
      taskRunSpecs.flatMap(({ pipelineTaskName = '', serviceAccountName }) =>
        serviceAccountName ? [[pipelineTaskName, serviceAccountName] as const] : [],
      ),
    ),
    taskServiceAccountsPath: ['taskRunSpecs'],
    ...(stopRequest && { stopRequest }),
    ...(tasksTimeoutMs !== undefined && { tasksTimeoutMs }),
    ...(finallyTimeoutMs !== undefined && { finallyTimeoutMs }),
    taskSettings: new Map(
      taskRunSpecs.map((settings) => [settings.pipelineTaskName ?? '', readTaskSettings(settings)]),
    ),
  };
}

/** Reads the spec of a CustomRun. */
export function readCustomRun(spec: CustomRunSpec): CustomRunModel {
  const { customRef, customSpec } = spec;
  const definition = customRef ?? customSpec;
  return {
    ...readRun(spec, {
      serviceAccount: spec.serviceAccountName,
      serviceAccountPath: ['serviceAccountName'],
      timeout: spec.timeout,
      podTemplate: undefined,
      isCancelRequested: spec.status === 'RunCancelled',
      isPending: false,
    }),
    ...(definition &&
      !(customRef && customSpec) && {
        source: {
          kind: 'custom',
          apiVersion: definition.apiVersion ?? '',
          customKind: definition.kind ?? '',
          definition: customRef
            ? { kind: 'reference', name: customRef.name ?? '' }
            : { kind: 'embedded', spec: customSpec?.spec ?? {} },
        },
      }),
    retries: Math.max(0, spec.retries ?? 0),
    ...readCancelReason(spec.statusMessage),
  };
}
