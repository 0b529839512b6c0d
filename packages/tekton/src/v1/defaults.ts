/**
 * Applies the defaults of Tekton's webhook to objects of tekton.dev/v1: types, kinds of references, ServiceAccounts, timeouts.
 *
 * Readers assume the same defaults, so objects that bypassed the webhook run the same way.
 */

import { DEFAULT_CONFIG, type TektonConfig } from '../model/config.js';
import type { DefaultOptions } from '../model/default-options.js';
import { TEKTON_LABELS } from '../model/labels.js';
import { formatDuration, parseDuration } from '../model/duration.js';
import { isRecord } from '../schema/conformance.js';
import { isCustomDefinition } from './custom-task.js';
import type { V1Object } from './objects.js';
import { typeOfParam } from './param-types.js';
import type {
  ParamSpec,
  PipelineSpec,
  PipelineTask,
  PropertySpec,
  ResolverRef,
  RunPodTemplate,
  Step,
  TaskRef,
  TaskResult,
  TaskSpec,
  Value,
} from './types.js';

/** Returns a copy of `object` with defaults. Does not validate it. */
export function withDefaults<T extends object>(
  object: T,
  { config = DEFAULT_CONFIG, timeoutMs = config.defaultTimeoutMs }: DefaultOptions,
): T {
  const spec: unknown = 'spec' in object ? object.spec : undefined;
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return object;
  return {
    ...object,
    ...(isTaskRun(object) && withManagedByLabel(object, config)),
    spec: specWithDefaults(object as unknown as V1Object, { ...config, defaultTimeoutMs: timeoutMs }),
  }; // of this version, since it was found by its apiVersion
}

const isTaskRun = (object: object): boolean => 'kind' in object && object.kind === 'TaskRun';

function withManagedByLabel(
  { metadata }: { readonly metadata?: unknown },
  { managedByLabel }: TektonConfig,
): { readonly metadata?: object } {
  if (!isRecord(metadata)) return {};
  const labels = metadata['labels'] ?? {};
  return isRecord(labels)
    ? { metadata: { ...metadata, labels: { [TEKTON_LABELS.managedBy]: managedByLabel, ...labels } } }
    : {};
}

function specWithDefaults(object: V1Object, config: TektonConfig): object {
  const { defaultTimeoutMs: timeoutMs, defaultServiceAccount } = config;
  switch (object.kind) {
    case 'Task':
      return taskSpec(object.spec, config);
    case 'Pipeline':
      return pipelineSpec(object.spec, config);
    case 'TaskRun': {
      const { spec } = object;
      return {
        ...spec,
        ...(spec.taskRef && { taskRef: taskRef(spec.taskRef, config) }),
        ...(spec.taskSpec && { taskSpec: taskSpec(spec.taskSpec, config) }),
        serviceAccountName: spec.serviceAccountName || defaultServiceAccount,
        timeout: duration(spec.timeout, timeoutMs),
        ...podTemplate(spec.podTemplate, config),
        ...listOf(spec.params, 'params', param),
      };
    }
    case 'PipelineRun': {
      const { spec } = object;
      const { serviceAccountName, podTemplate: template } = spec.taskRunTemplate ?? {};
      return {
        ...spec,
        ...(spec.pipelineRef && { pipelineRef: reference(spec.pipelineRef, config) }),
        ...(spec.pipelineSpec && { pipelineSpec: pipelineSpec(spec.pipelineSpec, config) }),
        taskRunTemplate: {
          ...spec.taskRunTemplate,
          serviceAccountName: serviceAccountName || defaultServiceAccount,
          ...podTemplate(template, config),
        },
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
      return { ...object.spec, serviceAccountName: object.spec.serviceAccountName || defaultServiceAccount };
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

/** A reference without a name gets the resolver of the cluster. */
const reference = <T extends ResolverRef & { readonly name?: string }>(ref: T, config: TektonConfig): T =>
  ref.name || ref.resolver || !config.defaultResolverType ? ref : { ...ref, resolver: config.defaultResolverType };

/** A reference by resolver has no kind. */
const taskRef = (given: TaskRef, config: TektonConfig): TaskRef => {
  const ref = isCustomDefinition(given) ? given : reference(given, config);
  return ref.resolver || ref.kind || !ref.name ? ref : { ...ref, kind: 'Task' };
};

const step = (given: Step, config: TektonConfig): Step =>
  formattedTimeout(given.ref ? { ...given, ref: reference(given.ref, config) } : given);

/** Adds the fields of pods that the cluster sets: those that the run does not set, and list items by name. */
function podTemplate(
  given: RunPodTemplate | undefined,
  { podTemplate: fallback }: TektonConfig,
): { readonly podTemplate?: RunPodTemplate } {
  if (!fallback) return given ? { podTemplate: given } : {};
  const merged: Record<string, unknown> = { ...fallback, ...given };
  for (const field of ['env', 'volumes'] as const)
    if (fallback[field] !== undefined || given?.[field] !== undefined)
      merged[field] = mergeByName(fallback[field], given?.[field]);
  return { podTemplate: merged };
}

function mergeByName(fallback: unknown, given: unknown): unknown {
  if (!Array.isArray(fallback) || !Array.isArray(given)) return given ?? fallback;
  const names = new Set(given.map(nameOf));
  return [...fallback.filter((item) => !names.has(nameOf(item))), ...(given as readonly unknown[])];
}

const nameOf = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined;

const taskSpec = <T extends TaskSpec>(spec: T, config: TektonConfig): T => ({
  ...spec,
  ...listOf(spec.params, 'params', paramSpec),
  ...listOf(spec.results, 'results', result),
  ...listOf(spec.steps, 'steps', (item) => step(item, config)),
});

/** A timeout as Go writes it. */
const formattedTimeout = <T extends { readonly timeout?: string }>(item: T): T =>
  item.timeout === undefined ? item : { ...item, timeout: duration(item.timeout, 0) };

const pipelineTask = (task: PipelineTask, config: TektonConfig): PipelineTask => ({
  ...formattedTimeout(task),
  ...(task.taskRef && { taskRef: taskRef(task.taskRef, config) }),
  ...(task.taskSpec && { taskSpec: taskSpec(task.taskSpec, config) }),
});

const pipelineSpec = (spec: PipelineSpec, config: TektonConfig): PipelineSpec => ({
  ...spec,
  ...listOf(spec.params, 'params', paramSpec),
  ...listOf(spec.tasks, 'tasks', (task) => pipelineTask(task, config)),
  ...listOf(spec.finally, 'finally', (task) => pipelineTask(task, config)),
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
