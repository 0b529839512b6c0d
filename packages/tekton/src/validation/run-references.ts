/**
 * A run among other objects: what it runs, the resources bound to it, and the accounts it runs as.
 */

import { checkBoundResources, checkGivenParams, checkGivenWorkspaces } from './arguments.js';
import { checkPipelineValues, checkTaskValues } from './values.js';
import {
  checkPipelineReferences,
  tryFindTask,
  missingSeverity,
  typedBinding,
  type ReferenceScope,
} from './pipeline-references.js';
import type { ResourceBindingModel, PipelineModel, PipelineRunModel, RunModel } from '../model/model.js';
import { readPipeline, readPipelineRun, readTaskRun } from '../v1alpha1/reader.js';
import { RESOURCE_TYPES, type PipelineRunSpec, type ResourceType, type TaskRunSpec } from '../v1alpha1/types.js';
import { childContext, type ValidationContext } from './location.js';

/** Checks a TaskRun. `where` is the spec. */
export function checkTaskRunReferences(spec: TaskRunSpec, scope: ReferenceScope, context: ValidationContext): void {
  const run = readTaskRun(spec);
  const found = tryFindTask(run.source, scope, context);
  checkAccount(spec, run, scope, context);
  const inputs = resolveBindings(run.inputs, scope, childContext(context, 'inputs', 'resources'));
  const outputs = resolveBindings(run.outputs, scope, childContext(context, 'outputs', 'resources'));
  if (!found) return;
  const { task, owner } = found;
  checkGivenParams(owner, task.params, run.params, childContext(context, 'inputs', 'params'), 'PARAM_EXTRA');
  checkTaskValues(task, run.params, childContext(context, 'inputs', 'params'), 'value');
  checkBoundResources(owner, task.inputs, inputs, childContext(context, 'inputs', 'resources'), 'resourceRef');
  checkBoundResources(owner, task.outputs, outputs, childContext(context, 'outputs', 'resources'), 'resourceRef');
  checkGivenWorkspaces(
    owner,
    task.workspaces.map(({ name }) => name),
    run.workspaces,
    childContext(context, 'workspaces'),
  );
}

/** Checks a PipelineRun. `where` is the spec. */
export function checkPipelineRunReferences(
  spec: PipelineRunSpec,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  const run = readPipelineRun(spec);
  checkAccount(spec, run, scope, context);
  const bound = resolveBindings(run.resources, scope, childContext(context, 'resources'));
  const found = tryFindPipeline(run, scope, context);
  if (!found) return;
  const { pipeline, owner } = found;
  if (run.source?.kind === 'embedded') checkPipelineReferences(pipeline, scope, childContext(context, 'pipelineSpec'));
  checkGivenParams(owner, pipeline.params, run.params, childContext(context, 'params'), 'PARAM_IGNORED');
  checkPipelineValues(pipeline.params, run.params, childContext(context, 'params'), 'value');
  checkBoundResources(owner, pipeline.resources, bound, childContext(context, 'resources'), 'resourceRef');
  checkGivenWorkspaces(owner, pipeline.workspaces, run.workspaces, childContext(context, 'workspaces'));
  checkTaskAccounts(spec, pipeline, scope, context);
}

function tryFindPipeline(
  { source }: PipelineRunModel,
  scope: ReferenceScope,
  context: ValidationContext,
): { readonly pipeline: PipelineModel; readonly owner: string } | undefined {
  if (!source) return undefined;
  if (source.kind === 'embedded') return { pipeline: source.pipeline, owner: 'this pipeline' };
  const { catalog, namespace } = scope;
  const found = catalog.tryFind('Pipeline', source.name, namespace);
  if (found) return { pipeline: readPipeline(found.spec), owner: `the Pipeline '${source.name}'` };
  const later = catalog.versionNotRead('Pipeline', source.name, namespace);
  const known = later === undefined ? catalog.names('Pipeline', namespace) : [];
  const details = { later, ...context.report.unknownName(source.name, known) };
  context.report.add('PIPELINE_UNKNOWN', [...context.path, 'pipelineRef', 'name'], details, {
    value: source.name,
    severity: missingSeverity(scope, details),
  });
  return undefined;
}

/** Looks up what is bound; reports resources that do not exist. */
function resolveBindings(
  bindings: readonly ResourceBindingModel[],
  scope: ReferenceScope,
  context: ValidationContext,
): ReturnType<typeof typedBinding>[] {
  return bindings.map(({ name, resource }, index) => {
    if (!resource) return { name };
    if (resource.kind === 'embedded') return typedBinding(name, knownType(resource.spec.type));
    const found = scope.catalog.tryFind('PipelineResource', resource.name, scope.namespace);
    if (found) return typedBinding(name, knownType(found.spec.type));
    const details = context.report.unknownName(resource.name, scope.catalog.names('PipelineResource', scope.namespace));
    context.report.add('RESOURCE_UNKNOWN', [...context.path, index, 'resourceRef', 'name'], details, {
      value: resource.name,
      severity: missingSeverity(scope, details),
    });
    return { name };
  });
}

/** A misspelt type is reported where it stands, and is no type to compare with. */
const knownType = (type: ResourceType): ResourceType | undefined => RESOURCE_TYPES.find((one) => one === type);

function checkAccount(
  spec: Pick<TaskRunSpec, 'serviceAccountName'>,
  { serviceAccount: name }: RunModel,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  const field = spec.serviceAccountName ? 'serviceAccountName' : 'serviceAccount';
  if (name !== undefined) reportAccount(name, scope, childContext(context, field));
}

/** `default` is in every namespace. */
function reportAccount(name: string, { catalog, namespace, externals }: ReferenceScope, at: ValidationContext): void {
  if (name === '' || name === 'default' || catalog.tryFindAny('ServiceAccount', name, namespace)) return;
  const details = at.report.unknownName(name, catalog.names('ServiceAccount', namespace));
  at.report.add('SERVICE_ACCOUNT_MISSING', at.path, details, {
    value: name,
    severity: externals === 'none' ? 'error' : 'warning',
  });
}

function checkTaskAccounts(
  spec: PipelineRunSpec,
  pipeline: PipelineModel,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  const tasks = pipeline.tasks.map(({ name }) => name);
  const known = new Set(tasks);
  for (const list of ['serviceAccounts', 'serviceAccountNames'] as const) {
    (spec[list] ?? []).forEach(({ taskName, serviceAccount, serviceAccountName }, index) => {
      const at = childContext(context, list, index);
      if (!known.has(taskName)) {
        at.report.add('ACCOUNT_TASK_UNKNOWN', [...at.path, 'taskName'], at.report.unknownName(taskName, tasks), {
          value: taskName,
        });
      }
      const field = serviceAccountName === undefined ? 'serviceAccount' : 'serviceAccountName';
      reportAccount(serviceAccountName ?? serviceAccount ?? '', scope, childContext(at, field));
    });
  }
}
