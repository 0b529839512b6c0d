/**
 * A TaskRun or PipelineRun by itself: what it runs, with what, as whom, for how long.
 */

import { checkPipeline } from './pipeline.js';
import { checkResource } from './resource.js';
import { checkTask } from './task.js';
import { checkTimeout } from '../../validation/timeout.js';
import type { PipelineRunSpec, ResourceBinding, TaskRunSpec } from '../types.js';
import { below, checkNames, type Where } from '../../validation/location.js';

const SOURCES = ['persistentVolumeClaim', 'emptyDir', 'configMap', 'secret'] as const;

/** Checks the spec of a TaskRun. `where` is the spec. */
export function checkTaskRun(spec: TaskRunSpec, where: Where): void {
  checkOne(where, ['taskRef', spec.taskRef?.name], ['taskSpec', spec.taskSpec]);
  if (spec.taskSpec) checkTask(spec.taskSpec, below(where, 'taskSpec'));
  const params = below(where, 'inputs', 'params');
  checkNames('param', spec.inputs?.params ?? [], params, {
    tektonMessage: () => 'expected exactly one, got both: spec.inputs.params',
  });
  checkBindings(spec.inputs?.resources ?? [], below(where, 'inputs', 'resources'), 'Inputs');
  checkBindings(spec.outputs?.resources ?? [], below(where, 'outputs', 'resources'), 'Outputs');
  checkShared(spec, 'TaskRunCancelled', where);
}

/** Checks the spec of a PipelineRun. `where` is the spec. */
export function checkPipelineRun(spec: PipelineRunSpec, where: Where): void {
  checkOne(where, ['pipelineRef', spec.pipelineRef?.name], ['pipelineSpec', spec.pipelineSpec]);
  if (spec.pipelineSpec) checkPipeline(spec.pipelineSpec, below(where, 'pipelineSpec'));
  checkNames('param', spec.params ?? [], below(where, 'params'), { lastCounts: true });
  where.report.unheard(below(where, 'resources').path); // Tekton's admission does not look there
  checkBindings(spec.resources ?? [], below(where, 'resources'));
  const accounts = spec.serviceAccountNames ?? [];
  checkNames(
    'task',
    accounts.map(({ taskName }) => ({ name: taskName })),
    below(where, 'serviceAccountNames'),
    { lastCounts: true },
  );
  checkShared(spec, 'PipelineRunCancelled', where);
}

/** Exactly one of a reference and a spec must be there. */
function checkOne(
  where: Where,
  [ref, name]: [string, string | undefined],
  [spec, value]: [string, object | undefined],
): void {
  const fields = { ref, spec };
  const low = (field: string): string => `spec.${field.toLowerCase()}`;
  if (name && value) {
    const tektonMessage = `must not set the field(s): ${low(ref)}, ${low(spec)}`;
    where.report.add('REF_AND_SPEC', where.path, fields, { tektonMessage });
  } else if (!name && !value) {
    const tektonMessage = `missing field(s): ${low(ref)}.name, ${low(spec)}`;
    where.report.add('REF_MISSING', [...where.path, ref], fields, { tektonMessage });
  }
}

/** `side` is given for TaskRuns, whose bindings Tekton's admission looks at. */
function checkBindings(bindings: readonly ResourceBinding[], where: Where, side?: 'Inputs' | 'Outputs'): void {
  checkNames('resource', bindings, where, {
    fold: true,
    ...(side
      ? { tektonMessage: () => `expected exactly one, got both: spec.${side}.Resources.Name` }
      : { lastCounts: true }),
  });
  bindings.forEach(({ resourceRef, resourceSpec }, index) => {
    const at = below(where, index);
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
    if (resourceSpec) checkResource(resourceSpec, below(at, 'resourceSpec'));
  });
}

type Shared = Pick<TaskRunSpec, 'timeout' | 'serviceAccount' | 'serviceAccountName' | 'workspaces'> & {
  readonly status?: string;
};

function checkShared(spec: Shared, cancelled: string, where: Where): void {
  checkTimeout(spec.timeout, below(where, 'timeout'));
  const { status } = spec;
  if (status && status !== cancelled) {
    where.report.add('STATUS_UNKNOWN', [...where.path, 'status'], { status, cancelled }, { value: status });
  }
  const { serviceAccount: old, serviceAccountName: name } = spec;
  if (old && name && old !== name) where.report.add('ACCOUNT_TWICE', [...where.path, 'serviceAccount'], { old, name });
  const workspaces = spec.workspaces ?? [];
  checkNames('workspace', workspaces, below(where, 'workspaces'));
  workspaces.forEach((workspace, index) => {
    const sources = SOURCES.filter((source) => workspace[source] !== undefined);
    const claim = workspace.persistentVolumeClaim;
    if (sources.length === 1 && claim && !claim.claimName) {
      const path = [...where.path, 'workspaces', index, 'persistentVolumeClaim', 'claimName'];
      where.report.add('FIELD_MISSING', path, { name: 'claimName' }, { tektonMessage: NO_CLAIM });
    }
    if (sources.length === 1) return;
    const tektonMessage = `expected exactly one, got ${sources.length === 0 ? 'neither' : 'both'}: ${WORKSPACE_FIELDS}`;
    where.report.add(
      'WORKSPACE_SOURCE',
      [...where.path, 'workspaces', index],
      { name: workspace.name, sources },
      { tektonMessage },
    );
  });
}

const NO_CLAIM = 'missing field(s): workspace.persistentvolumeclaim.claimname';
const WORKSPACE_FIELDS = 'workspace.configmap, workspace.emptydir, workspace.persistentvolumeclaim, workspace.secret';
