/** Checks a Task or embedded taskSpec on its own: params, results, workspaces, steps, sidecars, volumes. */

import { joinPath } from '../../model/container-path.js';
import { isDnsLabel } from '../../model/kubernetes-names.js';
import type { ParamSpec, TaskSpec } from '../types.js';
import { child, fail, requireStability, type CheckContext } from './check-context.js';
import { checkObjectProperties, checkParamNames, checkParamSpecs, declaredParams } from './params.js';
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
      user.workspaces?.forEach(({ name }, place) => {
        if (known.has(name)) return;
        const field = `${list}[${String(index)}].workspaces[${String(place)}].name`;
        const webhook = { message: `undefined workspace ${JSON.stringify(name)}`, fields: [field] };
        fail(context, 'WORKSPACE_UNDECLARED', context.report.unknownName(name, [...known]), {
          at: [list, index, 'workspaces', place, 'name'],
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
  checkStepVariables(spec, declaredParams(params), context);
}

/**
 * Checks that the params that a Task uses are declared.
 *
 * @param inherited params of the pipeline and the run around an embedded Task
 * @param context the object that has the Task: an object of kind Task with its spec at `spec`, or a pipeline task
 * @param field where the TaskSpec is; Tekton leaves `taskSpec` out of its fields
 */
export function checkDeclaredParams(
  spec: TaskSpec,
  inherited: readonly ParamSpec[],
  context: CheckContext,
  field: 'spec' | 'taskSpec',
  strictness: Strictness = 'refused',
): void {
  const prefix = field === 'spec' ? 'spec.' : '';
  if (strictness === 'refused') {
    checkObjectProperties(spec.params ?? [], context, [field, 'params'], (name) => [`${prefix}${name}.properties`]);
  }
  checkDeclaredVariables(spec, declaredParams([...inherited, ...(spec.params ?? [])]), {
    context,
    at: [field],
    tektonPrefix: prefix,
    strictness,
  });
}

function checkUniqueSteps({ steps = [] }: TaskSpec, context: CheckContext): void {
  const first = new Map<string, number>();
  steps.forEach(({ name = '' }, index) => {
    const seen = first.get(name);
    if (name === '') return;
    if (seen === undefined) first.set(name, index);
    else {
      const webhook = { message: 'expected exactly one, got both', fields: [`steps[${String(index)}].name`] };
      fail(
        context,
        'NAME_TWICE',
        { what: 'step', name, first: seen },
        { at: ['steps', index, 'name'], value: name, webhook },
      );
    }
  });
}

function checkVolumes({ volumes = [] }: TaskSpec, context: CheckContext): void {
  const first = new Map<string, number>();
  volumes.forEach(({ name }, index) => {
    const seen = first.get(name);
    if (seen === undefined) first.set(name, index);
    else {
      const message = `multiple volumes with same name ${JSON.stringify(name)}`;
      const webhook = { message, fields: [`volumes[${String(index)}].name`] };
      fail(
        context,
        'NAME_TWICE',
        { what: 'volume', name, first: seen },
        { at: ['volumes', index, 'name'], value: name, webhook },
      );
    }
  });
}

function checkWorkspaces({ workspaces = [], steps = [], stepTemplate }: TaskSpec, context: CheckContext): void {
  const mounts = [...steps, stepTemplate].flatMap((container) => container?.volumeMounts ?? []);
  const taken = new Set(mounts.map(({ mountPath }) => joinPath('/', mountPath)));
  const first = new Map<string, number>();
  workspaces.forEach((workspace, index) => {
    const { name } = workspace;
    const field = `workspaces[${String(index)}]`;
    const seen = first.get(name);
    if (seen === undefined) first.set(name, index);
    else {
      const webhook = { message: `workspace name ${JSON.stringify(name)} must be unique`, fields: [`${field}.name`] };
      fail(
        context,
        'NAME_TWICE',
        { what: 'workspace', name, first: seen },
        { at: ['workspaces', index, 'name'], value: name, webhook },
      );
    }
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
      { at, value: mountPath, webhook: { message, fields: [`${field}.mountpath`] } },
    );
  });
}

/** Tekton reports all sidecars under one path, without their index. */
function checkSidecars({ sidecars = [] }: TaskSpec, context: CheckContext): void {
  const first = new Map<string, number>();
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
    const seen = first.get(name);
    if (name !== '' && seen !== undefined)
      fail(at, 'NAME_TWICE', { what: 'sidecar', name, first: seen }, { at: ['name'], value: name });
    else first.set(name, index);
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
