/** Checks TaskRuns, PipelineRuns and CustomRuns on their own. */

import { formatDuration, parseDuration } from '../../model/duration.js';
import type { FieldPath } from '../../model/field-path.js';
import type {
  CustomRunSpec,
  PipelineRunSpec,
  PipelineTaskRunSpec,
  RunPodTemplate,
  TaskRunSpec,
  TaskRunStepSpec,
} from '../types.js';
import {
  checkDuplicates,
  child,
  fail,
  requireStability,
  type CheckContext,
  type WebhookError,
} from './check-context.js';
import { DeclaredParams } from './declared-params.js';
import { checkDuration, checkRunTimeout } from './duration.js';
import { checkRunParams } from './params.js';
import { checkPipelineSpec, checkPipelineUsage, checkWorkspaceUsage, openProperties } from './pipeline.js';
import { parseResultReference, textsOfValue } from './pipeline-texts.js';
import { checkReference } from './resolver.js';
import { checkDeclaredParams, checkTaskSpec } from './task.js';
import { expressionsIn } from './variables.js';
import { checkWorkspaceBindings } from './workspace-bindings.js';

/** Checks the spec of a TaskRun. `context` is the spec. */
export function checkTaskRunSpec(spec: TaskRunSpec, context: CheckContext): void {
  const { params = [], status = '', statusMessage = '', retries = 0, debug } = spec;
  checkExactlyOne(spec, ['taskRef', 'taskSpec'], context);
  if (spec.taskRef) checkReference(spec.taskRef, context, 'taskRef');
  if (spec.taskSpec) {
    checkInline('taskrun', 'taskSpec', context);
    checkTaskSpec(spec.taskSpec, { ...child(context, 'taskSpec'), workspacesAround: boundIn(spec) });
    checkDeclaredParams(spec.taskSpec, new DeclaredParams(givenAsDeclared(params)), context, 'taskSpec', 'reported');
  }
  checkRunParams(params, context, 'params');
  checkWorkspaceBindings(spec.workspaces ?? [], context, 'TaskRun');
  if (debug) checkDebug(debug, context);
  checkResources(spec, context);
  checkStatus(status, ['TaskRunCancelled', 'TaskRunPending'], context);
  if (status === '' && statusMessage !== '') reportStatusMessage(statusMessage, context);
  checkRetries(retries, context);
  checkRunTimeout(spec.timeout, child(context, 'timeout'));
  checkEnv(spec.podTemplate, context, ['podTemplate'], 'PodTemplate.Env');
}

/** Checks the spec of a PipelineRun. `context` is the spec. */
export function checkPipelineRunSpec(spec: PipelineRunSpec, context: CheckContext): void {
  const { params = [], pipelineSpec } = spec;
  checkExactlyOne(spec, ['pipelineRef', 'pipelineSpec'], context);
  if (spec.pipelineRef) checkReference(spec.pipelineRef, context, 'pipelineRef');
  if (pipelineSpec) {
    checkInline('pipelinerun', 'pipelineSpec', context);
    const at = { ...child(context, 'pipelineSpec'), workspacesAround: boundIn(spec) };
    checkPipelineSpec(pipelineSpec, at);
    checkPipelineUsage(pipelineSpec, givenAsDeclared(params), at, 'reported');
    checkWorkspaceUsage(pipelineSpec, at, 'reported');
  }
  checkRunParams(params, context, 'params');
  params.forEach(({ name, value }, index) => {
    const texts = textsOfValue(value, []).flatMap(({ text }) => expressionsIn(text));
    const results = texts.filter((text) => parseResultReference(text) !== undefined);
    if (results.length === 0) return;
    const message = `invalid value: cannot use result expressions in [${results.join(' ')}] as PipelineRun parameter values`;
    const webhook = { message, fields: [`params[${name}].value`] };
    fail(
      context,
      'VARIABLE_PREFIX',
      { variable: results[0] ?? '' },
      { at: ['params', index, 'value'], value, webhook },
    );
  });
  checkTimeouts(spec, context);
  checkStatus(
    spec.status ?? '',
    ['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally', 'PipelineRunPending'],
    context,
  );
  checkWorkspaceBindings(spec.workspaces ?? [], context, 'PipelineRun');
  checkTaskRunSpecs(spec.taskRunSpecs ?? [], context);
  const template = child(context, 'taskRunTemplate');
  checkEnv(spec.taskRunTemplate?.podTemplate, template, ['podTemplate'], 'PodTemplate.Env');
}

/** Checks the spec of a CustomRun. `context` is the spec. */
export function checkCustomRunSpec(spec: CustomRunSpec, context: CheckContext): void {
  const { customRef, customSpec, status = '', statusMessage = '', retries = 0 } = spec;
  checkExactlyOne(spec, ['customRef', 'customSpec'], context);
  for (const [field, definition] of [
    ['customRef', customRef],
    ['customSpec', customSpec],
  ] as const)
    for (const name of ['apiVersion', 'kind'] as const) {
      if (!definition || definition[name]) continue;
      const webhook = { message: 'missing field(s)', fields: [`${field}.${name}`] };
      fail(context, 'FIELD_MISSING', { name }, { at: [field, name], webhook });
    }
  if (status !== '' && status !== 'RunCancelled') {
    const webhook = { message: `invalid value: ${status} should be RunCancelled`, fields: ['status'] };
    fail(context, 'VALUE_UNKNOWN', context.report.unknownName(status, ['RunCancelled']), {
      at: ['status'],
      value: status,
      webhook,
    });
  }
  if (status === '' && statusMessage !== '') reportStatusMessage(statusMessage, context);
  checkRetries(retries, context);
  checkDuration(spec.timeout, child(context, 'timeout'));
  checkRunParams(spec.params ?? [], context, 'params');
  checkWorkspaceBindings(spec.workspaces ?? [], context, 'TaskRun');
}

const boundIn = ({ workspaces = [] }: Pick<TaskRunSpec, 'workspaces'>): ReadonlySet<string> =>
  new Set(workspaces.map(({ name }) => name));

/** The params of a run as declarations: embedded definitions may use them. */
const givenAsDeclared = (
  params: NonNullable<TaskRunSpec['params']>,
): { name: string; default: (typeof params)[number]['value'] }[] =>
  params.map(({ name, value }) => ({ name, default: value, ...openProperties(value) }));

function checkExactlyOne<T extends object>(
  spec: T,
  fields: readonly [keyof T & string, keyof T & string],
  context: CheckContext,
): void {
  const [ref, embedded] = fields;
  const count = fields.filter((field) => spec[field] !== undefined).length;
  const details = { ref, spec: embedded };
  if (count === 2)
    fail(context, 'REF_AND_SPEC', details, { webhook: { message: 'expected exactly one, got both', fields } });
  if (count === 0)
    fail(context, 'REF_MISSING', details, {
      at: [ref],
      webhook: { message: 'expected exactly one, got neither', fields },
    });
}

function checkInline(kind: 'taskrun' | 'pipelinerun', field: string, context: CheckContext): void {
  if (!context.config.disableInlineSpec.includes(kind)) return;
  const details = { feature: `\`${field}\``, flag: 'disable-inline-spec', needed: '""' };
  fail(context, 'FEATURE_DISABLED', details, {
    at: [field],
    webhook: { message: 'must not set the field(s)', fields: [field] },
  });
}

function checkStatus(status: string, known: readonly string[], context: CheckContext): void {
  if (status === '' || known.includes(status)) return;
  const allowed = `${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''}`;
  const webhook = { message: `invalid value: ${status} should be ${allowed}`, fields: ['status'] };
  fail(context, 'VALUE_UNKNOWN', context.report.unknownName(status, known), { at: ['status'], value: status, webhook });
}

function reportStatusMessage(statusMessage: string, context: CheckContext): void {
  const message = `invalid value: statusMessage should not be set if status is not set, but it is currently set to ${statusMessage}`;
  const webhook = { message, fields: ['statusMessage'] };
  fail(context, 'FIELD_ALONE', { field: 'statusMessage', other: 'status' }, { at: ['statusMessage'], webhook });
}

function checkRetries(retries: number, context: CheckContext): void {
  if (retries >= 0) return;
  const webhook = { message: `invalid value: ${String(retries)} should be >= 0`, fields: ['retries'] };
  fail(context, 'NUMBER_TOO_SMALL', { value: retries, minimum: 0 }, { at: ['retries'], value: retries, webhook });
}

function checkDebug({ breakpoints }: NonNullable<TaskRunSpec['debug']>, context: CheckContext): void {
  requireStability(context, 'debug', 'alpha', ['debug']);
  if (!breakpoints) return;
  const { onFailure = '', beforeSteps = [] } = breakpoints;
  const at = ['debug', 'breakpoints'];
  if (onFailure !== 'enabled') {
    const shown = onFailure === '' ? 'onFailure breakpoint is empty' : onFailure;
    const reason =
      onFailure === ''
        ? `${shown}, it is only allowed to be set as enabled`
        : `${shown} is not a valid onFailure breakpoint value, onFailure breakpoint is only allowed to be set as enabled`;
    const webhook = { message: `invalid value: ${reason}`, fields: ['debug.breakpoints.onFailure'] };
    fail(context, 'VALUE_UNKNOWN', { name: onFailure, known: ['enabled'] }, { at: [...at, 'onFailure'], webhook });
  }
  const steps = beforeSteps.map((name) => ({ name }));
  checkDuplicates(steps, context, {
    what: 'step',
    at: (index) => [...at, 'beforeSteps', index],
    webhook: (name, index) => ({
      message: `before step must be unique, the same step: ${name} is defined multiple times at`,
      fields: [`debug.breakpoints.beforeSteps[${String(index)}]`],
    }),
  });
}

type Resources = Pick<TaskRunSpec, 'stepSpecs' | 'sidecarSpecs' | 'computeResources'>;

/** Checks the compute resources of steps and sidecars, of a TaskRun or of an item of `taskRunSpecs`. */
function checkResources({ stepSpecs, sidecarSpecs, computeResources }: Resources, context: CheckContext): void {
  for (const [field, specs] of [
    ['stepSpecs', stepSpecs],
    ['sidecarSpecs', sidecarSpecs],
  ] as const) {
    if (!specs) continue;
    requireStability(context, field, 'beta', [field]);
    checkContainerSpecs(specs, field, context);
  }
  if (!computeResources) return;
  requireStability(context, 'computeResources', 'beta', ['computeResources']);
  if (!(stepSpecs ?? []).some((spec) => Object.keys(spec.computeResources ?? {}).length > 0)) return;
  const webhook = { message: 'expected exactly one, got both', fields: ['computeResources', 'stepSpecs.resources'] };
  const details = { field: 'computeResources', other: 'stepSpecs' };
  fail(context, 'FIELD_NOT_ALLOWED', details, { at: ['computeResources'], webhook });
}

function checkContainerSpecs(
  specs: readonly TaskRunStepSpec[],
  field: 'stepSpecs' | 'sidecarSpecs',
  context: CheckContext,
): void {
  const error = (index: number, message: string): WebhookError => ({
    message,
    fields: [`${field}[${String(index)}].name`],
  });
  const at = (index: number): FieldPath => [field, index, 'name'];
  specs.forEach(({ name }, index) => {
    if (name !== '') return;
    fail(context, 'FIELD_MISSING', { name: 'name' }, { at: at(index), webhook: error(index, 'missing field(s)') });
  });
  checkDuplicates(specs, context, {
    what: field === 'stepSpecs' ? 'step' : 'sidecar',
    isNameOptional: true,
    at,
    webhook: (_name, index) => error(index, 'expected exactly one, got both'),
  });
}

function checkTaskRunSpecs(specs: readonly PipelineTaskRunSpec[], context: CheckContext): void {
  const tasks = specs.map(({ pipelineTaskName: name = '' }) => ({ name }));
  checkDuplicates(tasks, context, {
    what: 'task',
    isNameOptional: true,
    at: (index) => ['taskRunSpecs', index, 'pipelineTaskName'],
  });
  specs.forEach((spec, index) => {
    const at = child(context, 'taskRunSpecs', index);
    if (!spec.pipelineTaskName) fail(at, 'FIELD_MISSING', { name: 'pipelineTaskName' }, { at: ['pipelineTaskName'] });
    checkResources(spec, at);
    checkEnv(spec.podTemplate, at, ['podTemplate'], 'PodTemplate.Env');
    checkRunTimeout(spec.timeout, child(at, 'timeout'));
  });
}

function checkEnv(
  template: RunPodTemplate | undefined,
  context: CheckContext,
  at: readonly string[],
  field: string,
): void {
  (template?.env ?? []).forEach(({ name }, index) => {
    if (!context.config.forbiddenEnv.includes(name)) return;
    const webhook = { message: `invalid value: PodTemplate cannot update a forbidden env: ${name}`, fields: [field] };
    fail(context, 'ENV_FORBIDDEN', { name }, { at: [...at, 'env', index, 'name'], value: name, webhook });
  });
}

/** Checks that the times for `tasks` and `finally` fit into the time for the pipeline. */
function checkTimeouts({ timeouts }: PipelineRunSpec, context: CheckContext): void {
  if (!timeouts) return;
  for (const part of ['pipeline', 'tasks', 'finally'] as const)
    checkRunTimeout(timeouts[part], child(context, 'timeouts', part));
  const own = timeouts.pipeline === undefined ? context.config.defaultTimeoutMs : parseDuration(timeouts.pipeline);
  if (own === undefined || own <= 0) return;
  const pipeline = formatDuration(own);
  const tasks = timeouts.tasks === undefined ? undefined : parseDuration(timeouts.tasks);
  const finals = timeouts.finally === undefined ? undefined : parseDuration(timeouts.finally);
  for (const [part, time] of [
    ['tasks', tasks],
    ['finally', finals],
  ] as const) {
    if (time === undefined || (time <= own && time !== 0)) continue;
    const text = `${formatDuration(time)}${time === 0 ? ' (no timeout)' : ''}`;
    const webhook = { message: `invalid value: ${text} should be <= pipeline duration`, fields: [`timeouts.${part}`] };
    fail(
      context,
      'TIMEOUTS_EXCEED',
      { parts: text, pipeline },
      { at: ['timeouts', part], value: timeouts[part], webhook },
    );
  }
  if (tasks === undefined || finals === undefined || tasks + finals <= own) return;
  const parts = `${formatDuration(tasks)} + ${formatDuration(finals)}`;
  const message = `invalid value: ${parts} should be <= pipeline duration`;
  const webhook = { message, fields: ['timeouts.tasks', 'timeouts.finally'] };
  fail(context, 'TIMEOUTS_EXCEED', { parts, pipeline }, { at: ['timeouts'], webhook });
}
