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
import { fields, text, type Block, type Code } from './code.js';
import { byName, listIn, NotExpressible, onlyFields } from './not-expressible.js';
import { kindOf, pipelineCode, pipelineSignature, signatureFromUse, type Surroundings } from './pipeline-code.js';
import { resourceCode } from './resource-code.js';
import { fitParams, fitResources, fitWorkspaces, type SignatureModel } from './signature.js';
import { taskCode, taskSignature, type Comments } from './task-code.js';
import { kubernetesPart, literal } from './values.js';
import { workspaceBindings } from './workspace-code.js';

const OF_RUNS = ['serviceAccount', 'serviceAccountName', 'timeout', 'podTemplate', 'workspaces', 'status'];

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
  around: Surroundings,
  comments: Comments,
): Record<string, Code | undefined> {
  onlyFields(
    spec,
    [...OF_RUNS, 'pipelineRef', 'pipelineSpec', 'resources', 'params', 'serviceAccounts', 'serviceAccountNames'],
    'a PipelineRun',
  );
  const params = listIn(spec.params, 'its params');
  const resources = listIn(spec.resources, 'its resources');
  const workspaces = listIn(spec.workspaces, 'its workspaces');
  const told = (): SignatureModel => signatureFromUse(params, typed(resources, around), [], workspaces);
  const { code, signature } = usedPipeline(spec, around, comments, told);
  fitParams(params, signature.params, 'its pipeline');
  fitWorkspaces(workspaces, signature.workspaces, 'its pipeline');
  const bound = typed(resources, around, signature.inputs);
  fitResources(bound, signature.inputs, 'its pipeline');
  return {
    pipeline: code,
    ...runFields(spec, around),
    taskAccounts: taskAccounts(spec, around),
    resources: resources.length > 0 ? bindings(bound, around) : undefined,
    params: params.length > 0 ? values(params) : undefined,
    workspaces: workspaces.length > 0 ? workspaceBindings(workspaces, around.program) : undefined,
  };
}

/** Returns the props of a TaskRun. */
export function taskRunCode(
  spec: TaskRunSpec,
  around: Surroundings,
  comments: Comments,
): Record<string, Code | undefined> {
  onlyFields(spec, [...OF_RUNS, 'taskRef', 'taskSpec', 'inputs', 'outputs'], 'a TaskRun');
  if (spec.inputs) onlyFields(spec.inputs, ['params', 'resources'], 'inputs');
  if (spec.outputs) onlyFields(spec.outputs, ['resources'], 'outputs');
  const params = listIn(spec.inputs?.params, 'its params');
  const inputs = listIn(spec.inputs?.resources, 'its inputs');
  const outputs = listIn(spec.outputs?.resources, 'its outputs');
  if (spec.inputs && params.length + inputs.length === 0) throw new NotExpressible('its inputs are empty');
  if (spec.outputs && outputs.length === 0) throw new NotExpressible('its outputs are empty');
  const workspaces = listIn(spec.workspaces, 'its workspaces');
  const told = (): SignatureModel =>
    signatureFromUse(params, typed(inputs, around), typed(outputs, around), workspaces);
  const { code, signature } = usedTask(spec, around, comments, told);
  fitParams(params, signature.params, 'its task');
  const sources = typed(inputs, around, signature.inputs);
  const made = typed(outputs, around, signature.outputs);
  fitResources(sources, signature.inputs, 'its task');
  fitResources(made, signature.outputs, 'its task');
  fitWorkspaces(workspaces, signature.workspaces, 'its task');
  return {
    task: code,
    ...runFields(spec, around),
    params: params.length > 0 ? values(params) : undefined,
    inputs: inputs.length > 0 ? bindings(sources, around) : undefined,
    outputs: outputs.length > 0 ? bindings(made, around) : undefined,
    workspaces: workspaces.length > 0 ? workspaceBindings(workspaces, around.program) : undefined,
  };
}

function usedPipeline(
  { pipelineRef, pipelineSpec }: PipelineRunSpec,
  around: Surroundings,
  comments: Comments,
  told: () => SignatureModel,
): { readonly code: Code; readonly signature: SignatureModel } {
  if (pipelineSpec && !pipelineRef) {
    around.program.construct('Pipeline');
    const within: Comments = (...path) => comments('pipelineSpec', ...path);
    const code = ['Pipeline.inline(', fields(pipelineCode(pipelineSpec, around, within)), ')'];
    return { code, signature: pipelineSignature(pipelineSpec) };
  }
  if (!pipelineRef || pipelineSpec) throw new NotExpressible('it needs either pipelineRef or pipelineSpec');
  onlyFields(pipelineRef, ['name'], 'pipelineRef');
  return around.known.reference('Pipeline', pipelineRef.name, around.subject, told);
}

function usedTask(
  { taskRef, taskSpec }: TaskRunSpec,
  { program, known, subject }: Surroundings,
  comments: Comments,
  told: () => SignatureModel,
): { readonly code: Code; readonly signature: SignatureModel } {
  if (taskSpec && !taskRef) {
    program.construct('Task');
    const within: Comments = (...path) => comments('taskSpec', ...path);
    return {
      code: ['Task.inline(', fields(taskCode(taskSpec, program.imports, within)), ')'],
      signature: taskSignature(taskSpec),
    };
  }
  if (!taskRef || taskSpec) throw new NotExpressible('it needs either taskRef or taskSpec');
  return known.reference(kindOf(taskRef, 'the run'), taskRef.name, subject, told);
}

/**
 * Returns bindings with their types: from the inline spec or the PipelineResource, or else from the declaration in the
 * task or pipeline.
 */
function typed<T extends ResourceBinding>(
  bound: readonly T[],
  { known, subject }: Surroundings,
  declared?: SignatureModel['inputs'],
): (T & { readonly type: ResourceType })[] {
  return bound.map((it) => {
    onlyFields(it, ['name', 'resourceRef', 'resourceSpec'], `the resource "${it.name}"`);
    if ((it.resourceRef === undefined) === (it.resourceSpec === undefined)) {
      throw new NotExpressible(`the resource "${it.name}" needs either resourceRef or resourceSpec`);
    }
    const name = it.resourceRef?.name ?? '';
    const type =
      it.resourceSpec?.type ?? known.find('PipelineResource', name, subject)?.type ?? declared?.get(it.name)?.type;
    if (type) return { ...it, type };
    throw new NotExpressible(`nothing here says of which type the resource "${name}" is`);
  });
}

const bindings = (
  bound: readonly (ResourceBinding & { readonly type: ResourceType })[],
  { program, known, subject }: Surroundings,
): Block =>
  fields(
    Object.fromEntries(
      bound.map(({ name, type, resourceRef, resourceSpec }) => {
        if (resourceSpec) {
          const { construct, props } = resourceCode(resourceSpec);
          program.construct(construct);
          return [name, [`${construct}.inline(`, fields(props), ')']];
        }
        onlyFields(resourceRef ?? {}, ['name'], `the resourceRef of "${name}"`);
        return [name, known.resource(resourceRef?.name ?? '', type, subject)];
      }),
    ),
  );

function values(params: readonly Param[]): Block {
  for (const { name, ...rest } of params) onlyFields(rest, ['value'], `the param "${name}"`);
  return fields(Object.fromEntries(byName(params, 'its params').map(([name, { value }]) => [name, literal(value)])));
}

function runFields(
  { serviceAccount, serviceAccountName, timeout, podTemplate, status }: TaskRunSpec | PipelineRunSpec,
  { program, known, subject }: Surroundings,
): Record<string, Code | undefined> {
  if (serviceAccount !== undefined && serviceAccountName !== undefined) {
    throw new NotExpressible('it has both serviceAccount and serviceAccountName');
  }
  const account = serviceAccount ?? serviceAccountName;
  if (status !== undefined && status !== 'TaskRunCancelled' && status !== 'PipelineRunCancelled')
    throw new NotExpressible(`its status is "${status}"`);
  if (podTemplate) onlyFields(podTemplate, POD_TEMPLATE, 'podTemplate');
  const generateName = textAt(subject.object, 'metadata', 'generateName');
  return {
    generateName: generateName === undefined ? undefined : text(generateName),
    serviceAccount: account === undefined ? undefined : known.account(account, subject),
    serviceAccountField: serviceAccount === undefined ? undefined : text('serviceAccount'),
    timeout: timeout === undefined ? undefined : text(timeout),
    cancelled: status === undefined ? undefined : 'true',
    podTemplate: podTemplate && kubernetesPart(podTemplate, program.imports),
  };
}

function taskAccounts(spec: PipelineRunSpec, { known, subject }: Surroundings): Code | undefined {
  const field = spec.serviceAccount === undefined ? 'serviceAccountName' : 'serviceAccount';
  const other = field === 'serviceAccount' ? spec.serviceAccountNames : spec.serviceAccounts;
  if (other) throw new NotExpressible('it spells the accounts of its tasks in another way than its own');
  const given = listIn(
    field === 'serviceAccount' ? spec.serviceAccounts : spec.serviceAccountNames,
    'the accounts of its tasks',
  );
  if (given.length === 0) return undefined;
  const named = given.map((it) => {
    onlyFields(it, ['taskName', field], 'an account of a task');
    return { name: it.taskName, account: it[field] };
  });
  return fields(
    Object.fromEntries(
      byName(named, 'the accounts of its tasks').map(([task, { account }]) => {
        if (account === undefined) throw new NotExpressible(`the account of "${task}" has no name`);
        return [task, known.account(account, subject)];
      }),
    ),
  );
}
