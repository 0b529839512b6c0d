/**
 * Applies the defaults of Tekton's webhook to v1alpha1 objects: param types, kinds of task references, timeouts.
 *
 * Readers assume the same defaults, so objects that bypassed the webhook run the same way.
 */

import { DEFAULT_TIMEOUT_MS, type DefaultOptions } from '../model/default-options.js';
import { formatDuration, parseDuration } from '../model/duration.js';
import { paramType } from './reader.js';
import type { V1alpha1Object, ParamSpec, PipelineRunSpec, PipelineSpec, TaskRunSpec, TaskSpec } from './types.js';

/** Returns a copy of an object with defaults. Returns objects of other shapes unchanged. */
export function withDefaults<T extends object>(object: T, { timeoutMs = DEFAULT_TIMEOUT_MS }: DefaultOptions): T {
  const v1alpha1 = object as unknown as V1alpha1Object; // its apiVersion says so; the cases below handle other shapes
  const spec: unknown = v1alpha1.spec; // may be absent in user objects, despite the type
  if (typeof spec !== 'object' || spec === null) return object;
  return { ...object, spec: defaultsOf(v1alpha1, timeoutMs) };
}

function defaultsOf(object: V1alpha1Object, timeout: number): object {
  switch (object.kind) {
    case 'Task':
    case 'ClusterTask':
      return taskSpec(object.spec);
    case 'Pipeline':
      return pipelineSpec(object.spec);
    case 'TaskRun':
      return taskRunSpec(object.spec, timeout);
    case 'PipelineRun':
      return pipelineRunSpec(object.spec, timeout);
    case 'Condition':
      return object.spec.params ? { ...object.spec, params: object.spec.params.map(param) } : object.spec;
    case 'PipelineResource':
      return object.spec;
  }
}

/** Applies the default type of a param. The input may be invalid in any way. */
const param = (spec: ParamSpec): ParamSpec =>
  typeof (spec as unknown) !== 'object' || (spec as unknown) === null || spec.type // user objects may be invalid
    ? spec
    : { ...spec, type: paramType(spec) };

function taskSpec(spec: TaskSpec): TaskSpec {
  if (!Array.isArray(spec.inputs?.params)) return spec;
  return { ...spec, inputs: { ...spec.inputs, params: spec.inputs.params.map(param) } };
}

function pipelineSpec(spec: PipelineSpec): PipelineSpec {
  return {
    ...spec,
    ...(spec.params && { params: spec.params.map(param) }),
    ...(spec.tasks && {
      tasks: spec.tasks.map((task) => (task.taskSpec ? { ...task, taskSpec: taskSpec(task.taskSpec) } : task)),
    }),
  };
}

function taskRunSpec(spec: TaskRunSpec, timeout: number): TaskRunSpec {
  return {
    ...spec,
    ...(spec.taskRef && { taskRef: { ...spec.taskRef, kind: spec.taskRef.kind || 'Task' } }),
    ...(spec.taskSpec && { taskSpec: taskSpec(spec.taskSpec) }),
    timeout: timeoutText(spec.timeout, timeout),
  };
}

function pipelineRunSpec(spec: PipelineRunSpec, timeout: number): PipelineRunSpec {
  return {
    ...spec,
    ...(spec.pipelineSpec && { pipelineSpec: pipelineSpec(spec.pipelineSpec) }),
    timeout: timeoutText(spec.timeout, timeout),
  };
}

/** Formats a timeout as Go does. Invalid timeouts are kept, so that validation reports the original text. */
function timeoutText(text: string | undefined, fallback: number): string {
  if (text === undefined) return formatDuration(fallback);
  const parsed = typeof text === 'string' ? parseDuration(text) : undefined; // may be a number in user objects
  return parsed === undefined ? text : formatDuration(parsed);
}
