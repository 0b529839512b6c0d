/** Checks a Task or embedded taskSpec on its own: params, results, workspaces, steps, sidecars, volumes. */

import { joinPath } from '../../model/container-path.js';
import { isDnsLabel } from '../../model/kubernetes-names.js';
import type { TaskSpec } from '../types.js';
import { checkDuplicates, child, fail, requireStability, type CheckContext } from './check-context.js';
import { DeclaredParams } from './declared-params.js';
import { checkObjectProperties, checkParamNames, checkParamSpecs } from './params.js';
import { checkResultSpecs } from './results.js';
import { checkTaskStep } from './step.js';
import { checkDeclaredVariables, checkStepVariables } from './task-variables.js';
import type { Strictness } from './variables.js';

/** Checks the spec of a Task, or an embedded one. `context` is the spec. */
export function checkTaskSpec(spec: TaskSpec, context: CheckContext): void {
  const { params = [], steps = [], workspaces = [], sidecars = [], results = [] } = spec;
  if (steps.length === 0) {
    const webhook = { message: 'missing field(s)', fields: ['steps'] };
    fail(context, 'STEPS_MISSING', {}, { at: ['steps'], webhook });
  }
  checkVolumes(spec, context);
  checkWorkspaces(spec, context);
  for (const [list, what, users] of [
    ['steps', 'step', steps],
    ['sidecars', 'sidecar', sidecars],
  ] as const) {
    const known = new Set(workspaces.map(({ name }) => name));
    users.forEach((user, index) => {
      if ((user.workspaces?.length ?? 0) === 0) return;
      requireStability(context, `${what} workspaces`, 'beta', [list, index, 'workspaces']);
      user.workspaces?.forEach(({ name }, position) => {
        if (known.has(name)) return;
        const field = `${list}[${String(index)}].workspaces[${String(position)}].name`;
        const webhook = { message: `undefined workspace ${JSON.stringify(name)}`, fields: [field] };
        fail(context, 'WORKSPACE_UNDECLARED', context.report.unknownName(name, [...known]), {
          at: [list, index, 'workspaces', position, 'name'],
          value: name,
          webhook,
        });
      });
    });
  }
  steps.forEach((step, index) => {
    checkTaskStep(step, step.ref ? undefined : spec.stepTemplate, child(context, 'steps', index));
  });
  checkUniqueSteps(spec, context);
  checkSidecars(spec, context);
  checkParamSpecs(params, context);
  checkParamNames(params, context);
  checkResultSpecs(results, context, 'Task');
  checkStepVariables(spec, new DeclaredParams(params), context);
}

/**
 * Checks that the params that a Task uses are declared.
 *
 * @param around the params of the pipeline and the run around an embedded Task
 * @param context the object that has the Task: an object of kind Task with its spec at `spec`, or a pipeline task
 * @param field where the TaskSpec is; Tekton leaves `taskSpec` out of its fields
 */
export function checkDeclaredParams(
  spec: TaskSpec,
  around: DeclaredParams | undefined,
  context: CheckContext,
  field: 'spec' | 'taskSpec',
  strictness: Strictness = 'refused',
): void {
  const prefix = field === 'spec' ? 'spec.' : '';
  if (strictness === 'refused') {
    checkObjectProperties(spec.params ?? [], context, [field, 'params'], (name) => [`${prefix}${name}.properties`]);
  }
  checkDeclaredVariables(spec, new DeclaredParams(spec.params ?? [], around), {
    context,
    at: [field],
    tektonPrefix: prefix,
    strictness,
  });
}

function checkUniqueSteps({ steps = [] }: TaskSpec, context: CheckContext): void {
  checkDuplicates(steps, context, {
    what: 'step',
    isNameOptional: true,
    at: (index) => ['steps', index, 'name'],
    webhook: (_name, index) => ({
      message: 'expected exactly one, got both',
      fields: [`steps[${String(index)}].name`],
    }),
  });
}

function checkVolumes({ volumes = [] }: TaskSpec, context: CheckContext): void {
  checkDuplicates(volumes, context, {
    what: 'volume',
    at: (index) => ['volumes', index, 'name'],
    webhook: (name, index) => ({
      message: `multiple volumes with same name ${JSON.stringify(name)}`,
      fields: [`volumes[${String(index)}].name`],
    }),
  });
}

function checkWorkspaces({ workspaces = [], steps = [], stepTemplate }: TaskSpec, context: CheckContext): void {
  const mounts = [...steps, stepTemplate].flatMap((container) => container?.volumeMounts ?? []);
  const taken = new Set(mounts.map(({ mountPath }) => joinPath('/', mountPath)));
  checkDuplicates(workspaces, context, {
    what: 'workspace',
    at: (index) => ['workspaces', index, 'name'],
    webhook: (name, index) => ({
      message: `workspace name ${JSON.stringify(name)} must be unique`,
      fields: [`workspaces[${String(index)}].name`],
    }),
  });
  workspaces.forEach((workspace, index) => {
    const { name } = workspace;
    const mountPath = joinPath('/', workspace.mountPath || `/workspace/${name}`);
    if (!taken.has(mountPath)) {
      taken.add(mountPath);
      return;
    }
    const message = `workspace mount path ${JSON.stringify(mountPath)} must be unique`;
    const at = ['workspaces', index, ...(workspace.mountPath === undefined ? [] : ['mountPath'])];
    fail(
      context,
      'WORKSPACE_PATH_TWICE',
      { mountPath },
      { at, value: mountPath, webhook: { message, fields: [`workspaces[${String(index)}].mountpath`] } },
    );
  });
}

/** Tekton reports all sidecars under one path, without their index. */
function checkSidecars({ sidecars = [] }: TaskSpec, context: CheckContext): void {
  checkDuplicates(sidecars, context, {
    what: 'sidecar',
    isNameOptional: true,
    at: (index) => ['sidecars', index, 'name'],
  });
  sidecars.forEach((sidecar, index) => {
    const at = child(context, 'sidecars', index);
    const { name = '' } = sidecar;
    const report = (fields: readonly string[], message: string): { message: string; fields: readonly string[] } => ({
      message,
      fields: fields.map((field) => `sidecars.${field}`),
    });
    if (name === 'tekton-log-results') {
      const webhook = report(['name'], `Invalid: cannot use reserved sidecar name ${name} `);
      fail(
        context,
        'NAME_RESERVED',
        { what: 'sidecar', name },
        { at: ['sidecars', index, 'name'], value: name, webhook },
      );
    } else if (name !== '' && !isDnsLabel(name)) {
      fail(at, 'NAME_INVALID', { what: 'sidecar', name }, { at: ['name'], value: name });
    }
    if (!sidecar.image)
      fail(
        context,
        'IMAGE_MISSING',
        { what: 'sidecar' },
        { at: ['sidecars', index, 'image'], webhook: report(['image'], 'missing field(s)') },
      );
    if (sidecar.script && (sidecar.command?.length ?? 0) > 0) {
      const webhook = report(['script'], 'script cannot be used with command');
      fail(context, 'SCRIPT_AND_COMMAND', {}, { at: ['sidecars', index, 'script'], webhook });
    }
  });
}
