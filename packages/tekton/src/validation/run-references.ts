/**
 * A run among other objects: what it runs, the resources bound to it, and the accounts it runs as.
 */

import { checkBound, checkGivenParams, checkGivenWorkspaces } from './arguments.js';
import { checkPipelineValues, checkTaskValues } from './values.js';
import { checkUses, findTask, missingOf, withType, type Surroundings } from './pipeline-references.js';
import type { BindingModel, PipelineModel, PipelineRunModel, RunModel } from '../model/model.js';
import { readPipeline, readPipelineRun, readTaskRun } from '../v1alpha1/reader.js';
import { RESOURCE_TYPES, type PipelineRunSpec, type ResourceType, type TaskRunSpec } from '../v1alpha1/types.js';
import { below, type Where } from './location.js';

/** Checks a TaskRun. `where` is the spec. */
export function checkTaskRunAmong(spec: TaskRunSpec, around: Surroundings, where: Where): void {
  const run = readTaskRun(spec);
  const found = findTask(run.use, around, where);
  checkAccount(spec, run, around, where);
  const inputs = bind(run.inputs, around, below(where, 'inputs', 'resources'));
  const outputs = bind(run.outputs, around, below(where, 'outputs', 'resources'));
  if (!found) return;
  const { task, owner } = found;
  checkGivenParams(owner, task.params, run.params, below(where, 'inputs', 'params'), 'PARAM_EXTRA');
  checkTaskValues(task, run.params, below(where, 'inputs', 'params'), 'value');
  checkBound(owner, task.inputs, inputs, below(where, 'inputs', 'resources'), 'resourceRef');
  checkBound(owner, task.outputs, outputs, below(where, 'outputs', 'resources'), 'resourceRef');
  checkGivenWorkspaces(
    owner,
    task.workspaces.map(({ name }) => name),
    run.workspaces,
    below(where, 'workspaces'),
  );
}

/** Checks a PipelineRun. `where` is the spec. */
export function checkPipelineRunAmong(spec: PipelineRunSpec, around: Surroundings, where: Where): void {
  const run = readPipelineRun(spec);
  checkAccount(spec, run, around, where);
  const bound = bind(run.resources, around, below(where, 'resources'));
  const found = findPipeline(run, around, where);
  if (!found) return;
  const { pipeline, owner } = found;
  if (run.use?.from === 'here') checkUses(pipeline, around, below(where, 'pipelineSpec'));
  checkGivenParams(owner, pipeline.params, run.params, below(where, 'params'), 'PARAM_IGNORED');
  checkPipelineValues(pipeline.params, run.params, below(where, 'params'), 'value');
  checkBound(owner, pipeline.resources, bound, below(where, 'resources'), 'resourceRef');
  checkGivenWorkspaces(owner, pipeline.workspaces, run.workspaces, below(where, 'workspaces'));
  checkTaskAccounts(spec, pipeline, around, where);
}

function findPipeline(
  { use }: PipelineRunModel,
  around: Surroundings,
  where: Where,
): { readonly pipeline: PipelineModel; readonly owner: string } | undefined {
  if (!use) return undefined;
  if (use.from === 'here') return { pipeline: use.pipeline, owner: 'this pipeline' };
  const { catalog, namespace } = around;
  const found = catalog.find('Pipeline', use.name, namespace);
  if (found) return { pipeline: readPipeline(found.spec), owner: `the Pipeline '${use.name}'` };
  const later = catalog.versionNotRead('Pipeline', use.name, namespace);
  const known = later === undefined ? catalog.names('Pipeline', namespace) : [];
  const facts = { later, ...where.report.missed(use.name, known) };
  where.report.add('PIPELINE_UNKNOWN', [...where.path, 'pipelineRef', 'name'], facts, {
    value: use.name,
    severity: missingOf(around, facts),
  });
  return undefined;
}

/** Looks up what is bound; reports resources that do not exist. */
function bind(bindings: readonly BindingModel[], around: Surroundings, where: Where): ReturnType<typeof withType>[] {
  return bindings.map(({ name, resource }, index) => {
    if (!resource) return { name };
    if (resource.from === 'here') return withType(name, knownType(resource.spec.type));
    const found = around.catalog.find('PipelineResource', resource.name, around.namespace);
    if (found) return withType(name, knownType(found.spec.type));
    const facts = where.report.missed(resource.name, around.catalog.names('PipelineResource', around.namespace));
    where.report.add('RESOURCE_UNKNOWN', [...where.path, index, 'resourceRef', 'name'], facts, {
      value: resource.name,
      severity: missingOf(around, facts),
    });
    return { name };
  });
}

/** A misspelt type is reported where it stands, and is no type to compare with. */
const knownType = (type: ResourceType): ResourceType | undefined => RESOURCE_TYPES.find((one) => one === type);

function checkAccount(
  spec: Pick<TaskRunSpec, 'serviceAccountName'>,
  { serviceAccount: name }: RunModel,
  around: Surroundings,
  where: Where,
): void {
  const field = spec.serviceAccountName ? 'serviceAccountName' : 'serviceAccount';
  if (name !== undefined) reportAccount(name, around, below(where, field));
}

/** `default` is in every namespace. */
function reportAccount(name: string, { catalog, namespace, elsewhere }: Surroundings, at: Where): void {
  if (name === '' || name === 'default' || catalog.findPlain('ServiceAccount', name, namespace)) return;
  const facts = at.report.missed(name, catalog.names('ServiceAccount', namespace));
  at.report.add('SERVICE_ACCOUNT_MISSING', at.path, facts, {
    value: name,
    severity: elsewhere === 'nothing' ? 'error' : 'warning',
  });
}

function checkTaskAccounts(spec: PipelineRunSpec, pipeline: PipelineModel, around: Surroundings, where: Where): void {
  const tasks = pipeline.tasks.map(({ name }) => name);
  const known = new Set(tasks);
  for (const list of ['serviceAccounts', 'serviceAccountNames'] as const) {
    (spec[list] ?? []).forEach(({ taskName, serviceAccount, serviceAccountName }, index) => {
      const at = below(where, list, index);
      if (!known.has(taskName)) {
        at.report.add('ACCOUNT_TASK_UNKNOWN', [...at.path, 'taskName'], at.report.missed(taskName, tasks), {
          value: taskName,
        });
      }
      const field = serviceAccountName === undefined ? 'serviceAccount' : 'serviceAccountName';
      reportAccount(serviceAccountName ?? serviceAccount ?? '', around, below(at, field));
    });
  }
}
