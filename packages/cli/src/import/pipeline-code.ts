/** Translates Pipelines to constructs: to a function that adds tasks and passes the outputs of one to the next. */

import type {
  Param,
  PipelineSpec,
  PipelineTask,
  PipelineTaskCondition,
  PipelineTaskInputResource,
  ResourceType,
  TaskRef,
  WorkspacePipelineTaskBinding,
} from '@pipewright/tekton';
import {
  objectLiteral,
  isEmpty,
  arrayLiteral,
  memberAccess,
  statementBlock,
  stringLiteral,
  type Block,
  type Code,
  type Item,
} from './code.js';
import { Identifiers } from './identifiers.js';
import type { ImportedObjects, ImportedObject } from './imported-objects.js';
import { byName, nonEmptyList, NotExpressible, requireOnlyFields } from './not-expressible.js';
import type { Program } from './program.js';
import {
  requireMatchingParams,
  requireMatchingResources,
  paramModels,
  paramsCode,
  resourceModels,
  resourcesCode,
  requireMatchingWorkspaces,
  workspaceNames,
  workspacesCode,
  type SignatureModel,
} from './signature.js';
import { taskCode, taskSignature, type Comments } from './task-code.js';
import { mapFields, textWithReferences, type ResolveVariable } from './values.js';

/** Returns the signature of a pipeline; its resources are `inputs`. */
export const pipelineSignature = (spec: PipelineSpec): SignatureModel => ({
  params: paramModels(spec.params),
  inputs: resourceModels(spec.resources),
  outputs: new Map(),
  workspaces: workspaceNames(spec.workspaces),
});

/** Infers a signature from the params and resources that are passed. */
export const signatureFromUse = (
  params: readonly Param[],
  inputs: readonly { readonly name: string; readonly type: ResourceType }[],
  outputs: readonly { readonly name: string; readonly type: ResourceType }[] = [],
  workspaces: readonly { readonly name: string }[] = [],
): SignatureModel => ({
  params: new Map(
    params.map(({ name, value }) => [name, { type: Array.isArray(value) ? 'array' : 'string', required: true }]),
  ),
  inputs: resourceModels(inputs),
  outputs: resourceModels(outputs),
  workspaces: workspaceNames(workspaces),
});

/** The context in which a pipeline is translated. */
export interface TranslationContext {
  readonly program: Program;
  readonly known: ImportedObjects;
  readonly subject: ImportedObject;
}

/** Returns the props of a pipeline. */
export function pipelineCode(
  spec: PipelineSpec,
  context: TranslationContext,
  comments: Comments,
): Record<string, Code | undefined> {
  requireOnlyFields(spec, ['resources', 'params', 'workspaces', 'tasks'], 'a pipeline');
  const params = nonEmptyList(spec.params, 'its params');
  const resources = nonEmptyList(spec.resources, 'its resources');
  const workspaces = nonEmptyList(spec.workspaces, 'its workspaces');
  const tasks = nonEmptyList(spec.tasks, 'its tasks');
  if (tasks.length === 0) throw new NotExpressible('it has no tasks');
  byName(tasks, 'the tasks');
  const body = new PipelineBody(pipelineSignature(spec), context);
  const added = tasks.map((task, index): Item => {
    const comment = comments('tasks')(index);
    return { code: body.add(task, tasks.slice(index + 1)), ...(comment && { comment }) };
  });
  return {
    resources: resources.length > 0 ? resourcesCode(resources, comments('resources')) : undefined,
    params: params.length > 0 ? paramsCode(params, comments('params')) : undefined,
    workspaces: workspaces.length > 0 ? workspacesCode(workspaces, ['description'], comments('workspaces')) : undefined,
    tasks: [`({ ${body.usedParameters.join(', ')} }) => `, statementBlock(added)],
  };
}

/** A task that has been added, for later tasks to refer to. */
interface AddedTask {
  readonly task: PipelineTask;
  readonly identifier: string;
}

/** Generates the function that adds the tasks. */
class PipelineBody {
  readonly #signature: SignatureModel;
  readonly #context: TranslationContext;
  readonly #identifiers: Identifiers;
  readonly #added = new Map<string, AddedTask>();
  readonly #usedParameters = new Set(['task']);

  constructor(signature: SignatureModel, context: TranslationContext) {
    this.#signature = signature;
    this.#context = context;
    this.#identifiers = new Identifiers(context.program.identifiers);
  }

  /** The parameters that the function uses. */
  get usedParameters(): readonly string[] {
    return ['task', 'check', 'params', 'resources', 'workspaces'].filter((name) => this.#usedParameters.has(name));
  }

  /** Returns the statement that adds a task, assigned to a constant if a later task refers to it. */
  add(task: PipelineTask, later: readonly PipelineTask[]): Code {
    requireOnlyFields(
      task,
      [
        'name',
        'taskRef',
        'taskSpec',
        'params',
        'resources',
        'runAfter',
        'retries',
        'conditions',
        'workspaces',
        'timeout',
      ],
      `the task "${task.name}"`,
    );
    const call = this.#call(task);
    const isReferenced = later.some((it) => namesOf(it).includes(task.name));
    const identifier = isReferenced ? this.#identifiers.take(task.name, 'Placed') : '';
    this.#added.set(task.name, { task, identifier });
    return [isReferenced ? `const ${identifier} = ` : '', ...call, ';'];
  }

  #call(task: PipelineTask): readonly Code[] {
    const what = `the task "${task.name}"`;
    if (task.resources) requireOnlyFields(task.resources, ['inputs', 'outputs'], `the resources of ${what}`);
    const params = nonEmptyList(task.params, `the params of ${what}`);
    const inputs = this.#withTypes(nonEmptyList(task.resources?.inputs, `the inputs of ${what}`));
    const outputs = this.#withTypes(nonEmptyList(task.resources?.outputs, `the outputs of ${what}`));
    if (task.resources && inputs.length + outputs.length === 0) throw new NotExpressible(`${what} has empty resources`);
    const workspaces = nonEmptyList(task.workspaces, `the workspaces of ${what}`);
    const { code, signature } = this.#taskArgument(task, () => signatureFromUse(params, inputs, outputs, workspaces));
    requireMatchingParams(params, signature.params, what);
    requireMatchingResources(inputs, signature.inputs, what);
    requireMatchingResources(outputs, signature.outputs, what);
    requireMatchingWorkspaces(workspaces, signature.workspaces, what);
    this.#requireSameOrder(task);
    const conditions = nonEmptyList(task.conditions, `the conditions of ${what}`);
    const call = objectLiteral({
      after:
        task.runAfter &&
        arrayLiteral(
          nonEmptyList(task.runAfter, `runAfter of ${what}`).map((name) => this.#precedingTask(name, what).identifier),
        ),
      params: params.length > 0 ? this.#values(params) : undefined,
      inputs: inputs.length > 0 ? this.#bindings(inputs, what) : undefined,
      outputs:
        outputs.length > 0
          ? objectLiteral(Object.fromEntries(outputs.map((it) => [it.name, this.#resource(it.resource)])))
          : undefined,
      workspaces:
        workspaces.length > 0
          ? objectLiteral(Object.fromEntries(workspaces.map((it) => [it.name, this.#workspace(it, what)])))
          : undefined,
      timeout: task.timeout === undefined ? undefined : stringLiteral(task.timeout),
      retries: task.retries === undefined ? undefined : String(task.retries),
      conditions: conditions.length > 0 ? arrayLiteral(conditions.map((it) => this.#check(it, what))) : undefined,
    });
    return [`task(${stringLiteral(task.name)}, `, code, ...(isEmpty(call) ? [] : [', ', call]), ')'];
  }

  /** Returns the task that is run: a constant, or an inline task. */
  #taskArgument(
    { name, taskRef, taskSpec }: PipelineTask,
    inferSignature: () => SignatureModel,
  ): { code: Code; signature: SignatureModel } {
    const { program, known, subject } = this.#context;
    if (taskSpec && !taskRef) {
      program.construct('Task');
      const none = (): (() => undefined) => () => undefined;
      return {
        code: ['Task.inline(', objectLiteral(taskCode(taskSpec, program.imports, none)), ')'],
        signature: taskSignature(taskSpec),
      };
    }
    if (!taskRef || taskSpec) throw new NotExpressible(`the task "${name}" needs either taskRef or taskSpec`);
    return known.reference(referencedTaskKind(taskRef, `the task "${name}"`), taskRef.name, subject, inferSignature);
  }

  #check(condition: PipelineTaskCondition, what: string): Code {
    const { known, subject } = this.#context;
    const at = `the condition "${condition.conditionRef}" of ${what}`;
    requireOnlyFields(condition, ['conditionRef', 'params', 'resources'], at);
    const params = nonEmptyList(condition.params, `the params of ${at}`);
    const resources = this.#withTypes(nonEmptyList(condition.resources, `the resources of ${at}`));
    const { code, signature } = known.reference('Condition', condition.conditionRef, subject, () =>
      signatureFromUse(params, resources),
    );
    requireMatchingParams(params, signature.params, at);
    requireMatchingResources(resources, signature.inputs, at);
    const call = objectLiteral({
      params: params.length > 0 ? this.#values(params) : undefined,
      resources: resources.length > 0 ? this.#bindings(resources, at) : undefined,
    });
    this.#usedParameters.add('check');
    return [`check(${code}`, ...(isEmpty(call) ? [] : [', ', call]), ')'];
  }

  #withTypes<T extends { readonly name: string; readonly resource: string }>(
    bound: readonly T[],
  ): (T & { type: ResourceType })[] {
    return bound.map((it) => {
      const declared = this.#signature.inputs.get(it.resource);
      if (!declared) throw new NotExpressible(`the pipeline declares no resource "${it.resource}"`);
      return { ...it, type: declared.type };
    });
  }

  #values(params: readonly Param[]): Block {
    const resolve: ResolveVariable = (path) => this.#resolve(path);
    const value = (it: unknown): Code =>
      Array.isArray(it)
        ? arrayLiteral(it.map((one) => textWithReferences(String(one), resolve, true)))
        : textWithReferences(String(it), resolve);
    for (const { name, ...rest } of params) requireOnlyFields(rest, ['value'], `the param "${name}"`);
    return objectLiteral(mapFields(Object.fromEntries(params.map((it) => [it.name, it.value])), value));
  }

  #resolve(path: string): ReturnType<ResolveVariable> {
    const name = path.startsWith('params.') ? path.slice('params.'.length) : undefined;
    const declared = name === undefined ? undefined : this.#signature.params.get(name);
    if (name === undefined || !declared) return undefined;
    const use = (): string => {
      this.#usedParameters.add('params');
      return memberAccess('params', name);
    };
    return { use, type: declared.type };
  }

  #resource(name: string): string {
    this.#usedParameters.add('resources');
    return memberAccess('resources', name);
  }

  #workspace({ name: _, workspace, subPath, ...others }: WorkspacePipelineTaskBinding, what: string): Code {
    requireOnlyFields(others, [], `the workspace "${workspace}" of ${what}`);
    if (!this.#signature.workspaces.includes(workspace)) {
      throw new NotExpressible(`the pipeline declares no workspace "${workspace}"`);
    }
    this.#usedParameters.add('workspaces');
    const whole = memberAccess('workspaces', workspace);
    return subPath === undefined ? whole : `${whole}.directory(${stringLiteral(subPath)})`;
  }

  #bindings(bound: readonly PipelineTaskInputResource[], what: string): Block {
    return objectLiteral(
      Object.fromEntries(
        bound.map((it) => {
          const from = nonEmptyList(it.from, `from of ${what}`).map((name) =>
            this.#outputOf(this.#precedingTask(name, what), it.resource),
          );
          return [it.name, from.length > 1 ? arrayLiteral(from) : (from[0] ?? this.#resource(it.resource))];
        }),
      ),
    );
  }

  /** Returns a resource as an output of an earlier task. */
  #outputOf({ task, identifier }: AddedTask, resource: string): string {
    const output = task.resources?.outputs?.find((it) => it.resource === resource);
    if (output) return memberAccess(`${identifier}.outputs`, output.name);
    throw new NotExpressible(`the task "${task.name}" does not output "${resource}"`);
  }

  #precedingTask(name: string, what: string): AddedTask {
    const found = this.#added.get(name);
    if (found) return found;
    throw new NotExpressible(
      `${what} is listed before "${name}", which it waits for; constructs write tasks in dependency order`,
    );
  }

  /**
   * Throws `NotExpressible` if a task uses a result without depending on its producer: constructs always add that
   * dependency, which the YAML does not have.
   */
  #requireSameOrder({ name, params = [], resources, runAfter = [] }: PipelineTask): void {
    const dependencies = new Set([...runAfter, ...(resources?.inputs ?? []).flatMap(({ from = [] }) => from)]);
    const producers = [...JSON.stringify(params).matchAll(/\$\(tasks\.([^.)]+)\.results\.[^)]+\)/g)].map(
      (found) => found[1] ?? '',
    );
    const unordered = producers.find((it) => !dependencies.has(it));
    if (unordered !== undefined)
      throw new NotExpressible(`"${name}" uses a result of "${unordered}" without waiting for it`);
    if (new Set(runAfter).size < runAfter.length) throw new NotExpressible(`runAfter of "${name}" lists a task twice`);
  }
}

/** Returns the names of the tasks that a task refers to. */
const namesOf = ({ runAfter = [], resources, conditions = [] }: PipelineTask): readonly string[] => [
  ...runAfter,
  ...[...(resources?.inputs ?? []), ...conditions.flatMap((it) => it.resources ?? [])].flatMap(({ from = [] }) => from),
];

/** Returns the kind that a taskRef refers to. An explicit `kind: Task` is Tekton's default and can be omitted. */
export function referencedTaskKind(ref: TaskRef, what: string): 'Task' | 'ClusterTask' {
  requireOnlyFields(ref, ['name', 'kind'], `the taskRef of ${what}`);
  return ref.kind ?? 'Task';
}
