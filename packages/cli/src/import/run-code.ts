/**
 * Translates PipelineRuns and TaskRuns to constructs: resource bindings, param values, and the fields common to all
 * runs.
 */

import {
  type Param,
  type PipelineRunSpec,
  type ResourceBinding,
  type ResourceType,
  type TaskRunSpec,
} from '@pipewright/tekton';
import { textAt } from '../json.js';
import { objectLiteral, stringLiteral, type Block, type Code } from './code.js';
import { byName, nonEmptyList, NotExpressible, requireOnlyFields } from './not-expressible.js';
import {
  referencedTaskKind,
  pipelineCode,
  pipelineSignature,
  signatureFromUse,
  type TranslationContext,
} from './pipeline-code.js';
import { resourceCode } from './resource-code.js';
import {
  requireMatchingParams,
  requireMatchingResources,
  requireMatchingWorkspaces,
  type SignatureModel,
} from './signature.js';
import { taskCode, taskSignature, type Comments } from './task-code.js';
import { kubernetesValue, jsonLiteral } from './values.js';
import { workspaceBindings } from './workspace-code.js';

const COMMON_RUN_FIELDS = ['serviceAccount', 'serviceAccountName', 'timeout', 'podTemplate', 'workspaces', 'status'];

/** The fields of a podTemplate that constructs support. */
const POD_TEMPLATE = [
  'nodeSelector',
  'tolerations',
  'affinity',
  'securityContext',
  'volumes',
  'runtimeClassName',
  'automountServiceAccountToken',
  'dnsPolicy',
  'dnsConfig',
  'enableServiceLinks',
  'priorityClassName',
  'schedulerName',
  'hostNetwork',
  'imagePullSecrets',
];

/** Returns the props of a PipelineRun. */
export function pipelineRunCode(
  spec: PipelineRunSpec,
  context: TranslationContext,
  comments: Comments,
): Record<string, Code | undefined> {
  requireOnlyFields(
    spec,
    [
      ...COMMON_RUN_FIELDS,
      'pipelineRef',
      'pipelineSpec',
      'resources',
      'params',
      'serviceAccounts',
      'serviceAccountNames',
    ],
    'a PipelineRun',
  );
  const params = nonEmptyList(spec.params, 'its params');
  const resources = nonEmptyList(spec.resources, 'its resources');
  const workspaces = nonEmptyList(spec.workspaces, 'its workspaces');
  const inferSignature = (): SignatureModel => signatureFromUse(params, withTypes(resources, context), [], workspaces);
  const { code, signature } = pipelineArgument(spec, context, comments, inferSignature);
  requireMatchingParams(params, signature.params, 'its pipeline');
  requireMatchingWorkspaces(workspaces, signature.workspaces, 'its pipeline');
  const bound = withTypes(resources, context, signature.inputs);
  requireMatchingResources(bound, signature.inputs, 'its pipeline');
  return {
    pipeline: code,
    ...runFields(spec, context),
    taskAccounts: taskAccounts(spec, context),
    resources: resources.length > 0 ? bindings(bound, context) : undefined,
    params: params.length > 0 ? paramValues(params) : undefined,
    workspaces: workspaces.length > 0 ? workspaceBindings(workspaces, context.program) : undefined,
  };
}

/** Returns the props of a TaskRun. */
export function taskRunCode(
  spec: TaskRunSpec,
  context: TranslationContext,
  comments: Comments,
): Record<string, Code | undefined> {
  requireOnlyFields(spec, [...COMMON_RUN_FIELDS, 'taskRef', 'taskSpec', 'inputs', 'outputs'], 'a TaskRun');
  if (spec.inputs) requireOnlyFields(spec.inputs, ['params', 'resources'], 'inputs');
  if (spec.outputs) requireOnlyFields(spec.outputs, ['resources'], 'outputs');
  const params = nonEmptyList(spec.inputs?.params, 'its params');
  const inputs = nonEmptyList(spec.inputs?.resources, 'its inputs');
  const outputs = nonEmptyList(spec.outputs?.resources, 'its outputs');
  if (spec.inputs && params.length + inputs.length === 0) throw new NotExpressible('its inputs are empty');
  if (spec.outputs && outputs.length === 0) throw new NotExpressible('its outputs are empty');
  const workspaces = nonEmptyList(spec.workspaces, 'its workspaces');
  const inferSignature = (): SignatureModel =>
    signatureFromUse(params, withTypes(inputs, context), withTypes(outputs, context), workspaces);
  const { code, signature } = taskArgument(spec, context, comments, inferSignature);
  requireMatchingParams(params, signature.params, 'its task');
  const inputBindings = withTypes(inputs, context, signature.inputs);
  const outputBindings = withTypes(outputs, context, signature.outputs);
  requireMatchingResources(inputBindings, signature.inputs, 'its task');
  requireMatchingResources(outputBindings, signature.outputs, 'its task');
  requireMatchingWorkspaces(workspaces, signature.workspaces, 'its task');
  return {
    task: code,
    ...runFields(spec, context),
    params: params.length > 0 ? paramValues(params) : undefined,
    inputs: inputs.length > 0 ? bindings(inputBindings, context) : undefined,
    outputs: outputs.length > 0 ? bindings(outputBindings, context) : undefined,
    workspaces: workspaces.length > 0 ? workspaceBindings(workspaces, context.program) : undefined,
  };
}

function pipelineArgument(
  { pipelineRef, pipelineSpec }: PipelineRunSpec,
  context: TranslationContext,
  comments: Comments,
  inferSignature: () => SignatureModel,
): { readonly code: Code; readonly signature: SignatureModel } {
  if (pipelineSpec && !pipelineRef) {
    context.program.construct('Pipeline');
    const within: Comments = (...path) => comments('pipelineSpec', ...path);
    const code = ['Pipeline.inline(', objectLiteral(pipelineCode(pipelineSpec, context, within)), ')'];
    return { code, signature: pipelineSignature(pipelineSpec) };
  }
  if (!pipelineRef || pipelineSpec) throw new NotExpressible('it needs either pipelineRef or pipelineSpec');
  requireOnlyFields(pipelineRef, ['name'], 'pipelineRef');
  return context.known.reference('Pipeline', pipelineRef.name, context.subject, inferSignature);
}

function taskArgument(
  { taskRef, taskSpec }: TaskRunSpec,
  { program, known, subject }: TranslationContext,
  comments: Comments,
  inferSignature: () => SignatureModel,
): { readonly code: Code; readonly signature: SignatureModel } {
  if (taskSpec && !taskRef) {
    program.construct('Task');
    const within: Comments = (...path) => comments('taskSpec', ...path);
    return {
      code: ['Task.inline(', objectLiteral(taskCode(taskSpec, program.imports, within)), ')'],
      signature: taskSignature(taskSpec),
    };
  }
  if (!taskRef || taskSpec) throw new NotExpressible('it needs either taskRef or taskSpec');
  return known.reference(referencedTaskKind(taskRef, 'the run'), taskRef.name, subject, inferSignature);
}

/**
 * Returns bindings with their types: from the inline spec or the PipelineResource, or else from the declaration in the
 * task or pipeline.
 */
function withTypes<T extends ResourceBinding>(
  bound: readonly T[],
  { known, subject }: TranslationContext,
  declared?: SignatureModel['inputs'],
): (T & { readonly type: ResourceType })[] {
  return bound.map((it) => {
    requireOnlyFields(it, ['name', 'resourceRef', 'resourceSpec'], `the resource "${it.name}"`);
    if ((it.resourceRef === undefined) === (it.resourceSpec === undefined)) {
      throw new NotExpressible(`the resource "${it.name}" needs either resourceRef or resourceSpec`);
    }
    const name = it.resourceRef?.name ?? '';
    const type =
      it.resourceSpec?.type ?? known.find('PipelineResource', name, subject)?.type ?? declared?.get(it.name)?.type;
    if (type) return { ...it, type };
    throw new NotExpressible(`the type of the resource "${name}" is unknown`);
  });
}

const bindings = (
  bound: readonly (ResourceBinding & { readonly type: ResourceType })[],
  { program, known, subject }: TranslationContext,
): Block =>
  objectLiteral(
    Object.fromEntries(
      bound.map(({ name, type, resourceRef, resourceSpec }) => {
        if (resourceSpec) {
          const { construct, props } = resourceCode(resourceSpec);
          program.construct(construct);
          return [name, [`${construct}.inline(`, objectLiteral(props), ')']];
        }
        requireOnlyFields(resourceRef ?? {}, ['name'], `the resourceRef of "${name}"`);
        return [name, known.resource(resourceRef?.name ?? '', type, subject)];
      }),
    ),
  );

function paramValues(params: readonly Param[]): Block {
  for (const { name, ...rest } of params) requireOnlyFields(rest, ['value'], `the param "${name}"`);
  return objectLiteral(
    Object.fromEntries(byName(params, 'its params').map(([name, { value }]) => [name, jsonLiteral(value)])),
  );
}

function runFields(
  { serviceAccount, serviceAccountName, timeout, podTemplate, status }: TaskRunSpec | PipelineRunSpec,
  { program, known, subject }: TranslationContext,
): Record<string, Code | undefined> {
  if (serviceAccount !== undefined && serviceAccountName !== undefined) {
    throw new NotExpressible('it has both serviceAccount and serviceAccountName');
  }
  const account = serviceAccount ?? serviceAccountName;
  if (status !== undefined && status !== 'TaskRunCancelled' && status !== 'PipelineRunCancelled')
    throw new NotExpressible(`its status is "${status}"`);
  if (podTemplate) requireOnlyFields(podTemplate, POD_TEMPLATE, 'podTemplate');
  const generateName = textAt(subject.object, 'metadata', 'generateName');
  return {
    generateName: generateName === undefined ? undefined : stringLiteral(generateName),
    serviceAccount: account === undefined ? undefined : known.account(account, subject),
    serviceAccountField: serviceAccount === undefined ? undefined : stringLiteral('serviceAccount'),
    timeout: timeout === undefined ? undefined : stringLiteral(timeout),
    cancelled: status === undefined ? undefined : 'true',
    podTemplate: podTemplate && kubernetesValue(podTemplate, program.imports),
  };
}

function taskAccounts(spec: PipelineRunSpec, { known, subject }: TranslationContext): Code | undefined {
  const field = spec.serviceAccount === undefined ? 'serviceAccountName' : 'serviceAccount';
  const other = field === 'serviceAccount' ? spec.serviceAccountNames : spec.serviceAccounts;
  if (other) throw new NotExpressible('it uses the old field name for some accounts and the new one for others');
  const accounts = nonEmptyList(
    field === 'serviceAccount' ? spec.serviceAccounts : spec.serviceAccountNames,
    'the accounts of its tasks',
  );
  if (accounts.length === 0) return undefined;
  const accountsByTask = accounts.map((it) => {
    requireOnlyFields(it, ['taskName', field], 'an account of a task');
    return { name: it.taskName, account: it[field] };
  });
  return objectLiteral(
    Object.fromEntries(
      byName(accountsByTask, 'the accounts of its tasks').map(([task, { account }]) => {
        if (account === undefined) throw new NotExpressible(`the account of "${task}" has no name`);
        return [task, known.account(account, subject)];
      }),
    ),
  );
}
