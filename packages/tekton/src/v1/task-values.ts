/**
 * Fills in what a Task of tekton.dev/v1 leaves to its run: StepActions, and the variables that are known before its pod exists.
 *
 * The results of steps are known only while the pod runs, so `$(steps.STEP.results.RESULT)` stays as it is.
 */

import { stepContainerName } from '../execution/child-names.js';
import type { ResolvedTaskModel, TaskValues } from '../execution/task-run-rules.js';
import type { ParamAssignment, StepActionModel, StepModel, TaskModel, WorkspaceModel } from '../model/model.js';
import { isArrayValue, type ObjectValue, type ParamValue } from '../model/param.js';
import type { RunWorkspaceBinding } from '../model/pod.js';
import {
  addValue,
  mergeReplacements,
  noReplacements,
  pipelineParamValues,
  substituteParamValue,
  variableForms,
  type MutableReplacements,
  type ValueReplacements,
} from '../variables/pipeline-values.js';
import { rewriteAllTexts, rewriteStepFields, rewriteVolumeSources } from '../variables/step-fields.js';
import { substitute, substituteList } from '../variables/substitution.js';
import { rewriteContainerFields, rewriteTaskFields, type FieldRewriter } from '../variables/task-fields.js';

/** Returns the Task with the values of its run, or why a StepAction cannot be used. */
export function resolveTask(task: TaskModel, values: TaskValues): ResolvedTaskModel {
  const params = paramValues(task, values.run.params);
  const withActions = task.steps.map((step) => withAction(step, params, values.stepActions));
  const problem = withActions.find((step) => typeof step === 'string');
  if (problem !== undefined)
    return { kind: 'refused', failure: { reason: 'TaskRunResolutionFailed', message: problem } };
  const steps = withActions.filter((step) => typeof step !== 'string');
  const declared = [...task.workspaces, ...propagatedWorkspaces(task, values)].map((workspace) => ({
    ...workspace,
    mountPath: substitute(workspace.mountPath, params),
  }));
  const known = { ...task, steps, workspaces: declared };
  const shared = sharedValues(known, values);
  const filled = filledIn({ ...task, steps: [] }, mergeReplacements(shared, params));
  return {
    kind: 'task',
    task: {
      ...filled,
      workspaces: declared,
      steps: steps.map((step, index) => {
        const own = rewriterOf(mergeReplacements(shared, stepValues(step, index, known)));
        return rewriteStepFields(rewriteContainerFields(step, [], own), own);
      }),
    },
    workspaces: values.run.workspaces.map((binding) => withParams(binding, params)),
  };
}

const rewriterOf = (values: ValueReplacements): FieldRewriter => ({
  text: (text) => substitute(text, values),
  list: (texts) => substituteList(texts, values),
});

/** Returns the values of the Task's params, under the names of this version and under those of v1alpha1. */
function paramValues(task: TaskModel, given: readonly ParamAssignment[]): MutableReplacements {
  const values = pipelineParamValues(task.params, given.map(withDefaultKeys(task.params)));
  const old = noReplacements();
  for (const name of ['strings', 'arrays'] as const)
    for (const [key, value] of values[name])
      if (key.startsWith('params.')) (old[name] as Map<string, typeof value>).set(`inputs.${key}`, value); // of its own kind
  return mergeReplacements(old, values);
}

const isObjectValue = (value: ParamValue | undefined): value is ObjectValue =>
  typeof value === 'object' && !isArrayValue(value);

/** Unlike in a pipeline, a default gives an object the keys that its value leaves out: all of them if that is not an object. */
const withDefaultKeys =
  (declared: TaskModel['params']) =>
  ({ name, value }: ParamAssignment): ParamAssignment => {
    const byDefault = declared.find((param) => param.name === name)?.default;
    if (!isObjectValue(byDefault)) return { name, value };
    return { name, value: isObjectValue(value) ? { ...byDefault, ...value } : byDefault };
  };

/** Returns a step with its StepAction and the values of params; a text is the reason why that is not possible. */
function withAction(
  step: StepModel,
  params: ValueReplacements,
  actions: ReadonlyMap<string, StepActionModel>,
): StepModel | string {
  const { action, actionParams = [], ...own } = step;
  const rewriter = rewriterOf(params);
  const fields = rewriteStepFields(rewriteContainerFields(own, [], rewriter), rewriter);
  if (action === undefined) return fields;
  if (action.kind === 'resolver') return `resolver "${action.resolver}" of a StepAction is not supported`;
  const found = actions.get(action.name);
  if (!found) return `stepactions.tekton.dev "${action.name}" not found`;
  const given = actionParams.map(({ name, value }) => ({ name, value: substituteParamValue(value, params) }));
  const problem = actionProblem(found, given);
  if (problem !== undefined) return problem;
  const declared = found.params.map(withDefaults(given));
  const values = pipelineParamValues(declared, given.map(withDefaultKeys(declared)));
  const inner = rewriterOf(mergeReplacements(values, wholeResultValues(found, given)));
  return { ...rewriteContainerFields(found.step, [], inner), ...fields };
}

/** A variable for a whole result of another step, which is an array or object. */
const WHOLE_RESULT = /^\$\((steps\.[^.()]+\.results\.[^.()[\]]+)\[\*\]\)$/;

/** Returns the values of the params that are whole results of steps: variables, for they are known only while the pod runs. */
function wholeResultValues({ params, step }: StepActionModel, given: readonly ParamAssignment[]): MutableReplacements {
  const values = noReplacements();
  const indices = new Set([...JSON.stringify(step).matchAll(/\[(\d+)\]\)/g)].map(([, index = '']) => index));
  for (const { name, value } of given) {
    const result = typeof value === 'string' ? WHOLE_RESULT.exec(value)?.[1] : undefined;
    const { type, keys = [] } = params.find((param) => param.name === name) ?? {};
    if (result === undefined) continue;
    for (const form of variableForms('params', name)) {
      if (type === 'object') for (const key of keys) values.strings.set(`${form}.${key}`, `$(${result}.${key})`);
      if (type !== 'array') continue;
      for (const whole of [form, `${form}[*]`]) values.arrays.set(whole, [`$(${result}[*])`]);
      for (const index of indices) values.strings.set(`${form}[${index}]`, `$(${result}[${index}])`);
    }
  }
  return values;
}

/** A default of a StepAction may refer to its other params. */
const withDefaults =
  (given: readonly ParamAssignment[]) =>
  (param: StepActionModel['params'][number]): StepActionModel['params'][number] =>
    param.default === undefined
      ? param
      : { ...param, default: substituteParamValue(param.default, pipelineParamValues([], given)) };

function actionProblem({ params }: StepActionModel, given: readonly ParamAssignment[]): string | undefined {
  const missing = params.filter(
    ({ name, default: value }) => value === undefined && !given.some((one) => one.name === name),
  );
  if (missing.length > 0) return `non-existent params in Step: [${missing.map(({ name }) => name).join(' ')}]`;
  const extra = given.filter(({ name }) => !params.some((one) => one.name === name));
  if (extra.length > 0)
    return `extra params passed by Step to StepAction: [${extra.map(({ name }) => name).join(' ')}]`;
  return undefined;
}

/** Returns the workspaces of the run that an embedded Task uses without declaring them. */
function propagatedWorkspaces(task: TaskModel, { run }: TaskValues): readonly WorkspaceModel[] {
  if (run.source?.kind !== 'embedded') return [];
  const text = JSON.stringify([task.steps, task.sidecars, task.stepTemplate]);
  return run.workspaces
    .filter(({ name }) => !task.workspaces.some((one) => one.name === name) && text.includes(`$(workspaces.${name}.`))
    .map(({ name }) => ({ name, mountPath: `/workspace/${name}`, isReadOnly: false, isOptional: false }));
}

/** Returns the values of variables that are the same in all steps. */
function sharedValues(
  task: TaskModel,
  { run, names, uid, attempt, workspaceVolumes }: TaskValues,
): MutableReplacements {
  const values = noReplacements();
  const set = (name: string, value: string): void => addValue(values, name, value);
  set('context.taskRun.name', names.name);
  set('context.taskRun.namespace', names.namespace);
  set('context.taskRun.uid', uid);
  set('context.task.name', names.task ?? names.name);
  set('context.task.retry-count', String(attempt));
  set('credentials.path', '/tekton/creds');
  for (const { name, mountPath } of task.workspaces) {
    const binding = run.workspaces.find((one) => one.name === name);
    set(`workspaces.${name}.path`, binding ? mountPath : '');
    set(`workspaces.${name}.bound`, String(binding !== undefined));
    set(`workspaces.${name}.claim`, binding?.persistentVolumeClaim?.claimName ?? '');
    set(`workspaces.${name}.volume`, workspaceVolumes.get(name) ?? '');
  }
  for (const name of task.results)
    for (const form of variableForms('results', name)) set(`${form}.path`, `/tekton/results/${name}`);
  task.steps.forEach((step, index) => {
    const container = stepContainerName(step.name, index);
    set(`steps.${container}.exitCode.path`, `/tekton/steps/${container}/exitCode`);
  });
  return values;
}

/** Returns the values of variables of one step: where its results are, and where its own mounts of workspaces are. */
function stepValues(step: StepModel, index: number, task: TaskModel): MutableReplacements {
  const values = noReplacements();
  const directory = `/tekton/steps/${stepContainerName(step.name, index)}/results`;
  for (const { name } of step.stepResults ?? [])
    for (const form of variableForms('step.results', name)) addValue(values, `${form}.path`, `${directory}/${name}`);
  for (const { name, mountPath } of step.isolatedWorkspaces ?? [])
    if (mountPath && task.workspaces.some((one) => one.name === name))
      addValue(values, `workspaces.${name}.path`, mountPath);
  return values;
}

/** Returns the parts of a Task that all steps share, with values. */
function filledIn(task: TaskModel, values: ValueReplacements): TaskModel {
  const rewriter = rewriterOf(values);
  const filled = rewriteTaskFields(task, [], rewriter);
  return {
    ...filled,
    sidecars: filled.sidecars.map((sidecar) => rewriteStepFields(sidecar, rewriter)),
    volumes: filled.volumes.map((volume) => rewriteVolumeSources(volume, rewriter)),
  };
}

function withParams(binding: RunWorkspaceBinding, params: ValueReplacements): RunWorkspaceBinding {
  const { name, ...source } = binding;
  return { name, ...rewriteAllTexts(source, rewriterOf(params)) };
}
