/**
 * Checks a pipeline on its own: its tasks, shared resources and workspaces, and the values that it passes to tasks.
 */

import { checkGraph } from '../../validation/graph.js';
import { checkLabel } from '../../validation/metadata.js';
import { checkParams, checkTask } from './task.js';
import { checkResults } from '../../validation/results.js';
import { checkTimeout } from '../../validation/timeout.js';
import { checkPipelineTaskValues, checkPipelineValues, defaultsOf } from '../../validation/values.js';
import { paramVariables, type KnownVariables } from '../../validation/variables.js';
import { invalidQualifiedNameMessage } from '../../model/qualified-name.js';
import { readPipeline } from '../reader.js';
import { hasTasksPrefix } from '../../variables/result-references.js';
import { type PipelineSpec, type PipelineTask } from '../types.js';
import { RESOURCE_TYPES } from '../../model/resource.js';
import { childContext, checkUniqueNames, type ValidationContext } from '../../validation/context.js';

/** Checks the spec of a Pipeline, or an embedded `pipelineSpec`. `context` is the spec. */
export function checkPipeline(spec: PipelineSpec, context: ValidationContext): void {
  const tasks = spec.tasks ?? [];
  const at = childContext(context, 'tasks');
  if (tasks.length === 0) {
    const empty = Object.values(spec).every((field) => Array.isArray(field) && field.length === 0);
    at.report.add('TASKS_MISSING', at.path, {}, { tektonMessage: empty ? 'missing field(s): ' : undefined });
    return;
  }
  checkParams(spec.params ?? [], childContext(context, 'params'), (name) => `spec.params.${name}`);
  checkUniqueNames('resource', spec.resources ?? [], childContext(context, 'resources'), LAST_COUNTS);
  checkTypes(spec, childContext(context, 'resources'));
  checkUniqueNames('workspace', spec.workspaces ?? [], childContext(context, 'workspaces'));
  checkUniqueNames('task', tasks, at, {
    tektonMessage: (_, index) => `expected exactly one, got both: spec.tasks[${String(index)}].name`,
  });
  const model = readPipeline(spec);
  checkPipelineValues(model.params, defaultsOf(model.params), childContext(context, 'params'), 'default');
  const knownVariables = { ...paramVariables(model.params, ['params']), isCheckedElsewhere: hasTasksPrefix };
  const workspaces = new Set(model.workspaces);
  tasks.forEach((task, index) => {
    checkPipelineTask(task, index, knownVariables, childContext(at, index));
    (task.workspaces ?? []).forEach(({ workspace }, place) => {
      if (workspaces.has(workspace)) return;
      const path = [...at.path, index, 'workspaces', place, 'workspace'];
      at.report.add('WORKSPACE_UNDECLARED', path, at.report.unknownName(workspace, model.workspaces), {
        value: workspace,
      });
    });
  });
  checkResourceUse(spec, context);
  checkResults(model, at);
  checkGraph(model, at);
}

/** Warns about unknown resource types. Not an error, since Tekton ignores the types that a pipeline declares. */
function checkTypes({ resources = [] }: PipelineSpec, context: ValidationContext): void {
  resources.forEach(({ type }, index) => {
    if (RESOURCE_TYPES.includes(type)) return;
    const more = { value: type, severity: 'warning' } as const;
    context.report.add(
      'RESOURCE_TYPE_UNKNOWN',
      [...context.path, index, 'type'],
      context.report.unknownName(type, RESOURCE_TYPES),
      more,
    );
  });
}

/** Options for lists that Tekton stores in a map by name, so that the last duplicate wins. */
const LAST_COUNTS = { lastCounts: true } as const;

function checkPipelineTask(
  task: PipelineTask,
  index: number,
  knownVariables: KnownVariables,
  context: ValidationContext,
): void {
  const reason = invalidQualifiedNameMessage(task.name);
  const place = `spec.tasks[${String(index)}]`;
  checkLabel('task', task.name, childContext(context, 'name'), reason && `invalid value: ${reason}: ${place}.name`);
  const ref = task.taskRef?.name;
  const names = { ref: 'taskRef', spec: 'taskSpec' };
  if (ref && task.taskSpec) context.report.add('REF_AND_SPEC', context.path, names);
  else if (!ref && !task.taskSpec) {
    const tektonMessage = `invalid value: ${invalidQualifiedNameMessage('') ?? ''}: ${place}.taskRef.name`;
    context.report.add('REF_MISSING', [...context.path, 'taskRef'], names, { tektonMessage });
  }
  const refFault = ref && invalidQualifiedNameMessage(ref);
  if (refFault) {
    const tektonMessage = `invalid value: ${refFault}: ${place}.taskRef.name`;
    checkLabel('task', ref, childContext(context, 'taskRef', 'name'), tektonMessage);
  }
  if (task.taskSpec) checkTask(task.taskSpec, childContext(context, 'taskSpec'));
  const params = childContext(context, 'params');
  checkUniqueNames('param', task.params ?? [], params);
  checkPipelineTaskValues(task.params ?? [], knownVariables, params);
  checkUniqueNames('input', task.resources?.inputs ?? [], childContext(context, 'resources', 'inputs'), LAST_COUNTS);
  checkUniqueNames('output', task.resources?.outputs ?? [], childContext(context, 'resources', 'outputs'), LAST_COUNTS);
  (task.conditions ?? []).forEach((condition, at) => {
    const given = childContext(context, 'conditions', at, 'params');
    context.report.suppressTektonMessages(given.path); // not checked by Tekton
    checkUniqueNames('param', condition.params ?? [], given);
    checkPipelineTaskValues(condition.params ?? [], knownVariables, given);
    checkUniqueNames(
      'resource',
      condition.resources ?? [],
      childContext(context, 'conditions', at, 'resources'),
      LAST_COUNTS,
    );
  });
  checkTimeout(task.timeout, childContext(context, 'timeout'));
}

/** Checks that the declared resources are exactly those used by tasks, as Tekton requires. */
function checkResourceUse(spec: PipelineSpec, context: ValidationContext): void {
  const declared = (spec.resources ?? []).map(({ name }) => name);
  const known = new Set(declared);
  const used = new Set<string>();
  const missing = new Set<string>();
  const missed: { name: string; at: ValidationContext }[] = [];
  (spec.tasks ?? []).forEach((task, index) => {
    const lists = [
      { list: task.resources?.inputs, path: ['resources', 'inputs'] },
      { list: task.resources?.outputs, path: ['resources', 'outputs'] },
      ...(task.conditions ?? []).map(({ resources }, at) => ({
        list: resources,
        path: ['conditions', at, 'resources'],
      })),
    ];
    for (const { list, path } of lists) {
      list?.forEach(({ resource }, place) => {
        used.add(resource);
        if (known.has(resource) || !resource) return;
        missing.add(resource);
        missed.push({ name: resource, at: childContext(context, 'tasks', index, ...path, place, 'resource') });
      });
    }
  });
  const refusal = (what: string): string =>
    `invalid value: Pipeline declared resources didn't match usage in Tasks: ${what}: spec.resources`;
  const required = refusal(`Didn't provide required values: [${[...missing].slice(0, 100).join(' ')}]`);
  for (const { name, at } of missed) {
    at.report.add('RESOURCE_UNDECLARED', at.path, at.report.unknownName(name, declared), {
      value: name,
      tektonMessage: required,
    });
  }
  const unused = declared.filter((name) => !used.has(name));
  const extra = refusal(`Provided extra values: [${unused.slice(0, 100).join(' ')}]`);
  declared.forEach((name, index) => {
    if (used.has(name)) return;
    context.report.add(
      'RESOURCE_UNUSED',
      [...context.path, 'resources', index, 'name'],
      { name },
      { value: name, tektonMessage: extra },
    );
  });
}
