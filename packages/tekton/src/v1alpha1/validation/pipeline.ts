/**
 * A pipeline by itself: its tasks, what they share, and the variables of the values it gives them.
 */

import { checkGraph } from '../../validation/graph.js';
import { checkLabel } from '../../validation/metadata.js';
import { checkParams, checkTask } from './task.js';
import { checkResults } from '../../validation/results.js';
import { checkTimeout } from '../../validation/timeout.js';
import { checkGivenValues, checkPipelineValues, defaultsOf } from '../../validation/values.js';
import { paramVocabulary, type Vocabulary } from '../../validation/variables.js';
import { qualifiedNameFault } from '../../model/qualified-name.js';
import { readPipeline } from '../reader.js';
import { isTaskVariable } from '../../variables/result-references.js';
import { RESOURCE_TYPES, type PipelineSpec, type PipelineTask } from '../types.js';
import { below, checkNames, type Where } from '../../validation/location.js';

/** Checks the spec of a Pipeline, or an embedded one. `where` is the spec. */
export function checkPipeline(spec: PipelineSpec, where: Where): void {
  const tasks = spec.tasks ?? [];
  const at = below(where, 'tasks');
  if (tasks.length === 0) {
    const empty = Object.values(spec).every((field) => Array.isArray(field) && field.length === 0);
    at.report.add('TASKS_MISSING', at.path, {}, { tektonMessage: empty ? 'missing field(s): ' : undefined });
    return;
  }
  checkParams(spec.params ?? [], below(where, 'params'), (name) => `spec.params.${name}`);
  checkNames('resource', spec.resources ?? [], below(where, 'resources'), LAST_COUNTS);
  checkTypes(spec, below(where, 'resources'));
  checkNames('workspace', spec.workspaces ?? [], below(where, 'workspaces'));
  checkNames('task', tasks, at, {
    tektonMessage: (_, index) => `expected exactly one, got both: spec.tasks[${String(index)}].name`,
  });
  const model = readPipeline(spec);
  checkPipelineValues(model.params, defaultsOf(model.params), below(where, 'params'), 'default');
  const vocabulary = { ...paramVocabulary(model.params, ['params']), others: isTaskVariable };
  const workspaces = new Set(model.workspaces);
  tasks.forEach((task, index) => {
    checkPipelineTask(task, index, vocabulary, below(at, index));
    (task.workspaces ?? []).forEach(({ workspace }, place) => {
      if (workspaces.has(workspace)) return;
      const path = [...at.path, index, 'workspaces', place, 'workspace'];
      at.report.add('WORKSPACE_UNDECLARED', path, at.report.missed(workspace, model.workspaces), { value: workspace });
    });
  });
  checkResourceUse(spec, where);
  checkResults(model, at);
  checkGraph(model, at);
}

/** Tekton never looks at the types that a pipeline declares. */
function checkTypes({ resources = [] }: PipelineSpec, where: Where): void {
  resources.forEach(({ type }, index) => {
    if (RESOURCE_TYPES.includes(type)) return;
    const more = { value: type, severity: 'warning' } as const;
    where.report.add(
      'RESOURCE_TYPE_UNKNOWN',
      [...where.path, index, 'type'],
      where.report.missed(type, RESOURCE_TYPES),
      more,
    );
  });
}

/** Tekton keeps these by name, so of two the last counts. */
const LAST_COUNTS = { lastCounts: true } as const;

function checkPipelineTask(task: PipelineTask, index: number, vocabulary: Vocabulary, where: Where): void {
  const fault = qualifiedNameFault(task.name);
  const place = `spec.tasks[${String(index)}]`;
  checkLabel('task', task.name, below(where, 'name'), fault && `invalid value: ${fault}: ${place}.name`);
  const ref = task.taskRef?.name;
  const names = { ref: 'taskRef', spec: 'taskSpec' };
  if (ref && task.taskSpec) where.report.add('REF_AND_SPEC', where.path, names);
  else if (!ref && !task.taskSpec) {
    const tektonMessage = `invalid value: ${qualifiedNameFault('') ?? ''}: ${place}.taskRef.name`;
    where.report.add('REF_MISSING', [...where.path, 'taskRef'], names, { tektonMessage });
  }
  const refFault = ref && qualifiedNameFault(ref);
  if (refFault) {
    const tektonMessage = `invalid value: ${refFault}: ${place}.taskRef.name`;
    checkLabel('task', ref, below(where, 'taskRef', 'name'), tektonMessage);
  }
  if (task.taskSpec) checkTask(task.taskSpec, below(where, 'taskSpec'));
  const params = below(where, 'params');
  checkNames('param', task.params ?? [], params);
  checkGivenValues(task.params ?? [], vocabulary, params);
  checkNames('input', task.resources?.inputs ?? [], below(where, 'resources', 'inputs'), LAST_COUNTS);
  checkNames('output', task.resources?.outputs ?? [], below(where, 'resources', 'outputs'), LAST_COUNTS);
  (task.conditions ?? []).forEach((condition, at) => {
    const given = below(where, 'conditions', at, 'params');
    where.report.unheard(given.path); // Tekton's admission does not look there
    checkNames('param', condition.params ?? [], given);
    checkGivenValues(condition.params ?? [], vocabulary, given);
    checkNames('resource', condition.resources ?? [], below(where, 'conditions', at, 'resources'), LAST_COUNTS);
  });
  checkTimeout(task.timeout, below(where, 'timeout'));
}

/** Tekton wants the declared resources to be exactly those that tasks use. */
function checkResourceUse(spec: PipelineSpec, where: Where): void {
  const declared = (spec.resources ?? []).map(({ name }) => name);
  const known = new Set(declared);
  const used = new Set<string>();
  const missing = new Set<string>();
  const missed: { name: string; at: Where }[] = [];
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
        missed.push({ name: resource, at: below(where, 'tasks', index, ...path, place, 'resource') });
      });
    }
  });
  const refusal = (what: string): string =>
    `invalid value: Pipeline declared resources didn't match usage in Tasks: ${what}: spec.resources`;
  const required = refusal(`Didn't provide required values: [${[...missing].slice(0, 100).join(' ')}]`);
  for (const { name, at } of missed) {
    at.report.add('RESOURCE_UNDECLARED', at.path, at.report.missed(name, declared), {
      value: name,
      tektonMessage: required,
    });
  }
  const unused = declared.filter((name) => !used.has(name));
  const extra = refusal(`Provided extra values: [${unused.slice(0, 100).join(' ')}]`);
  declared.forEach((name, index) => {
    if (used.has(name)) return;
    where.report.add(
      'RESOURCE_UNUSED',
      [...where.path, 'resources', index, 'name'],
      { name },
      { value: name, tektonMessage: extra },
    );
  });
}
