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
import { fields, isEmpty, list, member, statements, text, type Block, type Code, type Item } from './code.js';
import { Identifiers } from './identifiers.js';
import type { ImportedObjects, ImportedObject } from './imported-objects.js';
import { byName, listIn, NotExpressible, onlyFields } from './not-expressible.js';
import type { Program } from './program.js';
import {
  fitParams,
  fitResources,
  paramModels,
  paramsCode,
  resourceModels,
  resourcesCode,
  fitWorkspaces,
  workspaceNames,
  workspacesCode,
  type SignatureModel,
} from './signature.js';
import { taskCode, taskSignature, type Comments } from './task-code.js';
import { record, textWith, type Mentions } from './values.js';

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
export interface Surroundings {
  readonly program: Program;
  readonly known: ImportedObjects;
  readonly subject: ImportedObject;
}

/** Returns the props of a pipeline. */
export function pipelineCode(
  spec: PipelineSpec,
  around: Surroundings,
  comments: Comments,
): Record<string, Code | undefined> {
  onlyFields(spec, ['resources', 'params', 'workspaces', 'tasks'], 'a pipeline');
  const params = listIn(spec.params, 'its params');
  const resources = listIn(spec.resources, 'its resources');
  const workspaces = listIn(spec.workspaces, 'its workspaces');
  const tasks = listIn(spec.tasks, 'its tasks');
  if (tasks.length === 0) throw new NotExpressible('it has no tasks');
  byName(tasks, 'the tasks');
  const body = new PipelineBody(pipelineSignature(spec), around);
  const added = tasks.map((task, index): Item => {
    const comment = comments('tasks')(index);
    return { code: body.add(task, tasks.slice(index + 1)), ...(comment && { comment }) };
  });
  return {
    resources: resources.length > 0 ? resourcesCode(resources, comments('resources')) : undefined,
    params: params.length > 0 ? paramsCode(params, comments('params')) : undefined,
    workspaces: workspaces.length > 0 ? workspacesCode(workspaces, ['description'], comments('workspaces')) : undefined,
    tasks: [`({ ${body.mentioned.join(', ')} }) => `, statements(added)],
  };
}

/** A task that has been added, for later tasks to refer to. */
interface Added {
  readonly task: PipelineTask;
  readonly identifier: string;
}

/** Generates the function that adds the tasks. */
class PipelineBody {
  readonly #signature: SignatureModel;
  readonly #around: Surroundings;
  readonly #identifiers: Identifiers;
  readonly #added = new Map<string, Added>();
  readonly #mentioned = new Set(['task']);

  constructor(signature: SignatureModel, around: Surroundings) {
    this.#signature = signature;
    this.#around = around;
    this.#identifiers = new Identifiers(around.program.identifiers);
  }

  /** The parameters that the function uses. */
  get mentioned(): readonly string[] {
    return ['task', 'check', 'params', 'resources', 'workspaces'].filter((name) => this.#mentioned.has(name));
  }

  /** Returns the statement that adds a task, assigned to a constant if a later task refers to it. */
  add(task: PipelineTask, later: readonly PipelineTask[]): Code {
    onlyFields(
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
    const needed = later.some((it) => namesOf(it).includes(task.name));
    const identifier = needed ? this.#identifiers.take(task.name, 'Placed') : '';
    this.#added.set(task.name, { task, identifier });
    return [needed ? `const ${identifier} = ` : '', ...call, ';'];
  }

  #call(task: PipelineTask): readonly Code[] {
    const what = `the task "${task.name}"`;
    if (task.resources) onlyFields(task.resources, ['inputs', 'outputs'], `the resources of ${what}`);
    const params = listIn(task.params, `the params of ${what}`);
    const inputs = this.#typed(listIn(task.resources?.inputs, `the inputs of ${what}`));
    const outputs = this.#typed(listIn(task.resources?.outputs, `the outputs of ${what}`));
    if (task.resources && inputs.length + outputs.length === 0) throw new NotExpressible(`${what} has empty resources`);
    const workspaces = listIn(task.workspaces, `the workspaces of ${what}`);
    const { code, signature } = this.#used(task, () => signatureFromUse(params, inputs, outputs, workspaces));
    fitParams(params, signature.params, what);
    fitResources(inputs, signature.inputs, what);
    fitResources(outputs, signature.outputs, what);
    fitWorkspaces(workspaces, signature.workspaces, what);
    this.#refuseOtherOrder(task);
    const conditions = listIn(task.conditions, `the conditions of ${what}`);
    const call = fields({
      after:
        task.runAfter &&
        list(listIn(task.runAfter, `runAfter of ${what}`).map((name) => this.#earlier(name, what).identifier)),
      params: params.length > 0 ? this.#values(params) : undefined,
      inputs: inputs.length > 0 ? this.#bindings(inputs, what) : undefined,
      outputs:
        outputs.length > 0
          ? fields(Object.fromEntries(outputs.map((it) => [it.name, this.#resource(it.resource)])))
          : undefined,
      workspaces:
        workspaces.length > 0
          ? fields(Object.fromEntries(workspaces.map((it) => [it.name, this.#workspace(it, what)])))
          : undefined,
      timeout: task.timeout === undefined ? undefined : text(task.timeout),
      retries: task.retries === undefined ? undefined : String(task.retries),
      conditions: conditions.length > 0 ? list(conditions.map((it) => this.#check(it, what))) : undefined,
    });
    return [`task(${text(task.name)}, `, code, ...(isEmpty(call) ? [] : [', ', call]), ')'];
  }

  /** Returns the task that is run: a constant, or an inline task. */
  #used(
    { name, taskRef, taskSpec }: PipelineTask,
    told: () => SignatureModel,
  ): { code: Code; signature: SignatureModel } {
    const { program, known, subject } = this.#around;
    if (taskSpec && !taskRef) {
      program.construct('Task');
      const none = (): (() => undefined) => () => undefined;
      return {
        code: ['Task.inline(', fields(taskCode(taskSpec, program.imports, none)), ')'],
        signature: taskSignature(taskSpec),
      };
    }
    if (!taskRef || taskSpec) throw new NotExpressible(`the task "${name}" needs either taskRef or taskSpec`);
    return known.reference(kindOf(taskRef, `the task "${name}"`), taskRef.name, subject, told);
  }

  #check(condition: PipelineTaskCondition, what: string): Code {
    const { known, subject } = this.#around;
    const at = `the condition "${condition.conditionRef}" of ${what}`;
    onlyFields(condition, ['conditionRef', 'params', 'resources'], at);
    const params = listIn(condition.params, `the params of ${at}`);
    const resources = this.#typed(listIn(condition.resources, `the resources of ${at}`));
    const { code, signature } = known.reference('Condition', condition.conditionRef, subject, () =>
      signatureFromUse(params, resources),
    );
    fitParams(params, signature.params, at);
    fitResources(resources, signature.inputs, at);
    const call = fields({
      params: params.length > 0 ? this.#values(params) : undefined,
      resources: resources.length > 0 ? this.#bindings(resources, at) : undefined,
    });
    this.#mentioned.add('check');
    return [`check(${code}`, ...(isEmpty(call) ? [] : [', ', call]), ')'];
  }

  #typed<T extends { readonly name: string; readonly resource: string }>(
    bound: readonly T[],
  ): (T & { type: ResourceType })[] {
    return bound.map((it) => {
      const declared = this.#signature.inputs.get(it.resource);
      if (!declared) throw new NotExpressible(`the pipeline declares no resource "${it.resource}"`);
      return { ...it, type: declared.type };
    });
  }

  #values(params: readonly Param[]): Block {
    const its: Mentions = (path) => this.#mention(path);
    const value = (it: unknown): Code =>
      Array.isArray(it) ? list(it.map((one) => textWith(String(one), its, true))) : textWith(String(it), its);
    for (const { name, ...rest } of params) onlyFields(rest, ['value'], `the param "${name}"`);
    return fields(record(Object.fromEntries(params.map((it) => [it.name, it.value])), value));
  }

  #mention(path: string): ReturnType<Mentions> {
    const name = path.startsWith('params.') ? path.slice('params.'.length) : undefined;
    const declared = name === undefined ? undefined : this.#signature.params.get(name);
    if (name === undefined || !declared) return undefined;
    const use = (): string => {
      this.#mentioned.add('params');
      return member('params', name);
    };
    return { use, type: declared.type };
  }

  #resource(name: string): string {
    this.#mentioned.add('resources');
    return member('resources', name);
  }

  #workspace({ name: _, workspace, subPath, ...others }: WorkspacePipelineTaskBinding, what: string): Code {
    onlyFields(others, [], `the workspace "${workspace}" of ${what}`);
    if (!this.#signature.workspaces.includes(workspace)) {
      throw new NotExpressible(`the pipeline declares no workspace "${workspace}"`);
    }
    this.#mentioned.add('workspaces');
    const whole = member('workspaces', workspace);
    return subPath === undefined ? whole : `${whole}.directory(${text(subPath)})`;
  }

  #bindings(bound: readonly PipelineTaskInputResource[], what: string): Block {
    return fields(
      Object.fromEntries(
        bound.map((it) => {
          const from = listIn(it.from, `from of ${what}`).map((name) =>
            this.#left(this.#earlier(name, what), it.resource),
          );
          return [it.name, from.length > 1 ? list(from) : (from[0] ?? this.#resource(it.resource))];
        }),
      ),
    );
  }

  /** Returns a resource as an output of an earlier task. */
  #left({ task, identifier }: Added, resource: string): string {
    const output = task.resources?.outputs?.find((it) => it.resource === resource);
    if (output) return member(`${identifier}.outputs`, output.name);
    throw new NotExpressible(`the task "${task.name}" does not output "${resource}"`);
  }

  #earlier(name: string, what: string): Added {
    const found = this.#added.get(name);
    if (found) return found;
    throw new NotExpressible(
      `${what} is listed before "${name}", which it waits for; in a construct the order is that of the data`,
    );
  }

  /**
   * Throws `NotExpressible` if a task uses a result without depending on its producer: constructs always add that
   * dependency, which the YAML does not have.
   */
  #refuseOtherOrder({ name, params = [], resources, runAfter = [] }: PipelineTask): void {
    const before = new Set([...runAfter, ...(resources?.inputs ?? []).flatMap(({ from = [] }) => from)]);
    const taken = [...JSON.stringify(params).matchAll(/\$\(tasks\.([^.)]+)\.results\.[^)]+\)/g)].map(
      (found) => found[1] ?? '',
    );
    const loose = taken.find((it) => !before.has(it));
    if (loose !== undefined) throw new NotExpressible(`"${name}" takes a result of "${loose}" without waiting for it`);
    if (new Set(runAfter).size < runAfter.length) throw new NotExpressible(`runAfter of "${name}" names a task twice`);
  }
}

/** Returns the names of the tasks that a task refers to. */
const namesOf = ({ runAfter = [], resources, conditions = [] }: PipelineTask): readonly string[] => [
  ...runAfter,
  ...[...(resources?.inputs ?? []), ...conditions.flatMap((it) => it.resources ?? [])].flatMap(({ from = [] }) => from),
];

/** Returns the kind that a taskRef refers to. An explicit `kind: Task` is Tekton's default and can be omitted. */
export function kindOf(ref: TaskRef, what: string): 'Task' | 'ClusterTask' {
  onlyFields(ref, ['name', 'kind'], `the taskRef of ${what}`);
  return ref.kind ?? 'Task';
}
