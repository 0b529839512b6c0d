/**
 * Applies the defaults that Tekton's webhook applies to v1alpha1 objects: types of params, kind of task references, timeouts.
 *
 * Readers assume the same defaults, so objects that bypassed the webhook run alike.
 */

import { formatDuration, parseDuration } from '../model/duration.js';
import { paramType } from './reader.js';
import type { V1alpha1Object, ParamSpec, PipelineRunSpec, PipelineSpec, TaskRunSpec, TaskSpec } from './types.js';

/** Settings of a cluster's operator. */
export interface DefaultOptions {
  /** Milliseconds that a run without `timeout` may take; 0 = for ever. @default 3600000 */
  readonly timeoutMs?: number;
}

/** Milliseconds that a run without `timeout` may take: one hour. */
export const DEFAULT_TIMEOUT_MS = 3_600_000;

/** Returns a copy of `object` with defaults. Does not validate it. */
export function applyDefaults<T extends V1alpha1Object>(object: T, options: DefaultOptions = {}): T {
  const spec: unknown = object.spec; // a user's object may lack it, despite its type
  if (typeof spec !== 'object' || spec === null) return object;
  return { ...object, spec: defaultsOf(object, options.timeoutMs ?? DEFAULT_TIMEOUT_MS) };
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

/** The input may be invalid in any way. */
const param = (spec: ParamSpec): ParamSpec =>
  typeof (spec as unknown) !== 'object' || (spec as unknown) === null || spec.type // a user's object may be invalid, despite its type
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

/** Go's form of a timeout. An invalid one stays, so that the check reports it as written. */
function timeoutText(text: string | undefined, fallback: number): string {
  if (text === undefined) return formatDuration(fallback);
  const parsed = typeof text === 'string' ? parseDuration(text) : undefined; // a user may have written a number
  return parsed === undefined ? text : formatDuration(parsed);
}
