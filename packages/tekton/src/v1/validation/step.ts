/** Checks one step of a Task, after the step template has been merged into it. */

import { isDnsLabel } from '../../model/kubernetes-names.js';
import { parseDuration, formatDuration } from '../../model/duration.js';
import { suggestLabel } from '../../validation/metadata.js';
import type { Step, StepTemplate, TaskResult } from '../types.js';
import { child, fail, requireStability, type CheckContext } from './check-context.js';
import { artifactVariableIn, reportArtifacts } from './artifacts.js';
import { checkDuration } from './duration.js';
import { checkResultSpecs } from './results.js';
import { checkReference } from './resolver.js';
import { checkKnown } from './variables.js';
import { checkWhen } from './when.js';

const NAME_DETAILS =
  'Task step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names';

const ON_ERROR = ['continue', 'stopAndFail'];

/** Whether a value comes from a param. */
export const isParamReference = (text: string): boolean => text.startsWith('$(params.') || text.startsWith('$(params[');

/** Checks a step. `context` is the step. */
export function checkTaskStep(step: Step, template: StepTemplate | undefined, context: CheckContext): void {
  if (usesDisabledArtifacts(step, context)) return; // Tekton checks nothing else
  if (step.ref) checkStepWithRef(step, context);
  else checkOwnStep(step, template, context);
  checkName(step.name ?? '', context);
  checkTimeout(step, context);
  checkMounts({ ...template, ...step }, context);
  const onError = step.onError ?? '';
  if (onError !== '' && !ON_ERROR.includes(onError) && !isParamReference(onError)) {
    const details = 'Task step onError must be either "continue" or "stopAndFail"';
    const webhook = { message: `invalid value: ${JSON.stringify(onError)}`, fields: ['onError'], details };
    fail(context, 'VALUE_UNKNOWN', context.report.unknownName(onError, ON_ERROR), {
      at: ['onError'],
      value: onError,
      webhook,
    });
  }
  if (step.stdoutConfig) requireStability(context, 'step stdout stream support', 'alpha', ['stdoutConfig']);
  if (step.stderrConfig) requireStability(context, 'step stderr stream support', 'alpha', ['stderrConfig']);
  checkStepResultPlaces(step, context);
  if (step.results && !step.ref) {
    checkStepResultVariables(step.script ?? '', step.results, context);
    checkResultSpecs(step.results, context, 'step');
  }
  checkWhen(step.when ?? [], context);
}

function usesDisabledArtifacts(step: Step, context: CheckContext): boolean {
  if (context.config.enableArtifacts) return false;
  const { script = '', command = [], args = [], env = [] } = step;
  const variable = [script, ...command, ...args, ...env.map(({ value = '' }) => value)]
    .map(artifactVariableIn)
    .find((found) => found !== undefined);
  if (variable === undefined) return false;
  reportArtifacts(variable, context, []);
  return true;
}

function checkStepWithRef(step: Step, context: CheckContext): void {
  if (step.ref) checkReference(step.ref, context, 'ref', '');
  const fields: [field: keyof Step & string, isSet: boolean, tektonName: string][] = [
    ['image', Boolean(step.image), 'image'],
    ['command', (step.command?.length ?? 0) > 0, 'command'],
    ['args', (step.args?.length ?? 0) > 0, 'args'],
    ['script', Boolean(step.script), 'script'],
    ['workingDir', Boolean(step.workingDir), 'working dir'],
    ['env', step.env !== undefined, 'env'],
    ['volumeMounts', (step.volumeMounts?.length ?? 0) > 0, 'volumeMounts'],
    ['results', (step.results?.length ?? 0) > 0, 'results'],
  ];
  for (const [field, isSet, tektonName] of fields) {
    if (!isSet) continue;
    const webhook = { message: `${tektonName} cannot be used with Ref`, fields: [field] };
    fail(context, 'FIELD_NOT_ALLOWED', { field, other: 'ref' }, { at: [field], webhook });
  }
}

function checkOwnStep(step: Step, template: StepTemplate | undefined, context: CheckContext): void {
  if ((step.params?.length ?? 0) > 0) {
    const webhook = { message: 'params cannot be used without Ref', fields: ['params'] };
    fail(context, 'FIELD_ALONE', { field: 'params', other: 'ref' }, { at: ['params'], webhook });
  }
  if (!(step.image || template?.image)) {
    const webhook = { message: 'missing field(s)', fields: ['Image'] };
    fail(context, 'IMAGE_MISSING', { what: 'step' }, { at: ['image'], webhook });
  }
  checkScript(step.script ?? '', step.command ?? template?.command ?? [], context, 'script');
}

/** Checks a script. `tektonField`: where Tekton reports problems, relative to the context. */
export function checkScript(
  script: string,
  command: readonly string[],
  context: CheckContext,
  tektonField: string,
): void {
  if (script === '') return;
  if (script.trimStart().startsWith('#!win')) requireStability(context, 'windows script support', 'alpha', ['script']);
  if (command.length === 0) return;
  const webhook = { message: 'script cannot be used with command', fields: [tektonField] };
  fail(context, 'SCRIPT_AND_COMMAND', {}, { at: ['script'], webhook });
}

function checkName(name: string, context: CheckContext): void {
  if (name === '' || isDnsLabel(name)) return;
  const better = suggestLabel(name);
  const webhook = { message: `invalid value ${JSON.stringify(name)}`, fields: ['name'], details: NAME_DETAILS };
  fail(
    context,
    'NAME_INVALID',
    { what: 'step', name, ...(better && { better }) },
    { at: ['name'], value: name, webhook },
  );
}

function checkTimeout({ timeout }: Step, context: CheckContext): void {
  checkDuration(timeout, child(context, 'timeout'));
  const parsed = timeout === undefined ? undefined : parseDuration(timeout);
  if (timeout === undefined || parsed === undefined || parsed >= 0) return;
  const webhook = { message: `invalid value: ${formatDuration(parsed)}`, fields: ['negative timeout'] };
  fail(context, 'TIMEOUT_NEGATIVE', { timeout }, { at: ['timeout'], value: timeout, webhook });
}

function checkMounts({ volumeMounts = [] }: Pick<Step, 'volumeMounts'>, context: CheckContext): void {
  volumeMounts.forEach(({ name, mountPath }, index) => {
    const mount = `volumeMounts[${String(index)}]`;
    if (mountPath.startsWith('/tekton/') && !mountPath.startsWith('/tekton/home')) {
      const message = `volumeMount cannot be mounted under /tekton/ (volumeMount ${JSON.stringify(name)} mounted at ${JSON.stringify(mountPath)})`;
      fail(
        context,
        'MOUNT_RESERVED',
        { mountPath, folder: '/tekton' },
        {
          at: ['volumeMounts', index, 'mountPath'],
          value: mountPath,
          webhook: { message, fields: [`${mount}.mountPath`] },
        },
      );
    }
    if (name.startsWith('tekton-internal-')) {
      const message = `volumeMount name ${JSON.stringify(name)} cannot start with "tekton-internal-"`;
      fail(
        context,
        'NAME_RESERVED',
        { what: 'volume', name },
        {
          at: ['volumeMounts', index, 'name'],
          value: name,
          webhook: { message, fields: [`${mount}.name`] },
        },
      );
    }
  });
}

const STEP_RESULT = /\$\(steps\.[^)\n]*?\.results\.[^)\n]*\)/;

/** Results of steps are substituted by the entrypoint, so they work in `env`, `command` and `args` only. */
function checkStepResultPlaces(step: Step, context: CheckContext): void {
  for (const field of ['name', 'image', 'script', 'imagePullPolicy', 'workingDir'] as const) {
    const text = step[field];
    if (typeof text !== 'string' || !STEP_RESULT.test(text)) continue;
    const message = 'stepResult substitutions are only allowed in env, command and args. Found usage in';
    fail(context, 'STEP_RESULT_PLACE', { field }, { at: [field], value: text, webhook: { message, fields: [field] } });
  }
}

/** Checks `$(step.results.NAME.path)` in the script of a step or StepAction. */
export function checkStepResultVariables(script: string, results: readonly TaskResult[], context: CheckContext): void {
  const known = new Set(results.map(({ name }) => name));
  const field = { text: script, at: ['script'], tektonField: 'script' };
  checkKnown(context, field, 'step.results', known);
}
