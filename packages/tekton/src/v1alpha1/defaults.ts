/**
 * Fills in what a user left out of a v1alpha1 object, as Tekton's admission does.
 *
 * Param types, the kind a TaskRun refers to, and the timeout of runs (also brought to Go's one spelling: `60m` is
 * `1h0m0s`). Readers assume the same defaults, so objects that never passed an admission run alike.
 */

import { formatDuration, parseDuration } from '../model/duration.js';
import { paramType } from './reader.js';
import type { V1alpha1Object, ParamSpec, PipelineRunSpec, PipelineSpec, TaskRunSpec, TaskSpec } from './types.js';

/** What the operator of a cluster may decide. */
export interface DefaultOptions {
  /** Milliseconds that a run without `timeout` may take; 0 = for ever. @default 3600000 */
  readonly timeoutMs?: number;
}

/** Milliseconds that a run without `timeout` may take: one hour. */
export const DEFAULT_TIMEOUT_MS = 3_600_000;

/** `object` with defaults filled in; the given one is not changed. Says nothing about whether it is valid. */
export function applyDefaults<T extends V1alpha1Object>(object: T, options: DefaultOptions = {}): T {
  const spec: unknown = object.spec; // may be missing in what a user wrote, whatever its type says
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

/** A user may have written anything, also nothing at all. */
const param = (spec: ParamSpec): ParamSpec =>
  typeof (spec as unknown) !== 'object' || (spec as unknown) === null || spec.type // whatever the type says
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

/** Go's spelling of a timeout; what is no duration stays as it is, to be reported with its own words. */
function timeoutText(text: string | undefined, fallback: number): string {
  if (text === undefined) return formatDuration(fallback);
  const parsed = typeof text === 'string' ? parseDuration(text) : undefined; // a user may have written a number
  return parsed === undefined ? text : formatDuration(parsed);
}
