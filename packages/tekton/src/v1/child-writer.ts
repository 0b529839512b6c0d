/**
 * Writes the runs of a PipelineRun of tekton.dev/v1: TaskRuns, CustomRuns for custom tasks, and PipelineRuns for pipelines in pipelines.
 *
 * Separate from the run writer, whose objects users own. Labels, annotations and precedence are Tekton's.
 */

import type { ChildRun, MetadataMaps } from '../execution/child-run.js';
import { formatDuration } from '../model/duration.js';
import { inheritedAnnotations, MANAGED_BY_TEKTON, ON_ERROR_ANNOTATION, TEKTON_LABELS } from '../model/labels.js';
import type { ContainerResources, CustomTaskSource, ResolverSource } from '../model/model.js';
import type { PodTemplate } from '../model/pod.js';
import type { RunObject } from '../model/run-status.js';
import { V1, V1BETA1, type CustomRun, type PipelineRun, type TaskRun } from './objects.js';
import type {
  CustomRunSpec,
  PipelineSpec,
  RunPodTemplate,
  RunWorkspaceBinding,
  TaskRunSpec,
  TaskRunStepSpec,
  TaskSpec,
} from './types.js';

const SERVICE_ACCOUNT = 'default';

/** Returns the run of a task. */
export function writeRunOfTask(child: ChildRun): RunObject {
  const { source } = child;
  if (source.kind === 'custom') return customRun(child, source);
  return source.kind === 'pipeline' ? pipelineRun(child) : taskRun(child);
}

function taskRun(child: ChildRun): TaskRun {
  const managed = { [TEKTON_LABELS.managedBy]: MANAGED_BY_TEKTON };
  return { apiVersion: V1, kind: 'TaskRun', metadata: metadataOf(child, managed), spec: taskRunSpec(child) };
}

function taskRunSpec(child: ChildRun): TaskRunSpec {
  const { source, embedded, settings, retries } = child;
  const podTemplate = mergedTemplate(settings?.podTemplate, child.podTemplate);
  return {
    ...(source.kind === 'reference' && { taskRef: { name: source.name, kind: source.taskKind } }),
    ...(source.kind === 'resolver' && { taskRef: resolverRef(source) }),
    ...(embedded && { taskSpec: embedded as TaskSpec }), // of a pipeline of this version
    ...sharedSpec(child),
    ...(retries > 0 && { retries }),
    timeout: timeoutOf(child),
    ...(podTemplate && { podTemplate: podTemplate }),
    ...containerSpecs('stepSpecs', settings?.stepResources),
    ...containerSpecs('sidecarSpecs', settings?.sidecarResources),
    ...(settings?.podResources && { computeResources: settings.podResources }),
  };
}

const resolverRef = ({ resolver, params }: ResolverSource) => ({ resolver, ...(params.length > 0 && { params }) });

/** The fields that runs of all kinds have in common. */
function sharedSpec({ params, workspaces, serviceAccount }: ChildRun) {
  return {
    ...(params.length > 0 && { params }),
    serviceAccountName: serviceAccount ?? SERVICE_ACCOUNT,
    ...(workspaces.length > 0 && { workspaces: workspaces as readonly RunWorkspaceBinding[] }), // of a run of this version
  };
}

const timeoutOf = ({ settings, timeouts }: ChildRun): string =>
  formatDuration(settings?.timeoutMs ?? timeouts.taskMs ?? timeouts.defaultMs);

const containerSpecs = (
  field: 'stepSpecs' | 'sidecarSpecs',
  resources: ContainerResources = new Map(),
): TaskRunSpec => {
  const specs: TaskRunStepSpec[] = [...resources].map(([name, computeResources]) => ({ name, computeResources }));
  return specs.length === 0 ? {} : { [field]: specs };
};

/** Returns a template with what it lacks from another; `env` and `volumes` are merged by name. */
function mergedTemplate(own: PodTemplate | undefined, shared: PodTemplate | undefined): RunPodTemplate | undefined {
  if (!own || !shared) return own ?? shared;
  const [mine, theirs]: readonly RunPodTemplate[] = [own, shared];
  const byName = <T extends { readonly name?: string }>(first: readonly T[] = [], rest: readonly T[] = []) => {
    const names = new Set(first.map(({ name }) => name));
    return [...first, ...rest.filter(({ name }) => !names.has(name))];
  };
  const env = byName(mine?.env, theirs?.env);
  const volumes = byName(mine?.volumes, theirs?.volumes);
  return { ...theirs, ...mine, ...(env.length > 0 && { env }), ...(volumes.length > 0 && { volumes }) };
}

function customRun(child: ChildRun, { apiVersion, customKind: kind, definition }: CustomTaskSource): CustomRun {
  const { retries, own, settings, timeouts } = child;
  const timeoutMs = settings?.timeoutMs ?? timeouts.taskMs;
  const metadata = Object.keys({ ...own.labels, ...own.annotations }).length > 0 && { metadata: own };
  const what: CustomRunSpec =
    definition.kind === 'reference'
      ? { customRef: { apiVersion, kind, ...(definition.name !== '' && { name: definition.name }) } }
      : { customSpec: { apiVersion, kind, spec: definition.spec, ...(metadata as object) } };
  return {
    apiVersion: V1BETA1,
    kind: 'CustomRun',
    metadata: metadataOf({ ...child, own: {} }),
    spec: {
      ...what,
      ...sharedSpec(child),
      ...(retries > 0 && { retries }),
      ...(timeoutMs !== undefined && { timeout: formatDuration(timeoutMs) }),
    },
  };
}

function pipelineRun(child: ChildRun): PipelineRun {
  const { source, embedded, params, workspaces, serviceAccount } = child;
  const from = source.kind === 'pipeline' ? source.source : undefined;
  const podTemplate = mergedTemplate(child.settings?.podTemplate, child.podTemplate);
  return {
    apiVersion: V1,
    kind: 'PipelineRun',
    metadata: metadataOf(child),
    spec: {
      ...(from?.kind === 'reference' && { pipelineRef: { name: from.name } }),
      ...(from?.kind === 'resolver' && { pipelineRef: resolverRef(from) }),
      ...(embedded && { pipelineSpec: embedded as PipelineSpec }), // of a pipeline of this version
      ...(params.length > 0 && { params }),
      taskRunTemplate: {
        serviceAccountName: serviceAccount ?? SERVICE_ACCOUNT,
        ...(podTemplate && { podTemplate }),
      },
      timeouts: { pipeline: timeoutOf(child) },
      ...(workspaces.length > 0 && { workspaces: workspaces as readonly RunWorkspaceBinding[] }), // of a run of this version
    },
  };
}

/** Labels of the task's settings take precedence over those of the run, and these over those of the definition. */
function metadataOf(child: ChildRun, managed: Readonly<Record<string, string>> = {}): TaskRun['metadata'] {
  const { name, owner, inherited, own, settings, task, section, pipelineName, isFailureIgnored } = child;
  const annotations = {
    ...inheritedAnnotations(own.annotations),
    ...inheritedAnnotations(inherited.annotations),
    ...inheritedAnnotations(owner.annotations),
    ...settings?.annotations,
    ...(isFailureIgnored && { [ON_ERROR_ANNOTATION]: 'continue' }),
  };
  return {
    name,
    ...(owner.namespace !== undefined && { namespace: owner.namespace }),
    labels: {
      ...managed,
      ...own.labels,
      ...inherited.labels,
      ...owner.labels,
      ...settings?.labels,
      [TEKTON_LABELS.pipeline]: pipelineName,
      [TEKTON_LABELS.pipelineRun]: owner.name ?? '',
      [TEKTON_LABELS.pipelineRunUid]: owner.uid ?? '',
      [TEKTON_LABELS.pipelineTask]: task,
      [TEKTON_LABELS.memberOf]: section,
    },
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ownerReferences: [
      {
        apiVersion: V1,
        kind: 'PipelineRun',
        name: owner.name ?? '',
        uid: owner.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

/** Returns what a PipelineRun gets from its Pipeline: what it does not have itself. */
export const inheritedByRun = (run: MetadataMaps, pipeline: MetadataMaps, pipelineName: string): MetadataMaps => ({
  labels: { ...pipeline.labels, ...run.labels, [TEKTON_LABELS.pipeline]: pipelineName },
  annotations: { ...inheritedAnnotations(pipeline.annotations), ...run.annotations },
});
