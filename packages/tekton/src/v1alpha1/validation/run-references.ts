/**
 * Checks the references of a run: its task or pipeline, bound resources and ServiceAccounts.
 */

import { checkBoundResources, checkGivenParams, checkGivenWorkspaces } from '../../validation/arguments.js';
import { checkServiceAccount } from '../../validation/credentials.js';
import { checkPipelineValues, checkTaskValues } from '../../validation/values.js';
import {
  checkPipelineReferences,
  tryFindPipeline,
  tryFindTask,
  missingSeverity,
  typedBinding,
  type ReferenceScope,
} from '../../validation/pipeline-references.js';
import type { PipelineModel, ResourceBindingModel, RunModel, TaskRunModel } from '../../model/model.js';
import { readPipelineRun } from '../reader.js';
import type { PipelineRunSpec } from '../types.js';
import { RESOURCE_TYPES, type ResourceType } from '../../model/resource.js';
import { childContext, type ValidationContext } from '../../validation/context.js';

/** Checks a TaskRun. `context` is the spec. */
export function checkTaskRunReferences(run: TaskRunModel, scope: ReferenceScope, context: ValidationContext): void {
  const found = tryFindTask(run.source, scope, context);
  checkAccount(run, scope, context);
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

/** Checks a PipelineRun. `context` is the spec. */
export function checkPipelineRunReferences(
  spec: PipelineRunSpec,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  const run = readPipelineRun(spec);
  checkAccount(run, scope, context);
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

/** Resolves the types of bound resources. Reports resources that do not exist. */
function resolveBindings(
  bindings: readonly ResourceBindingModel[],
  scope: ReferenceScope,
  context: ValidationContext,
): ReturnType<typeof typedBinding>[] {
  return bindings.map(({ name, resource }, index) => {
    if (!resource) return { name };
    if (resource.kind === 'embedded') return typedBinding(name, knownType(resource.spec.type));
    const found = scope.catalog.tryFindResource(resource.name, scope.namespace);
    if (found) return typedBinding(name, knownType(found.type));
    const details = context.report.unknownName(resource.name, scope.catalog.names('PipelineResource', scope.namespace));
    context.report.add('RESOURCE_UNKNOWN', [...context.path, index, 'resourceRef', 'name'], details, {
      value: resource.name,
      severity: missingSeverity(scope, details),
    });
    return { name };
  });
}

/** Returns the type if it is known. An unknown type is reported at its own field and is not compared. */
const knownType = (type: ResourceType): ResourceType | undefined => RESOURCE_TYPES.find((one) => one === type);

function checkAccount(
  { serviceAccount: name, serviceAccountPath }: RunModel,
  scope: ReferenceScope,
  context: ValidationContext,
): void {
  if (name !== undefined) checkServiceAccount(name, scope, childContext(context, ...serviceAccountPath));
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
      checkServiceAccount(serviceAccountName ?? serviceAccount ?? '', scope, childContext(at, field));
    });
  }
}
