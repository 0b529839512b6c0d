/** Checks a pipeline on its own: a Pipeline, the pipelineSpec of a run, or the pipeline of a pipeline task. */

import type { FieldPath } from '../../model/field-path.js';
import type { ParamSpec, PipelineSpec, PipelineTask } from '../types.js';
import { checkDuplicates, child, fail, type CheckContext, type WebhookError } from './check-context.js';
import { DeclaredParams } from './declared-params.js';
import { reportArtifacts, taskArtifactVariableIn } from './artifacts.js';
import { checkTaskOrder } from './graph.js';
import { matrixParams } from './matrix.js';
import { checkObjectProperties, checkParamSpecs } from './params.js';
import { checkPipelineResults } from './pipeline-results.js';
import { textsOfValue } from './pipeline-texts.js';
import { checkPipelineTask } from './pipeline-task.js';
import { checkPipelineParams, checkPipelineVariables } from './pipeline-variables.js';
import { checkDeclaredParams } from './task.js';
import type { Strictness } from './variables.js';

/** Checks the spec of a pipeline. `context` is the spec. */
export function checkPipelineSpec(spec: PipelineSpec, pipeline: CheckContext): void {
  const { tasks = [], finally: finals = [], params = [], workspaces = [] } = spec;
  const around = [...(pipeline.workspacesAround ?? []), ...workspaces.map(({ name }) => name)];
  const context = { ...child(pipeline), workspacesAround: new Set(around) };
  if (isEmpty(spec)) {
    const fields = ['description', 'params', 'resources', 'tasks', 'workspaces'];
    fail(
      context,
      'TASKS_MISSING',
      {},
      { at: ['tasks'], webhook: { message: 'expected at least one, got none', fields } },
    );
  } else if (tasks.length === 0 && finals.length > 0) {
    const message = `invalid value: spec.tasks is empty but spec.finally has ${String(finals.length)} tasks`;
    fail(context, 'TASKS_MISSING', {}, { at: ['tasks'], webhook: { message, fields: ['finally'] } });
  } else if (tasks.length === 0) fail(context, 'TASKS_MISSING', {}, { at: ['tasks'] });
  tasks.forEach((task, index) => {
    checkPipelineTask(task, child(context, 'tasks', index), checkPipelineSpec);
  });
  finals.forEach((task, index) => {
    const at = child(context, 'finally', index);
    checkPipelineTask(task, at, checkPipelineSpec);
    if ((task.runAfter?.length ?? 0) === 0) return;
    const message = `invalid value: no runAfter allowed under spec.finally, final task ${task.name} has runAfter specified`;
    fail(at, 'FINALLY_RUN_AFTER', { task: task.name }, { at: ['runAfter'], webhook: { message, fields: [''] } });
  });
  checkUniqueTasks(tasks, finals, context);
  checkTaskOrder(tasks, context);
  checkParamSpecs(params, context, ['tasks.params', 'finally.params']);
  checkPipelineVariables(spec, context);
  checkArtifacts(spec, context);
  checkWorkspaceNames(workspaces, context);
  checkPipelineResults(spec, context);
}

/** Tekton reports the first use. */
function checkArtifacts(spec: PipelineSpec, context: CheckContext): void {
  if (context.config.enableArtifacts) return;
  for (const list of ['tasks', 'finally'] as const)
    for (const [index, { params = [] }] of (spec[list] ?? []).entries())
      for (const { text } of params.flatMap(({ value }) => textsOfValue(value, []))) {
        const variable = taskArtifactVariableIn(text);
        if (variable === undefined) continue;
        reportArtifacts(variable, context, [list, index, 'params']);
        return;
      }
}

function checkWorkspaceNames(workspaces: NonNullable<PipelineSpec['workspaces']>, context: CheckContext): void {
  const error = (index: number, message: string): WebhookError => ({
    message: `invalid value: ${message}`,
    fields: [`workspaces[${String(index)}]`],
  });
  const at = (index: number): FieldPath => ['workspaces', index, 'name'];
  workspaces.forEach(({ name }, index) => {
    if (name !== '') return;
    const webhook = error(index, `workspace ${String(index)} has empty name`);
    fail(context, 'NAME_INVALID', { what: 'workspace', name }, { at: at(index), webhook });
  });
  checkDuplicates(workspaces, context, {
    what: 'workspace',
    at,
    webhook: (name, index) => error(index, `workspace with name ${JSON.stringify(name)} appears more than once`),
  });
}

const isEmpty = (spec: PipelineSpec): boolean =>
  Object.values(spec).every(
    (field) => field === undefined || field === '' || (Array.isArray(field) && field.length === 0),
  );

function checkUniqueTasks(
  tasks: readonly PipelineTask[],
  finals: readonly PipelineTask[],
  context: CheckContext,
): void {
  const first = new Map<string, { readonly list: string; readonly index: number }>();
  let isGraphReported = false;
  for (const [list, members] of [
    ['tasks', tasks],
    ['finally', finals],
  ] as const)
    members.forEach(({ name }, index) => {
      const seen = first.get(name);
      if (seen === undefined) {
        first.set(name, { list, index });
        return;
      }
      const field = `${list}[${String(index)}].name`;
      const graphError = {
        message: `invalid value: task ${name} is already present in Graph, can't add it again: duplicate pipeline task`,
        fields: ['tasks'],
      };
      const webhook = [
        { message: 'expected exactly one, got both', fields: [field] },
        ...(list === 'tasks' && !isGraphReported ? [graphError] : []),
      ];
      isGraphReported ||= list === 'tasks';
      fail(
        context,
        'NAME_TWICE',
        { what: 'task', name, first: seen.index, ...(seen.list !== list && { list: seen.list }) },
        { at: [list, index, 'name'], value: name, webhook },
      );
    });
}

/**
 * Checks that the params that a pipeline uses are declared: in pipeline tasks and in embedded tasks.
 *
 * @param inherited params of the run around an embedded pipeline
 */
export function checkPipelineUsage(
  spec: PipelineSpec,
  inherited: readonly ParamSpec[],
  context: CheckContext,
  strictness: Strictness,
): void {
  const { params = [] } = spec;
  const lists = (['tasks', 'finally'] as const).map((list) => ({ list, members: spec[list] ?? [] }));
  const declared = new DeclaredParams(params, new DeclaredParams(inherited));
  for (const { list, members } of lists)
    members.forEach((task, index) => {
      if (!task.taskSpec) return;
      const given = (task.params ?? []).map(({ name, value }) => ({
        name,
        default: value,
        ...openProperties(value, declared.keysOf(name)), // Tekton merges the objects of all scopes
      }));
      const around =
        strictness === 'refused' ? declared : new DeclaredParams([...given, ...matrixParams(task)], declared);
      checkDeclaredParams(task.taskSpec, around, child(context, list, index), 'taskSpec', strictness);
    });
  const embedding = lists.flatMap(({ list, members }) =>
    members.flatMap((task, index) => (task.taskSpec ? [`${list}[${String(index)}]`] : [])),
  );
  let unlisted = MOST_FIELDS;
  checkObjectProperties(params, context, ['params'], (name) => {
    if (strictness === 'reported') return [];
    const fields = embedding.slice(0, Math.max(1, unlisted)).map((task) => `${task}.${name}.properties`);
    unlisted -= fields.length;
    return fields;
  });
  checkPipelineParams(spec, declared, context, strictness);
}

/** Tekton reports each object param without properties once per embedded task; this is the number of reports for one pipeline. */
const MOST_FIELDS = 10_000;

/** The keys of an object that a run passes, and of the param of this name around it, are those that a task may use. */
export const openProperties = (value: unknown, around: Iterable<string> = []): Pick<ParamSpec, 'properties'> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { properties: Object.fromEntries([...around, ...Object.keys(value)].map((key) => [key, { type: 'string' }])) }
    : {};

/** Checks that the workspaces that pipeline tasks use are declared. `context` is the spec of a Pipeline. */
export function checkWorkspaceUsage(spec: PipelineSpec, context: CheckContext, strictness: Strictness): void {
  const declared = (spec.workspaces ?? []).map(({ name }) => name);
  const known = new Set([...declared, ...(context.workspacesAround ?? [])]);
  for (const list of ['tasks', 'finally'] as const)
    (spec[list] ?? []).forEach((task, index) => {
      const at = child(context, list, index);
      const { workspaces: bindings = [] } = task;
      const error = (binding: number, message: string): WebhookError | undefined =>
        strictness === 'refused' ? { message, fields: [`workspaces[${String(binding)}]`] } : undefined;
      checkDuplicates(bindings, at, {
        what: 'workspace',
        at: (binding) => ['workspaces', binding, 'name'],
        webhook: (name, binding) => error(binding, `workspace name ${JSON.stringify(name)} must be unique`),
      });
      bindings.forEach(({ name, workspace = '' }, binding) => {
        const source = workspace || name;
        if (known.has(source)) return;
        const webhook = error(
          binding,
          `invalid value: pipeline task ${JSON.stringify(task.name)} expects workspace with name ${JSON.stringify(source)} but none exists in pipeline spec`,
        );
        fail(at, 'WORKSPACE_UNDECLARED', at.report.unknownName(source, declared), {
          at: ['workspaces', binding, workspace === '' ? 'name' : 'workspace'],
          value: source,
          ...(webhook && { webhook }),
        });
      });
    });
}
