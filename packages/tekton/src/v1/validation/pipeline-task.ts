/** Checks one task of a pipeline: its definition, params, matrix, when expressions, onError and timeout. */

import { isDnsLabel } from '../../model/kubernetes-names.js';
import { suggestLabel } from '../../validation/metadata.js';
import { isCustomTask } from '../custom-task.js';
import type { PipelineTask } from '../types.js';
import { child, fail, requireStability, type CheckContext } from './check-context.js';
import { checkDuration } from './duration.js';
import { checkMatrix, checkUniquePipelineParams } from './matrix.js';
import { checkReference } from './resolver.js';
import { isParamReference } from './step.js';
import { checkTaskSpec } from './task.js';
import { checkWhen } from './when.js';

const NAME_DETAILS =
  'Pipeline Task name must be a valid DNS Label.For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names';

const ON_ERROR = ['continue', 'stopAndFail'];

/** Checks a pipeline task. `checkPipeline` checks an embedded pipeline. `context` is the pipeline task. */
export function checkPipelineTask(
  task: PipelineTask,
  context: CheckContext,
  checkPipeline: (spec: NonNullable<PipelineTask['pipelineSpec']>, context: CheckContext) => void,
): void {
  const { name } = task;
  if (!isDnsLabel(name)) {
    const better = suggestLabel(name);
    const webhook = { message: `invalid value ${JSON.stringify(name)}`, fields: ['name'], details: NAME_DETAILS };
    fail(
      context,
      'NAME_INVALID',
      { what: 'task', name, ...(better && { better }) },
      { at: ['name'], value: name, webhook },
    );
  }
  checkDefinition(task, context);
  if (isCustomTask(task)) checkCustomTask(task, context);
  else {
    if (task.taskRef) checkTaskRef(task, context);
    if (task.taskSpec) checkTaskSpec(task.taskSpec, child(context, 'taskSpec'));
    if (task.pipelineRef) checkReference(task.pipelineRef, context, 'pipelineRef');
    // A pipeline of a pipeline task has only the workspaces that the task passes to it.
    if (task.pipelineSpec)
      checkPipeline(task.pipelineSpec, { ...child(context, 'pipelineSpec'), workspacesAround: undefined });
  }
  checkUniquePipelineParams(task.params ?? [], context, ['params'], 'params');
  checkMatrix(task, context);
  checkWhen(task.when ?? [], context);
  checkOnError(task, context);
  checkDuration(task.timeout, child(context, 'timeout'));
  const { retries = 0 } = task;
  if (retries < 0)
    fail(context, 'NUMBER_TOO_SMALL', { value: retries, minimum: 0 }, { at: ['retries'], value: retries });
}

const DEFINITIONS = ['taskRef', 'taskSpec', 'pipelineRef', 'pipelineSpec'] as const;

function checkDefinition(task: PipelineTask, context: CheckContext): void {
  const given = DEFINITIONS.filter((field) => task[field] !== undefined);
  const isAlpha = context.config.enableApiFields === 'alpha';
  if (given.length === 0) {
    const fields = isAlpha ? DEFINITIONS : DEFINITIONS.slice(0, 2);
    const webhook = { message: 'expected exactly one, got neither', fields };
    fail(context, 'REF_MISSING', { ref: 'taskRef', spec: 'taskSpec' }, { at: ['taskRef'], webhook });
  } else if (given.length > 1) {
    const [ref = '', spec = ''] = given;
    fail(
      context,
      'REF_AND_SPEC',
      { ref, spec },
      { webhook: { message: 'expected exactly one, got multiple', fields: given } },
    );
  }
  for (const field of ['pipelineRef', 'pipelineSpec'] as const)
    if (task[field]) requireStability(context, field, 'alpha', [field]);
  if (!context.config.disableInlineSpec.includes('pipeline')) return;
  for (const field of ['taskSpec', 'pipelineSpec'] as const) {
    if (!task[field]) continue;
    const details = { feature: `\`${field}\``, flag: 'disable-inline-spec', needed: '""' };
    const webhook = { message: 'must not set the field(s)', fields: [field] };
    fail(context, 'FEATURE_DISABLED', details, { at: [field], webhook });
  }
}

/** Tekton checks the gates of resolvers twice. */
function checkTaskRef({ taskRef }: PipelineTask, context: CheckContext): void {
  if (!taskRef) return;
  if (taskRef.resolver) requireStability(context, 'taskref.resolver', 'beta', ['taskRef', 'resolver']);
  if ((taskRef.params?.length ?? 0) > 0) requireStability(context, 'taskref.params', 'beta', ['taskRef', 'params']);
  checkReference(taskRef, context, 'taskRef');
}

function checkCustomTask({ taskRef, taskSpec }: PipelineTask, context: CheckContext): void {
  for (const [field, definition, kindOfTask] of [
    ['taskRef', taskRef, 'ref'],
    ['taskSpec', taskSpec, 'spec'],
  ] as const) {
    if (!definition) continue;
    const { apiVersion = '', kind = '' } = definition;
    for (const [name, value] of [
      ['apiVersion', apiVersion],
      ['kind', kind],
    ] as const) {
      if (value !== '') continue;
      const message = `invalid value: custom task ${kindOfTask} must specify ${name}`;
      fail(
        context,
        'FIELD_MISSING',
        { name },
        { at: [field, name], webhook: { message, fields: [`${field}.${name}`] } },
      );
    }
    if (apiVersion !== '' && !/^[^/]+\/[^/]+$/.test(apiVersion)) {
      const message = `invalid value: invalid apiVersion format ${JSON.stringify(apiVersion)}, must be in the format "group/version"`;
      const webhook = { message, fields: [`${field}.apiVersion`] };
      const rule = 'write it as GROUP/VERSION, for example example.dev/v1';
      fail(
        context,
        'NAME_FORMAT',
        { what: 'apiVersion', name: apiVersion, rule },
        { at: [field, 'apiVersion'], value: apiVersion, webhook },
      );
    }
  }
  if ((taskSpec?.steps?.length ?? 0) === 0) return;
  for (const field of ['apiVersion', 'kind'] as const) {
    if (!taskSpec?.[field]) continue;
    const message = `taskSpec.${field} cannot be specified when using taskSpec.steps`;
    const webhook = { message, fields: [`taskSpec.${field}`] };
    fail(context, 'FIELD_NOT_ALLOWED', { field, other: 'steps' }, { at: ['taskSpec', field], webhook });
  }
}

function checkOnError({ onError = '', retries = 0 }: PipelineTask, context: CheckContext): void {
  if (onError === '' || isParamReference(onError)) return;
  requireStability(context, 'OnError', 'beta', ['onError']);
  if (!ON_ERROR.includes(onError)) {
    const details = 'PipelineTask OnError must be either "continue" or "stopAndFail"';
    const webhook = { message: `invalid value: ${onError}`, fields: ['OnError'], details };
    fail(context, 'VALUE_UNKNOWN', context.report.unknownName(onError, ON_ERROR), {
      at: ['onError'],
      value: onError,
      webhook,
    });
  }
  if (onError !== 'continue' || retries <= 0) return;
  const message = 'PipelineTask OnError cannot be set to "continue" when Retries is greater than 0';
  fail(
    context,
    'FIELD_NOT_ALLOWED',
    { field: 'onError: continue', other: 'retries' },
    { at: ['onError'], webhook: { message, fields: [] } },
  );
}
