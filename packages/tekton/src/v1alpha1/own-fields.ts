/** Recognizes specs of tekton.dev/v1alpha1 by fields that no other version has: inputs and outputs, PipelineResources, Conditions. */

import { isRecord } from '../schema/conformance.js';

/** Whether a spec has fields that only v1alpha1 has. */
export function hasOwnFields(kind: string, spec: Readonly<Record<string, unknown>>): boolean {
  switch (kind) {
    case 'Task':
      return isOwnTask(spec);
    case 'TaskRun':
      return isOwnTask(spec) || isOwnTask(spec['taskSpec']);
    case 'Pipeline':
      return isOwnPipeline(spec);
    case 'PipelineRun':
      return Array.isArray(spec['resources']) || isOwnPipeline(spec['pipelineSpec']);
    default:
      return false;
  }
}

const isOwnTask = (spec: unknown): boolean => isRecord(spec) && (isRecord(spec['inputs']) || isRecord(spec['outputs']));

function isOwnPipeline(spec: unknown): boolean {
  if (!isRecord(spec)) return false;
  const { resources, tasks } = spec;
  if (Array.isArray(resources)) return true;
  return Array.isArray(tasks) && tasks.some(isOwnPipelineTask);
}

const isOwnPipelineTask = (task: unknown): boolean =>
  isRecord(task) && (isRecord(task['resources']) || Array.isArray(task['conditions']) || isOwnTask(task['taskSpec']));
