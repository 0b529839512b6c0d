/**
 * Checks the Tasks and Conditions that a pipeline refers to, and the arguments that it passes to them.
 */

import { canRefer, type Catalog } from './catalog.js';
import { checkDeclaredResults } from './results.js';
import { checkBoundResources, checkGivenParams, checkGivenWorkspaces, type BoundResource } from './arguments.js';
import { checkTaskVariablesInValues } from './values.js';
import type {
  PipelineTaskInput,
  PipelineModel,
  PipelineRunModel,
  PipelineTaskModel,
  TaskModel,
  TaskSource,
} from '../model/model.js';
import type { Severity } from '../problems/problem.js';
import { RESOURCE_TYPES, type ResourceType } from '../model/resource.js';
import { childContext, type ValidationContext } from './context.js';

/** The objects that an object in `namespace` can refer to. */
export interface ReferenceScope {
  readonly catalog: Catalog;
  readonly namespace: string | undefined;
  readonly externals: Externals;
  /** API version of the object that refers. */
  readonly apiVersion?: string | undefined;
}

/** The kinds of objects that may exist outside the catalog. */
export type Externals = 'none' | 'shared' | 'any';

/** Returns the severity of a missing object. A name similar to an existing one is assumed to be a typo. */
export const missingSeverity = (
  { externals }: ReferenceScope,
  { suggestion }: { readonly suggestion?: string },
): Severity => (externals === 'any' && suggestion === undefined ? 'warning' : 'error');

/** Returns the referenced task, if known, and its name in messages. Reports a missing task. */
export function tryFindTask(
  source: TaskSource | undefined,
  scope: ReferenceScope,
  context: ValidationContext,
): { readonly task: TaskModel; readonly owner: string } | undefined {
  if (!source) return undefined;
  if (source.kind === 'embedded') return { task: source.task, owner: 'this task' };
  if (source.kind !== 'reference') return undefined; // its definition is elsewhere
  const { taskKind: kind, name } = source;
  if (isOfOtherVersion(kind, name, scope, childContext(context, 'taskRef', 'name'))) return undefined;
  const found = scope.catalog.tryFindTask(kind, name, scope.namespace);
  if (found) return { task: found, owner: `the ${kind} '${name}'` };
  // A ClusterTask is installed once, so a set of manifests rarely contains it.
  const later = scope.catalog.versionNotRead(kind, name, scope.namespace);
  const known = later === undefined ? scope.catalog.names(kind, scope.namespace, scope.apiVersion) : [];
  const details = { kind, later, own: scope.apiVersion, ...context.report.unknownName(name, known) };
  const severity = kind === 'Task' || scope.externals === 'none' ? missingSeverity(scope, details) : 'warning';
  context.report.add('TASK_UNKNOWN', [...context.path, 'taskRef', 'name'], details, { value: name, severity });
  return undefined;
}

/** Returns the pipeline of a run, if known, and its name in messages. Reports a missing pipeline. */
export function tryFindPipeline(
  { source }: PipelineRunModel,
  scope: ReferenceScope,
  context: ValidationContext,
): { readonly pipeline: PipelineModel; readonly owner: string } | undefined {
  if (!source) return undefined;
  if (source.kind === 'embedded') return { pipeline: source.pipeline, owner: 'this pipeline' };
  if (source.kind !== 'reference') return undefined; // its definition is elsewhere
  const { catalog, namespace } = scope;
  if (isOfOtherVersion('Pipeline', source.name, scope, childContext(context, 'pipelineRef', 'name'))) return undefined;
  const found = catalog.tryFindPipeline(source.name, namespace);
  if (found) return { pipeline: found, owner: `the Pipeline '${source.name}'` };
  const later = catalog.versionNotRead('Pipeline', source.name, namespace);
  const known = later === undefined ? catalog.names('Pipeline', namespace, scope.apiVersion) : [];
  const details = { later, own: scope.apiVersion, ...context.report.unknownName(source.name, known) };
  context.report.add('PIPELINE_UNKNOWN', [...context.path, 'pipelineRef', 'name'], details, {
    value: source.name,
    severity: missingSeverity(scope, details),
  });
  return undefined;
}

/** Reports a reference between v1alpha1 and later versions. */
function isOfOtherVersion(
  kind: string,
  name: string,
  { catalog, namespace, apiVersion: own }: ReferenceScope,
  context: ValidationContext,
): boolean {
  const other = catalog.tryFindAny(kind, name, namespace)?.id.apiVersion;
  if (other === undefined || own === undefined || canRefer(own, other)) return false;
  context.report.add('VERSION_MIXED', context.path, { kind, name, other, own }, { value: name });
  return true;
}

/** Checks the arguments that a pipeline passes to its tasks and conditions. `context` is the spec. */
export function checkPipelineReferences(
  pipeline: PipelineModel,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  const typed = pipeline.resources.filter(({ type }) => RESOURCE_TYPES.includes(type)); // tasks define the others
  const types = new Map(typed.map(({ name, type }) => [name, type]));
  const tasks = new Map<string, ReturnType<typeof tryFindTask>>();
  const results = new Map<string, readonly string[]>();
  pipeline.tasks.forEach((task, index) => {
    const at = childContext(context, 'tasks', index);
    checkConditions(task, types, scope, at);
    const key = task.source?.kind === 'reference' ? `${task.source.taskKind}/${task.source.name}` : undefined;
    const known = key === undefined ? undefined : tasks.get(key);
    const found = known ?? tryFindTask(task.source, scope, at);
    if (!found) return;
    if (key !== undefined) tasks.set(key, found);
    if (key !== undefined) results.set(task.name, found.task.results);
    checkPipelineTask(task, found, types, at);
  });
  checkDeclaredResults(pipeline, results, childContext(context, 'tasks'));
}

function checkPipelineTask(
  pipelineTask: PipelineTaskModel,
  { task, owner }: { readonly task: TaskModel; readonly owner: string },
  types: ReadonlyMap<string, ResourceType>,
  context: ValidationContext,
): void {
  const bound = (list: readonly { readonly name: string; readonly resource: string }[]): BoundResource[] =>
    list.map(({ name, resource }) => typedBinding(name, types.get(resource)));
  checkGivenParams(owner, task.params, pipelineTask.params, childContext(context, 'params'), 'PARAM_EXTRA');
  checkTaskVariablesInValues(task, pipelineTask.params, childContext(context, 'params'));
  checkBoundResources(
    owner,
    task.inputs,
    bound(pipelineTask.inputs),
    childContext(context, 'resources', 'inputs'),
    'resource',
  );
  checkBoundResources(
    owner,
    task.outputs,
    bound(pipelineTask.outputs),
    childContext(context, 'resources', 'outputs'),
    'resource',
  );
  checkGivenWorkspaces(
    owner,
    task.workspaces.map(({ name }) => name),
    pipelineTask.workspaces,
    childContext(context, 'workspaces'),
  );
}

/** Returns a binding with the type of its resource, if known. */
export const typedBinding = (name: string, type: ResourceType | undefined): BoundResource =>
  type === undefined ? { name } : { name, type };

function checkConditions(
  task: PipelineTaskModel,
  types: ReadonlyMap<string, ResourceType>,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  task.conditions.forEach(({ condition: name, params, resources }, index) => {
    const at = childContext(context, 'conditions', index);
    const found = scope.catalog.tryFindCondition(name, scope.namespace);
    if (!found) {
      const details = at.report.unknownName(name, scope.catalog.names('Condition', scope.namespace));
      at.report.add('CONDITION_UNKNOWN', [...at.path, 'conditionRef'], details, {
        value: name,
        severity: missingSeverity(scope, details),
      });
      return;
    }
    const owner = `the Condition '${name}'`;
    const { task: check } = found;
    const bound = resources.map((input: PipelineTaskInput) => typedBinding(input.name, types.get(input.resource)));
    checkGivenParams(owner, check.params, params, childContext(at, 'params'), 'PARAM_EXTRA');
    checkTaskVariablesInValues(check, params, childContext(at, 'params'));
    checkBoundResources(owner, check.inputs, bound, childContext(at, 'resources'), 'resource');
  });
}
