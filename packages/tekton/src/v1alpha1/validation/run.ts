/**
 * Checks a TaskRun or PipelineRun on its own: references, bindings, ServiceAccounts and timeout.
 */

import { checkPipeline } from './pipeline.js';
import { checkResource } from './resource.js';
import { checkTask } from './task.js';
import { checkTimeout } from '../../validation/timeout.js';
import type { PipelineRunSpec, ResourceBinding, TaskRunSpec } from '../types.js';
import { childContext, checkUniqueNames, type ValidationContext } from '../../validation/context.js';

const SOURCES = ['persistentVolumeClaim', 'emptyDir', 'configMap', 'secret'] as const;

/** Checks the spec of a TaskRun. `context` is the spec. */
export function checkTaskRun(spec: TaskRunSpec, context: ValidationContext): void {
  checkOne(context, ['taskRef', spec.taskRef?.name], ['taskSpec', spec.taskSpec]);
  if (spec.taskSpec) checkTask(spec.taskSpec, childContext(context, 'taskSpec'));
  const params = childContext(context, 'inputs', 'params');
  checkUniqueNames('param', spec.inputs?.params ?? [], params, {
    tektonMessage: () => 'expected exactly one, got both: spec.inputs.params',
  });
  checkBindings(spec.inputs?.resources ?? [], childContext(context, 'inputs', 'resources'), 'Inputs');
  checkBindings(spec.outputs?.resources ?? [], childContext(context, 'outputs', 'resources'), 'Outputs');
  checkShared(spec, 'TaskRunCancelled', context);
}

/** Checks the spec of a PipelineRun. `context` is the spec. */
export function checkPipelineRun(spec: PipelineRunSpec, context: ValidationContext): void {
  checkOne(context, ['pipelineRef', spec.pipelineRef?.name], ['pipelineSpec', spec.pipelineSpec]);
  if (spec.pipelineSpec) checkPipeline(spec.pipelineSpec, childContext(context, 'pipelineSpec'));
  checkUniqueNames('param', spec.params ?? [], childContext(context, 'params'), { lastCounts: true });
  context.report.suppressTektonMessages(childContext(context, 'resources').path); // not checked by Tekton
  checkBindings(spec.resources ?? [], childContext(context, 'resources'));
  const accounts = spec.serviceAccountNames ?? [];
  checkUniqueNames(
    'task',
    accounts.map(({ taskName }) => ({ name: taskName })),
    childContext(context, 'serviceAccountNames'),
    { lastCounts: true },
  );
  checkShared(spec, 'PipelineRunCancelled', context);
}

/** Checks that exactly one of a reference and a spec is set. */
function checkOne(
  context: ValidationContext,
  [ref, name]: [string, string | undefined],
  [spec, value]: [string, object | undefined],
): void {
  const fields = { ref, spec };
  const low = (field: string): string => `spec.${field.toLowerCase()}`;
  if (name && value) {
    const tektonMessage = `must not set the field(s): ${low(ref)}, ${low(spec)}`;
    context.report.add('REF_AND_SPEC', context.path, fields, { tektonMessage });
  } else if (!name && !value) {
    const tektonMessage = `missing field(s): ${low(ref)}.name, ${low(spec)}`;
    context.report.add('REF_MISSING', [...context.path, ref], fields, { tektonMessage });
  }
}

/** Checks bindings. `side` is set for TaskRuns only, because Tekton's webhook checks only their bindings. */
function checkBindings(
  bindings: readonly ResourceBinding[],
  context: ValidationContext,
  side?: 'Inputs' | 'Outputs',
): void {
  checkUniqueNames('resource', bindings, context, {
    fold: true,
    ...(side
      ? { tektonMessage: () => `expected exactly one, got both: spec.${side}.Resources.Name` }
      : { lastCounts: true }),
  });
  bindings.forEach(({ resourceRef, resourceSpec }, index) => {
    const at = childContext(context, index);
    const base = side && `spec.${side}.Resources.Name`;
    const fields = base && `${base}.ResourceRef, ${base}.ResourceSpec`;
    const names = { ref: 'resourceRef', spec: 'resourceSpec' };
    if (resourceRef?.name && resourceSpec) {
      at.report.add('REF_AND_SPEC', at.path, names, {
        tektonMessage: fields && `must not set the field(s): ${fields}`,
      });
    } else if (!resourceRef?.name && !resourceSpec) {
      at.report.add('REF_MISSING', [...at.path, 'resourceRef'], names, {
        tektonMessage: fields && `missing field(s): ${fields}`,
      });
    }
    if (resourceSpec) checkResource(resourceSpec, childContext(at, 'resourceSpec'));
  });
}

type Shared = Pick<TaskRunSpec, 'timeout' | 'serviceAccount' | 'serviceAccountName' | 'workspaces'> & {
  readonly status?: string;
};

function checkShared(spec: Shared, cancelled: string, context: ValidationContext): void {
  checkTimeout(spec.timeout, childContext(context, 'timeout'));
  const { status } = spec;
  if (status && status !== cancelled) {
    context.report.add('STATUS_UNKNOWN', [...context.path, 'status'], { status, cancelled }, { value: status });
  }
  const { serviceAccount: old, serviceAccountName: name } = spec;
  if (old && name && old !== name)
    context.report.add('ACCOUNT_TWICE', [...context.path, 'serviceAccount'], { old, name });
  const workspaces = spec.workspaces ?? [];
  checkUniqueNames('workspace', workspaces, childContext(context, 'workspaces'));
  workspaces.forEach((workspace, index) => {
    const sources = SOURCES.filter((source) => workspace[source] !== undefined);
    const claim = workspace.persistentVolumeClaim;
    if (sources.length === 1 && claim && !claim.claimName) {
      const path = [...context.path, 'workspaces', index, 'persistentVolumeClaim', 'claimName'];
      context.report.add('FIELD_MISSING', path, { name: 'claimName' }, { tektonMessage: NO_CLAIM });
    }
    if (sources.length === 1) return;
    const tektonMessage = `expected exactly one, got ${sources.length === 0 ? 'neither' : 'both'}: ${WORKSPACE_FIELDS}`;
    context.report.add(
      'WORKSPACE_SOURCE',
      [...context.path, 'workspaces', index],
      { name: workspace.name, sources },
      { tektonMessage },
    );
  });
}

const NO_CLAIM = 'missing field(s): workspace.persistentvolumeclaim.claimname';
const WORKSPACE_FIELDS = 'workspace.configmap, workspace.emptydir, workspace.persistentvolumeclaim, workspace.secret';
