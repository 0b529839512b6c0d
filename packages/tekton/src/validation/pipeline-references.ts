/**
 * A pipeline among other objects: the Tasks and Conditions it names, and whether it gives them what they need.
 */

import type { Catalog } from './catalog.js';
import { checkDeclaredResults } from './results.js';
import { checkBound, checkGivenParams, checkGivenWorkspaces, type Bound } from './arguments.js';
import { checkHandedValues } from './values.js';
import type { InputUse, PipelineModel, PipelineTaskModel, TaskModel, TaskUse } from '../model/model.js';
import type { Severity } from '../problems/problem.js';
import { readCondition, readTask } from '../v1alpha1/reader.js';
import { RESOURCE_TYPES, type ResourceType } from '../v1alpha1/types.js';
import { below, type Where } from './location.js';

/** What the checks of one object see of the others. */
export interface Surroundings {
  readonly catalog: Catalog;
  readonly namespace: string | undefined;
  readonly elsewhere: Elsewhere;
}

/** What may exist without being in the catalog. */
export type Elsewhere = 'nothing' | 'shared' | 'anything';

/** How bad it is that an object of a pipeline is not in the catalog. A name close to one that is there is a typing mistake. */
export const missingOf = ({ elsewhere }: Surroundings, { guess }: { readonly guess?: string }): Severity =>
  elsewhere === 'anything' && guess === undefined ? 'warning' : 'error';

/** The task that is used, as far as it is known, and how messages call it. Reports one that does not exist. */
export function findTask(
  use: TaskUse | undefined,
  around: Surroundings,
  where: Where,
): { readonly task: TaskModel; readonly owner: string } | undefined {
  if (!use) return undefined;
  if (use.from === 'here') return { task: use.task, owner: 'this task' };
  const { kind, name } = use;
  const found = around.catalog.find(kind, name, around.namespace);
  if (found) return { task: readTask(found.spec), owner: `the ${kind} '${name}'` };
  // A ClusterTask is installed once and for all, so a set of manifests rarely brings it along.
  const later = around.catalog.versionNotRead(kind, name, around.namespace);
  const known = later === undefined ? around.catalog.names(kind, around.namespace) : [];
  const facts = { kind, later, ...where.report.missed(name, known) };
  const severity = kind === 'Task' || around.elsewhere === 'nothing' ? missingOf(around, facts) : 'warning';
  where.report.add('TASK_UNKNOWN', [...where.path, 'taskRef', 'name'], facts, { value: name, severity });
  return undefined;
}

/** Checks what a pipeline gives to its tasks and conditions. `where` is the spec. */
export function checkUses(pipeline: PipelineModel, around: Surroundings, where: Where): void {
  const typed = pipeline.resources.filter(({ type }) => RESOURCE_TYPES.includes(type)); // of others a task says what they are
  const types = new Map(typed.map(({ name, type }) => [name, type]));
  const tasks = new Map<string, ReturnType<typeof findTask>>();
  const results = new Map<string, readonly string[]>();
  pipeline.tasks.forEach((task, index) => {
    const at = below(where, 'tasks', index);
    checkConditions(task, types, around, at);
    const key = task.use?.from === 'cluster' ? `${task.use.kind}/${task.use.name}` : undefined;
    const known = key === undefined ? undefined : tasks.get(key);
    const found = known ?? findTask(task.use, around, at);
    if (!found) return;
    if (key !== undefined) tasks.set(key, found);
    if (key !== undefined) results.set(task.name, found.task.results);
    checkTaskUse(task, found, types, at);
  });
  checkDeclaredResults(pipeline, results, below(where, 'tasks'));
}

function checkTaskUse(
  use: PipelineTaskModel,
  { task, owner }: { readonly task: TaskModel; readonly owner: string },
  types: ReadonlyMap<string, ResourceType>,
  where: Where,
): void {
  const bound = (list: readonly { readonly name: string; readonly resource: string }[]): Bound[] =>
    list.map(({ name, resource }) => withType(name, types.get(resource)));
  checkGivenParams(owner, task.params, use.params, below(where, 'params'), 'PARAM_EXTRA');
  checkHandedValues(task, use.params, below(where, 'params'));
  checkBound(owner, task.inputs, bound(use.inputs), below(where, 'resources', 'inputs'), 'resource');
  checkBound(owner, task.outputs, bound(use.outputs), below(where, 'resources', 'outputs'), 'resource');
  checkGivenWorkspaces(
    owner,
    task.workspaces.map(({ name }) => name),
    use.workspaces,
    below(where, 'workspaces'),
  );
}

/** A binding with the type of what is bound, where that is known. */
export const withType = (name: string, type: ResourceType | undefined): Bound =>
  type === undefined ? { name } : { name, type };

function checkConditions(
  task: PipelineTaskModel,
  types: ReadonlyMap<string, ResourceType>,
  around: Surroundings,
  where: Where,
): void {
  task.conditions.forEach(({ condition: name, params, resources }, index) => {
    const at = below(where, 'conditions', index);
    const found = around.catalog.find('Condition', name, around.namespace);
    if (!found) {
      const facts = at.report.missed(name, around.catalog.names('Condition', around.namespace));
      at.report.add('CONDITION_UNKNOWN', [...at.path, 'conditionRef'], facts, {
        value: name,
        severity: missingOf(around, facts),
      });
      return;
    }
    const owner = `the Condition '${name}'`;
    const { task: check } = readCondition(name, found.spec);
    const bound = resources.map((use: InputUse) => withType(use.name, types.get(use.resource)));
    checkGivenParams(owner, check.params, params, below(at, 'params'), 'PARAM_EXTRA');
    checkHandedValues(check, params, below(at, 'params'));
    checkBound(owner, check.inputs, bound, below(at, 'resources'), 'resource');
  });
}
