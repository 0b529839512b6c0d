/**
 * A task by itself: its steps, params, resources, volumes and variables. Conditions are checked as the task they are.
 */

import { checkDeclared, checkLabel } from '../../validation/metadata.js';
import { typeName } from '../../schema/type-hint.js';
import { checkStep, INTERNAL_VOLUMES, type StepPlace } from '../../validation/step.js';
import { checkTaskValues, defaultsOf } from '../../validation/values.js';
import { checkTaskVariables, taskVocabulary, unquotedVariables, type Vocabulary } from '../../validation/variables.js';
import type { TaskModel } from '../../model/model.js';
import { isDnsLabel } from '../../execution/child-names.js';
import { readCondition, readTask } from '../reader.js';
import type { ConditionSpec, ParamSpec, Step, TaskResource, TaskSpec } from '../types.js';
import { staysInWorkspace } from '../../variables/replacements.js';
import { below, checkNames, type Where } from '../../validation/location.js';

const STEP_NAME =
  'Task step name must be a valid DNS Label, For more info refer to https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names';

/** Checks the spec of a Task or ClusterTask, or an embedded one. `where` is the spec. */
export function checkTask(spec: TaskSpec, where: Where): void {
  if ((spec.steps ?? []).length === 0) {
    const empty = Object.values(spec).every((field) => Array.isArray(field) && field.length === 0);
    const tektonMessage = `missing field(s): ${empty ? '' : 'steps'}`;
    where.report.add('STEPS_MISSING', below(where, 'steps').path, {}, { tektonMessage });
  }
  checkParams(spec.inputs?.params ?? [], below(where, 'inputs', 'params'), (name) => `taskspec.inputs.params.${name}`);
  checkResources(spec.inputs?.resources ?? [], below(where, 'inputs', 'resources'), 'Inputs');
  checkResources(spec.outputs?.resources ?? [], below(where, 'outputs', 'resources'), 'Outputs');
  checkContainers(spec, where);
  checkVolumes(spec, below(where, 'volumes'));
  const workspaces = spec.workspaces ?? [];
  workspaces.forEach(({ name }, index) => checkLabel('workspace', name, below(where, 'workspaces', index, 'name')));
  checkNames('workspace', workspaces, below(where, 'workspaces'));
  checkNames('result', spec.results ?? [], below(where, 'results'));
  (spec.results ?? []).forEach(({ name }, index) => checkDeclared('result', name, below(where, 'results', index)));
  const model = readTask(spec);
  checkTaskVariables(model, where);
  checkTaskValues(model, defaultsOf(model.params), below(where, 'inputs', 'params'), 'default');
  checkScripts(model, where);
}

function checkContainers(spec: TaskSpec, where: Where): void {
  const workspaces = (spec.workspaces ?? []).map(({ name }) => `$(workspaces.${name}.volume)`);
  const volumes = new Set([...(spec.volumes ?? []).map(({ name }) => name), ...workspaces, ...INTERNAL_VOLUMES]);
  const place = (what: string): StepPlace => ({
    what,
    volumes,
    ...(spec.stepTemplate && { template: spec.stepTemplate }),
  });
  const steps = spec.steps ?? [];
  steps.forEach((step, index) => {
    const at = below(where, 'steps', index);
    checkStep(step, { ...place('step'), tektonImage: 'steps.Image' }, at);
    if (step.name && !step.name.includes('$(') && !isDnsLabel(step.name)) {
      checkLabel(
        'step',
        step.name,
        below(at, 'name'),
        `invalid value "${step.name}": taskspec.steps.name\n${STEP_NAME}`,
      );
    }
  });
  checkNames('step', steps, below(where, 'steps'), {
    tektonMessage: (name) => `invalid value: ${name}: steps.name`,
  });
  (spec.sidecars ?? []).forEach((sidecar, index) => {
    const at = below(where, 'sidecars', index);
    checkStep(sidecar, { what: 'sidecar', volumes }, at);
    if (sidecar.name) checkLabel('sidecar', sidecar.name, below(at, 'name'));
  });
  checkNames('sidecar', spec.sidecars ?? [], below(where, 'sidecars'));
}

function checkVolumes(spec: TaskSpec, where: Where): void {
  (spec.volumes ?? []).forEach(({ name }, index) => {
    const at = below(where, index, 'name');
    if (name.startsWith('tekton-internal-'))
      at.report.add('NAME_RESERVED', at.path, { what: 'volume', name }, { value: name });
    else if (!name.includes('$(')) checkLabel('volume', name, at);
  });
  checkNames('volume', spec.volumes ?? [], where, {
    tektonMessage: (name) => `multiple volumes with same name "${name}": volumes.name`,
  });
}

/** Checks declared params. `tektonPath`: how Tekton calls one. */
export function checkParams(params: readonly ParamSpec[], where: Where, tektonPath: (name: string) => string): void {
  checkNames('param', params, where, { lastCounts: true });
  params.forEach((param, index) => {
    const { name, type } = param;
    const at = below(where, index);
    checkDeclared('param', name, at);
    if (type === undefined || param.default === undefined) return;
    const got = typeof param.default === 'string' ? 'string' : 'array';
    if (got === type) return;
    const place = `${tektonPath(name)}`;
    const tektonMessage = `"${type}" type does not match default value's type: "${got}": ${place}.default.type, ${place}.type`;
    at.report.add(
      'PARAM_DEFAULT_TYPE',
      [...at.path, 'default'],
      { name, type, got: typeName(param.default) },
      { tektonMessage },
    );
  });
}

function checkResources(resources: readonly TaskResource[], where: Where, side: 'Inputs' | 'Outputs'): void {
  checkNames('resource', resources, where, {
    fold: true,
    tektonMessage: () => `expected exactly one, got both: taskspec.${side}.Resources.Name`,
  });
  resources.forEach(({ name, targetPath }, index) => {
    const at = below(where, index);
    checkDeclared('resource', name, at);
    if (targetPath === undefined || targetPath === '' || staysInWorkspace(targetPath)) return;
    at.report.add('TARGET_PATH_OUTSIDE', [...at.path, 'targetPath'], { targetPath }, { value: targetPath });
  });
}

/** Programs that read their argument after `-c` as a script. */
const SHELL = /(^|\/)(sh|bash|ash|dash|zsh)$/;

/** Warns of params pasted into shell scripts without quotes. */
function checkScripts(task: TaskModel, where: Where): void {
  let vocabulary: Vocabulary | undefined; // gathered for the first script that mentions a variable
  task.steps.forEach((step, index) => {
    for (const [script, field] of shellScripts(step)) {
      if (!script.includes('$(')) continue;
      vocabulary ??= taskVocabulary(task);
      const variables = unquotedVariables(script, vocabulary);
      if (variables.length === 0) continue;
      where.report.add('SCRIPT_PARAM_UNQUOTED', [...where.path, 'steps', index, ...field], { variables });
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
export function checkCondition(name: string, spec: ConditionSpec, where: Where): void {
  const tektonMessage = 'missing field(s): Spec.Check.Image';
  if (spec.check === undefined) where.report.add('CHECK_MISSING', below(where, 'check').path, {}, { tektonMessage });
  else checkStep(spec.check, { what: 'check', tektonImage: 'Spec.Check.Image' }, below(where, 'check'));
  where.report.unheard(where.path); // of the rest Tekton's admission looks at nothing
  checkParams(spec.params ?? [], below(where, 'params'), (param) => `params.${param}`);
  checkResources(spec.resources ?? [], below(where, 'resources'), 'Inputs');
  if (spec.check === undefined) return;
  // The model has the check as its only step, so paths are brought back to `check`.
  const { task } = readCondition(name, spec);
  const at = below(where, 'check');
  checkTaskValues(task, defaultsOf(task.params), below(where, 'params'), 'default');
  checkTaskVariables(task, at, (path) => [...at.path, ...path.slice(at.path.length + 2)]);
}
