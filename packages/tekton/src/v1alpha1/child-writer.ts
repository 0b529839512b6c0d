/**
 * Writes the TaskRuns of a PipelineRun of tekton.dev/v1alpha1: those of its tasks, and of the checks of their Conditions.
 *
 * Separate from the run writer, whose objects users own. Labels are those of Tekton v0.9.2.
 */

import type { ChildRun, MetadataMaps } from '../execution/child-run.js';
import { DEFAULT_TIMEOUT_MS } from '../model/default-options.js';
import { formatDuration } from '../model/duration.js';
import { toLabelValue } from '../execution/child-names.js';
import { inheritedAnnotations, TEKTON_LABELS } from '../model/labels.js';
import type { ResourceBindingModel } from '../model/model.js';
import { writeParams } from './run-writer.js';
import { V1ALPHA1, type TaskResourceBinding, type TaskRun, type TaskRunSpec, type TaskSpec } from './types.js';

/** Returns the TaskRun. */
export const writeTaskRunOfTask = (child: ChildRun): TaskRun => ({
  apiVersion: V1ALPHA1,
  kind: 'TaskRun',
  metadata: metadataOf(child),
  spec: specOf(child),
});

function metadataOf({ name, owner, inherited, own, source, task, pipelineName }: ChildRun): TaskRun['metadata'] {
  return {
    name,
    ...(owner.namespace !== undefined && { namespace: owner.namespace }),
    labels: {
      ...owner.labels,
      ...inherited.labels, // the run may not have them yet
      ...(source.kind === 'reference' && { [TEKTON_LABELS.task]: toLabelValue(source.name) }),
      ...own.labels,
      [TEKTON_LABELS.pipeline]: toLabelValue(pipelineName),
      [TEKTON_LABELS.pipelineRun]: toLabelValue(owner.name ?? ''),
      [TEKTON_LABELS.pipelineTask]: toLabelValue(task),
    },
    annotations: {
      ...inheritedAnnotations(owner.annotations),
      ...inheritedAnnotations(inherited.annotations),
      ...inheritedAnnotations(own.annotations),
    },
    ownerReferences: [
      {
        apiVersion: V1ALPHA1,
        kind: 'PipelineRun',
        name: owner.name ?? '',
        uid: owner.uid ?? '',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

function specOf(child: ChildRun): TaskRunSpec {
  const { source, embedded, params, workspaces, serviceAccount, podTemplate, timeouts } = child;
  const inputs = child.inputs.map(bindingOf);
  const outputs = child.outputs.map(bindingOf);
  return {
    ...(source.kind === 'reference' && { taskRef: { name: source.name, kind: source.taskKind } }),
    ...(embedded && { taskSpec: embedded as TaskSpec }), // of a pipeline of this version
    ...((params.length > 0 || inputs.length > 0) && {
      inputs: {
        ...(params.length > 0 && { params: writeParams(params) }),
        ...(inputs.length > 0 && { resources: inputs }),
      },
    }),
    ...(outputs.length > 0 && { outputs: { resources: outputs } }),
    ...(workspaces.length > 0 && { workspaces }),
    ...(serviceAccount && { serviceAccountName: serviceAccount }),
    ...(podTemplate && { podTemplate }),
    timeout: formatDuration(timeouts.taskMs ?? timeouts.runMs ?? DEFAULT_TIMEOUT_MS),
  };
}

function bindingOf({ name, resource, paths }: ResourceBindingModel): TaskResourceBinding {
  return {
    name,
    ...(resource?.kind === 'reference' && { resourceRef: { name: resource.name } }),
    ...(resource?.kind === 'embedded' && { resourceSpec: resource.spec }),
    ...(paths.length > 0 && { paths }),
  };
}

/** Returns what a PipelineRun gets from its Pipeline, whose labels and annotations take precedence. */
export const inheritedByRun = (_run: MetadataMaps, pipeline: MetadataMaps, pipelineName: string): MetadataMaps => ({
  labels: { ...pipeline.labels, [TEKTON_LABELS.pipeline]: toLabelValue(pipelineName) },
  annotations: inheritedAnnotations(pipeline.annotations),
});
