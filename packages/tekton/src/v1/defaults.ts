/**
 * Applies the defaults of Tekton's webhook to objects of tekton.dev/v1: types, kinds of references, ServiceAccounts, timeouts.
 *
 * Readers assume the same defaults, so objects that bypassed the webhook run the same way.
 */

import { DEFAULT_TIMEOUT_MS, type DefaultOptions } from '../model/default-options.js';
import { formatDuration, parseDuration } from '../model/duration.js';
import type { V1Object } from './objects.js';
import { typeOfParam } from './param-types.js';
import type {
  ParamSpec,
  PipelineSpec,
  PipelineTask,
  PropertySpec,
  TaskRef,
  TaskResult,
  TaskSpec,
  Value,
} from './types.js';

const SERVICE_ACCOUNT = 'default';

/** Returns a copy of `object` with defaults. Does not validate it. */
export function withDefaults<T extends object>(object: T, { timeoutMs = DEFAULT_TIMEOUT_MS }: DefaultOptions): T {
  const spec: unknown = 'spec' in object ? object.spec : undefined;
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return object;
  return { ...object, spec: specWithDefaults(object as unknown as V1Object, timeoutMs) }; // of this version, since it was found by its apiVersion
}

function specWithDefaults(object: V1Object, timeoutMs: number): object {
  switch (object.kind) {
    case 'Task':
      return taskSpec(object.spec);
    case 'Pipeline':
      return pipelineSpec(object.spec);
    case 'TaskRun': {
      const { spec } = object;
      return {
        ...spec,
        ...(spec.taskRef && { taskRef: taskRef(spec.taskRef) }),
        ...(spec.taskSpec && { taskSpec: taskSpec(spec.taskSpec) }),
        serviceAccountName: spec.serviceAccountName || SERVICE_ACCOUNT,
        timeout: duration(spec.timeout, timeoutMs),
        ...listOf(spec.params, 'params', param),
      };
    }
    case 'PipelineRun': {
      const { spec } = object;
      const { serviceAccountName } = spec.taskRunTemplate ?? {};
      return {
        ...spec,
        ...(spec.pipelineSpec && { pipelineSpec: pipelineSpec(spec.pipelineSpec) }),
        taskRunTemplate: { ...spec.taskRunTemplate, serviceAccountName: serviceAccountName || SERVICE_ACCOUNT },
        timeouts: timeouts(spec.timeouts ?? {}, timeoutMs),
        ...listOf(spec.taskRunSpecs, 'taskRunSpecs', formattedTimeout),
        ...listOf(spec.params, 'params', param),
      };
    }
    case 'StepAction': {
      const { spec } = object;
      return {
        ...spec,
        ...listOf(spec.params, 'params', paramSpec),
        ...listOf(spec.results, 'results', result),
      };
    }
    case 'CustomRun':
      return { ...object.spec, serviceAccountName: object.spec.serviceAccountName || SERVICE_ACCOUNT };
  }
}

/** Applies a default to each item; the list may be invalid in any way. */
function listOf<T extends object>(list: readonly T[] | undefined, field: string, each: (item: T) => T): object {
  if (!Array.isArray(list)) return {};
  const items = (list as readonly T[]).map((item) =>
    typeof (item as unknown) === 'object' && (item as unknown) !== null ? each(item) : item,
  ); // user objects may be invalid
  return { [field]: items };
}

const properties = (all: Readonly<Record<string, PropertySpec>>): Readonly<Record<string, PropertySpec>> =>
  Object.fromEntries(Object.entries(all).map(([key, { type, ...rest }]) => [key, { ...rest, type: type || 'string' }]));

/** Tekton reads numbers and booleans as text. */
const text = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? JSON.stringify(value) : value;

const param = <T extends { readonly value: unknown }>(given: T): T => ({ ...given, value: text(given.value) });

const paramSpec = (declared: ParamSpec): ParamSpec => ({
  ...declared,
  type: typeOfParam(declared),
  ...(declared.properties && { properties: properties(declared.properties) }),
  ...(declared.default !== undefined && { default: text(declared.default) as Value }), // a number becomes text
});

const result = (declared: TaskResult): TaskResult => ({
  ...declared,
  type: declared.type || (declared.properties ? 'object' : 'string'),
  ...(declared.properties && { properties: properties(declared.properties) }),
});

/** A reference by resolver has no kind. */
const taskRef = (ref: TaskRef): TaskRef => (ref.resolver || ref.kind || !ref.name ? ref : { ...ref, kind: 'Task' });

const taskSpec = <T extends TaskSpec>(spec: T): T => ({
  ...spec,
  ...listOf(spec.params, 'params', paramSpec),
  ...listOf(spec.results, 'results', result),
  ...listOf(spec.steps, 'steps', formattedTimeout),
});

/** A timeout as Go writes it. */
const formattedTimeout = <T extends { readonly timeout?: string }>(item: T): T =>
  item.timeout === undefined ? item : { ...item, timeout: duration(item.timeout, 0) };

const pipelineTask = (task: PipelineTask): PipelineTask => ({
  ...formattedTimeout(task),
  ...(task.taskRef && { taskRef: taskRef(task.taskRef) }),
  ...(task.taskSpec && { taskSpec: taskSpec(task.taskSpec) }),
});

const pipelineSpec = (spec: PipelineSpec): PipelineSpec => ({
  ...spec,
  ...listOf(spec.params, 'params', paramSpec),
  ...listOf(spec.tasks, 'tasks', pipelineTask),
  ...listOf(spec.finally, 'finally', pipelineTask),
});

/** Formats a timeout as Go does. Invalid timeouts are kept, so that validation reports the original text. */
function duration(text: string | undefined, fallback: number): string {
  if (text === undefined) return formatDuration(fallback);
  const parsed = typeof text === 'string' ? parseDuration(text) : undefined; // may be a number in user objects
  return parsed === undefined ? text : formatDuration(parsed);
}

type Timeouts = Readonly<Partial<Record<'pipeline' | 'tasks' | 'finally', string>>>;

function timeouts(given: Timeouts, fallback: number): Timeouts {
  const entries = Object.entries(given).map(([part, text]) => [part, duration(text, fallback)] as const);
  return { pipeline: formatDuration(fallback), ...Object.fromEntries(entries) };
}
