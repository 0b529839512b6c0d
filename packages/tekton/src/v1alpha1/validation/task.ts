/**
 * Checks a task or condition on its own: steps, params, resources, volumes and variables.
 */

import { checkDeclaredName, checkLabel } from '../../validation/metadata.js';
import { describeValue } from '../../schema/type-hint.js';
import { checkStep, INTERNAL_VOLUMES, type StepContext } from '../../validation/step.js';
import { checkTaskValues, defaultsOf } from '../../validation/values.js';
import {
  checkTaskVariables,
  taskVariables,
  unquotedVariables,
  type KnownVariables,
} from '../../validation/variables.js';
import type { TaskModel } from '../../model/model.js';
import { isDnsLabel } from '../../model/kubernetes-names.js';
import { readCondition, readTask } from '../reader.js';
import type { ConditionSpec, ParamSpec, TaskResource, TaskSpec } from '../types.js';
import type { Step } from '../../model/pod.js';
import { isInsideWorkspace } from '../../variables/replacements.js';
import { childContext, checkUniqueNames, type ValidationContext } from '../../validation/context.js';

const STEP_NAME =
  'Task step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names';

/** Checks the spec of a Task or ClusterTask, or an embedded `taskSpec`. `context` is the spec. */
export function checkTask(spec: TaskSpec, context: ValidationContext): void {
  if ((spec.steps ?? []).length === 0) {
    const empty = Object.values(spec).every((field) => Array.isArray(field) && field.length === 0);
    const tektonMessage = `missing field(s): ${empty ? '' : 'steps'}`;
    context.report.add('STEPS_MISSING', childContext(context, 'steps').path, {}, { tektonMessage });
  }
  checkParams(
    spec.inputs?.params ?? [],
    childContext(context, 'inputs', 'params'),
    (name) => `taskspec.inputs.params.${name}`,
  );
  checkResources(spec.inputs?.resources ?? [], childContext(context, 'inputs', 'resources'), 'Inputs');
  checkResources(spec.outputs?.resources ?? [], childContext(context, 'outputs', 'resources'), 'Outputs');
  checkContainers(spec, context);
  checkVolumes(spec, childContext(context, 'volumes'));
  const workspaces = spec.workspaces ?? [];
  workspaces.forEach(({ name }, index) =>
    checkLabel('workspace', name, childContext(context, 'workspaces', index, 'name')),
  );
  checkUniqueNames('workspace', workspaces, childContext(context, 'workspaces'));
  checkUniqueNames('result', spec.results ?? [], childContext(context, 'results'));
  (spec.results ?? []).forEach(({ name }, index) =>
    checkDeclaredName('result', name, childContext(context, 'results', index)),
  );
  const model = readTask(spec);
  checkTaskVariables(model, context);
  checkTaskValues(model, defaultsOf(model.params), childContext(context, 'inputs', 'params'), 'default');
  checkScripts(model, context);
}

function checkContainers(spec: TaskSpec, context: ValidationContext): void {
  const workspaces = (spec.workspaces ?? []).map(({ name }) => `$(workspaces.${name}.volume)`);
  const volumes = new Set([...(spec.volumes ?? []).map(({ name }) => name), ...workspaces, ...INTERNAL_VOLUMES]);
  const place = (what: string): StepContext => ({
    what,
    volumes,
    ...(spec.stepTemplate && { template: spec.stepTemplate }),
  });
  const steps = spec.steps ?? [];
  steps.forEach((step, index) => {
    const at = childContext(context, 'steps', index);
    checkStep(step, { ...place('step'), tektonImageField: 'steps.Image' }, at);
    if (step.name && !step.name.includes('$(') && !isDnsLabel(step.name)) {
      checkLabel(
        'step',
        step.name,
        childContext(at, 'name'),
        `invalid value "${step.name}": taskspec.steps.name\n${STEP_NAME}`,
      );
    }
  });
  checkUniqueNames('step', steps, childContext(context, 'steps'), {
    tektonMessage: (name) => `invalid value: ${name}: steps.name`,
  });
  (spec.sidecars ?? []).forEach((sidecar, index) => {
    const at = childContext(context, 'sidecars', index);
    checkStep(sidecar, { what: 'sidecar', volumes }, at);
    if (sidecar.name) checkLabel('sidecar', sidecar.name, childContext(at, 'name'));
  });
  checkUniqueNames('sidecar', spec.sidecars ?? [], childContext(context, 'sidecars'));
}

function checkVolumes(spec: TaskSpec, context: ValidationContext): void {
  (spec.volumes ?? []).forEach(({ name }, index) => {
    const at = childContext(context, index, 'name');
    if (name.startsWith('tekton-internal-'))
      at.report.add('NAME_RESERVED', at.path, { what: 'volume', name }, { value: name });
    else if (!name.includes('$(')) checkLabel('volume', name, at);
  });
  checkUniqueNames('volume', spec.volumes ?? [], context, {
    tektonMessage: (name) => `multiple volumes with same name "${name}": volumes.name`,
  });
}

/** Checks declared params. `tektonPath` returns Tekton's path of a param. */
export function checkParams(
  params: readonly ParamSpec[],
  context: ValidationContext,
  tektonPath: (name: string) => string,
): void {
  checkUniqueNames('param', params, context, { lastCounts: true });
  params.forEach((param, index) => {
    const { name, type } = param;
    const at = childContext(context, index);
    checkDeclaredName('param', name, at);
    if (type === undefined || param.default === undefined) return;
    const got = typeof param.default === 'string' ? 'string' : 'array';
    if (got === type) return;
    const place = `${tektonPath(name)}`;
    const tektonMessage = `"${type}" type does not match default value's type: "${got}": ${place}.default.type, ${place}.type`;
    at.report.add(
      'PARAM_DEFAULT_TYPE',
      [...at.path, 'default'],
      { name, type, got: describeValue(param.default) },
      { tektonMessage },
    );
  });
}

function checkResources(
  resources: readonly TaskResource[],
  context: ValidationContext,
  side: 'Inputs' | 'Outputs',
): void {
  checkUniqueNames('resource', resources, context, {
    fold: true,
    tektonMessage: () => `expected exactly one, got both: taskspec.${side}.Resources.Name`,
  });
  resources.forEach(({ name, targetPath }, index) => {
    const at = childContext(context, index);
    checkDeclaredName('resource', name, at);
    if (targetPath === undefined || targetPath === '' || isInsideWorkspace(targetPath)) return;
    at.report.add('TARGET_PATH_OUTSIDE', [...at.path, 'targetPath'], { targetPath }, { value: targetPath });
  });
}

/** Shells, which execute the argument after `-c` as a script. */
const SHELL = /(^|\/)(sh|bash|ash|dash|zsh)$/;

/** Warns about unquoted params in shell scripts. */
function checkScripts(task: TaskModel, context: ValidationContext): void {
  let knownVariables: KnownVariables | undefined; // computed for the first script with a variable
  task.steps.forEach((step, index) => {
    for (const [script, field] of shellScripts(step)) {
      if (!script.includes('$(')) continue;
      knownVariables ??= taskVariables(task);
      const variables = unquotedVariables(script, knownVariables);
      if (variables.length === 0) continue;
      context.report.add('SCRIPT_PARAM_UNQUOTED', [...context.path, 'steps', index, ...field], { variables });
    }
  });
}

function shellScripts(step: Step): [string, readonly (string | number)[]][] {
  if (step.script) {
    const first = step.script.slice(0, 200).split('\n', 1)[0] ?? '';
    const shell = !first.startsWith('#!') || /\b(sh|bash|ash|dash|zsh)\b/.test(first);
    return shell ? [[step.script, ['script']]] : [];
  }
  const words = [...(step.command ?? []), ...(step.args ?? [])];
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const script = words[at + 1];
  if (at < 1 || script === undefined || !SHELL.test(words[0] ?? '')) return [];
  const commands = step.command?.length ?? 0;
  return [[script, at + 1 < commands ? ['command', at + 1] : ['args', at + 1 - commands]]];
}

/** Checks the spec of a Condition. */
export function checkCondition(name: string, spec: ConditionSpec, context: ValidationContext): void {
  const tektonMessage = 'missing field(s): Spec.Check.Image';
  if (spec.check === undefined)
    context.report.add('CHECK_MISSING', childContext(context, 'check').path, {}, { tektonMessage });
  else checkStep(spec.check, { what: 'check', tektonImageField: 'Spec.Check.Image' }, childContext(context, 'check'));
  context.report.suppressTektonMessages(context.path); // Tekton's webhook does not check the rest
  checkParams(spec.params ?? [], childContext(context, 'params'), (param) => `params.${param}`);
  checkResources(spec.resources ?? [], childContext(context, 'resources'), 'Inputs');
  if (spec.check === undefined) return;
  // The check is the only step of the model, so paths below `steps[0]` are mapped to `check`.
  const { task } = readCondition(name, spec);
  const at = childContext(context, 'check');
  checkTaskValues(task, defaultsOf(task.params), childContext(context, 'params'), 'default');
  checkTaskVariables(task, at, (path) => [...at.path, ...path.slice(at.path.length + 2)]);
}
