/**
 * The tasks of one pipeline and their order, which follows from the data passed between them.
 *
 * `task` adds a task and returns its outputs and results, which only later tasks can use, so the graph has no cycles. Passing an output
 * writes `from`; passing a result writes `runAfter`, because v1alpha1 runners derive no order from results. Construct dependencies are
 * not used, because cdk8s sorts them in exponential time.
 */

import { constructProblem, type ResourceType } from '@pipewright/tekton';
import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ConditionReference } from './condition.js';
import { contentOf } from '../../internal/content-hash.js';
import { ConstructError } from '../../diagnostics/construct-error.js';
import type {
  Arguments,
  Bindings,
  ForEach,
  Member,
  None,
  ParamRefs,
  Params,
  Resources,
  Results,
  TypeOf,
  Workspaces,
} from '../declarations/declaration.js';
import { manifestValue } from '../../manifests/manifest-value.js';
import { timeoutText } from '../../internal/timeout.js';
import { Ref } from '../../manifests/reference.js';
import { useOf, type TaskReference } from '../task/task-definition.js';
import { mapValues } from '../declarations/scope-references.js';
import { declareExternal } from '../../validation/validation.js';

/** A pipeline's resource of type `K`, as the run binds it or as a task outputs it. */
export class PipelineInput<K extends ResourceType = ResourceType> {
  /**
   * @param resource its name in the pipeline's declaration
   * @param from the task that outputs it; absent if the run binds it
   */
  constructor(
    readonly pipeline: Construct,
    readonly type: K,
    readonly resource: string,
    readonly from?: string,
  ) {}
}

/** A pipeline's workspace, or a directory in it. */
export class PipelineWorkspace {
  /** @param workspace its name in the pipeline's declaration */
  constructor(
    readonly pipeline: Construct,
    readonly workspace: string,
    readonly subPath?: string,
  ) {}

  /** Returns a directory of the workspace, which is created if it does not exist. */
  directory(subPath: string): PipelineWorkspace {
    const path = this.subPath === undefined ? subPath : `${this.subPath}/${subPath}`;
    return new PipelineWorkspace(this.pipeline, this.workspace, path);
  }
}

type InputOf = { readonly [K in ResourceType]: PipelineInput<K> | readonly PipelineInput<K>[] };
type OutputOf = { readonly [K in ResourceType]: PipelineInput<K> };

/** Options of a pipeline task other than its params and resources. */
export interface TaskOptions {
  /**
   * Tasks that must succeed before this one starts, in addition to those whose outputs or results it uses.
   *
   * @default - only the order that follows from outputs and results
   */
  readonly after?: readonly PipelineTask[];

  /**
   * The number of retries after a failure.
   *
   * @default 0
   */
  readonly retries?: number;

  /**
   * The timeout of each attempt (Tekton v0.10). A string is written unchanged: `'1h30m'`.
   *
   * @default - the timeout of the run
   */
  readonly timeout?: Duration | string;

  /**
   * Conditions created with `check`; if one is not met, the task and its dependents are skipped.
   *
   * @default - no conditions
   */
  readonly conditions?: readonly PipelineTaskCondition[];
}

/** The key of the value that `check` returns. The compiler prints it if a condition is passed without `check`. */
const CHECK = 'write check(condition, { … }) here';

/** A condition of a pipeline task, created by `check`. */
export interface PipelineTaskCondition {
  /** The condition's name. */
  readonly name: string;
  /** The pipeline that uses it, and its entry in the manifest. */
  readonly 'write check(condition, { … }) here': { readonly pipeline: Construct; readonly spec: object };
}

/** The arguments of a condition. */
export type ConditionCall<P, R> = Member<'params', P, Arguments<P>> & Member<'resources', R, Bindings<R, InputOf>>;

/** The arguments of a task: values, resources and workspaces for exactly what the task declares. */
export type TaskCall<P, I, O, W = None> = TaskOptions &
  Member<'workspaces', W, ForEach<W, PipelineWorkspace>> &
  Member<'params', P, Arguments<P>> &
  Member<'inputs', I, Bindings<I, InputOf>> &
  Member<'outputs', O, Bindings<O, OutputOf>>;

/** The name of a member and a space if the member is required, otherwise an empty string. */
type IfRequired<Name extends string, Call> = Name extends keyof Call
  ? Partial<Pick<Call, Name>> extends Pick<Call, Name>
    ? ''
    : `${Name} `
  : '';

/** A constraint on tasks used without arguments: satisfied if nothing is required, otherwise a text that the compiler prints. */
type Callless<Call> =
  Partial<Call> extends Call
    ? unknown
    : `a further argument is missing: { ${IfRequired<'params', Call>}${IfRequired<'inputs', Call>}${IfRequired<'outputs', Call>}${IfRequired<'resources', Call>}${IfRequired<'workspaces', Call>}}`;

/** Adds a task to a pipeline. `name` must differ from the names of the pipeline's other tasks. */
interface AddTask {
  /** Adds a task without required arguments. */
  <TP extends Params, TI extends Resources, TO extends Resources, TR extends Results, TW extends Workspaces>(
    name: string,
    task: TaskReference<TP, TI, TO, TR, TW> & Callless<TaskCall<TP, TI, TO, TW>>,
  ): PipelineTask<TO, TR>;
  /** Adds a task with its arguments. */
  <TP extends Params, TI extends Resources, TO extends Resources, TR extends Results, TW extends Workspaces>(
    name: string,
    task: TaskReference<TP, TI, TO, TR, TW>,
    call: TaskCall<TP, TI, TO, TW>,
  ): PipelineTask<TO, TR>;
}

/** Applies a condition to arguments, for `conditions` of a task. */
interface UseCondition {
  /** Uses a condition without required arguments. */
  <CP extends Params, CR extends Resources>(
    condition: ConditionReference<CP, CR> & Callless<ConditionCall<CP, CR>>,
  ): PipelineTaskCondition;
  /** Uses a condition with its arguments. */
  <CP extends Params, CR extends Resources>(
    condition: ConditionReference<CP, CR>,
    call: ConditionCall<CP, CR>,
  ): PipelineTaskCondition;
}

/** A task of a pipeline. */
export interface PipelineTask<O = unknown, R = unknown> {
  readonly pipeline: Construct;
  readonly name: string;
  /** Its output resources. Passing one to a later task writes `from`. */
  readonly outputs: { readonly [K in keyof O]: PipelineInput<TypeOf<O[K]>> };
  /** Its results. Passing one to a later task writes `runAfter`. */
  readonly results: { readonly [K in keyof R]: Ref };
}

/** The arguments of a task without their types. */
interface AnyCall extends TaskOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, PipelineInput | readonly PipelineInput[] | undefined>>;
  readonly outputs?: Readonly<Record<string, PipelineInput | undefined>>;
  readonly workspaces?: Readonly<Record<string, PipelineWorkspace>>;
}

/** The arguments of a condition without their types. */
interface AnyConditionCall {
  readonly params?: AnyCall['params'];
  readonly resources?: AnyCall['inputs'];
}

/** The argument of a pipeline's `tasks` callback: its params, resources and workspaces, and `task`, which adds a task. */
export class PipelineTasks<P = unknown, R = unknown, W = unknown> {
  readonly #specs: object[] = [];
  readonly #used = new Set<object>();
  readonly #names = new Set<string>();
  readonly #pipeline: Construct;

  constructor(
    pipeline: Construct,
    readonly params: ParamRefs<P>,
    readonly resources: { readonly [K in keyof R]: PipelineInput<TypeOf<R[K]>> },
    readonly workspaces: ForEach<W, PipelineWorkspace>,
  ) {
    this.#pipeline = pipeline;
  }

  /** The manifest entries of the tasks added so far. */
  get specs(): readonly object[] {
    return this.#specs;
  }

  /** The content behind the tasks and conditions in use. */
  contents(): readonly unknown[] {
    return [...this.#used].map(contentOf);
  }

  /** Adds a task. `name` must be unique in the pipeline. */
  readonly task: AddTask = <
    TP extends Params,
    TI extends Resources,
    TO extends Resources,
    TR extends Results,
    TW extends Workspaces,
  >(
    name: string,
    task: TaskReference<TP, TI, TO, TR, TW>,
    call?: TaskCall<TP, TI, TO, TW>,
  ): PipelineTask<TO, TR> => {
    if (this.#names.has(name)) {
      throw new ConstructError(this.#pipeline, constructProblem('TASK_TWICE', { name }));
    }
    declareExternal(this.#pipeline, task.external);
    this.#used.add(task);
    const given = (call ?? {}) as AnyCall; // the same call, seen without the task's types
    this.#specs.push(this.#spec(name, useOf(task, this.#pipeline), given));
    this.#names.add(name);
    const left = (it: PipelineInput | undefined): PipelineInput | undefined =>
      it && new PipelineInput(this.#pipeline, it.type, it.resource, name);
    return {
      pipeline: this.#pipeline,
      name,
      outputs: mapValues(given.outputs ?? {}, (_, it) => left(it)),
      results: mapValues(
        task.signature.results,
        (it) => new Ref(this.#pipeline, `tasks.${name}.results.${it}`, 'string'),
      ),
    } as PipelineTask<TO, TR>; // keys of TO and TR
  };

  /** Uses a condition; pass the result in `conditions` of a task. */
  readonly check: UseCondition = <CP extends Params, CR extends Resources>(
    condition: ConditionReference<CP, CR>,
    call?: ConditionCall<CP, CR>,
  ): PipelineTaskCondition => {
    declareExternal(this.#pipeline, condition.external);
    this.#used.add(condition);
    const { params, resources } = (call ?? {}) as AnyConditionCall; // the same call, seen without the condition's types
    const values = this.#values(params);
    const bound = this.#bindings(condition.name, resources ?? {});
    const spec = {
      conditionRef: condition.name,
      ...(values.length > 0 && { params: values }),
      ...(bound.length > 0 && { resources: bound }),
    };
    return { name: condition.name, [CHECK]: { pipeline: this.#pipeline, spec } };
  };

  #spec(name: string, task: object, call: AnyCall): object {
    const { params, inputs, outputs, workspaces = {}, after, retries, timeout, conditions } = call;
    const values = this.#values(params);
    const sources = this.#bindings(name, inputs ?? {});
    const results = this.#bindings(name, outputs ?? {}).map(({ from: _, ...rest }) => rest);
    const directories = Object.entries(workspaces).map(([its, given]) => {
      const { workspace, subPath } = this.#own(name, given);
      return { name: its, workspace, ...(subPath !== undefined && { subPath }) };
    });
    const before = (after ?? []).map((it) => this.#own(name, it).name);
    const ordered = new Set([...before, ...sources.flatMap(({ from }) => from ?? [])]);
    const runAfter = [...new Set([...before, ...resultsIn(values).filter((it) => !ordered.has(it))])];
    return {
      name,
      ...task,
      ...(runAfter.length > 0 && { runAfter }),
      ...(values.length > 0 && { params: values }),
      ...(sources.length + results.length > 0 && {
        resources: { ...(sources.length > 0 && { inputs: sources }), ...(results.length > 0 && { outputs: results }) },
      }),
      ...(directories.length > 0 && { workspaces: directories }),
      ...(retries !== undefined && { retries }),
      ...(timeout !== undefined && { timeout: timeoutText(timeout) }),
      ...(conditions &&
        conditions.length > 0 && {
          conditions: conditions.map((it) => this.#own(name, { name: it.name, ...it[CHECK] }).spec),
        }),
    };
  }

  #values(params: AnyCall['params'] = {}): { name: string; value: unknown }[] {
    return Object.entries(params).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value: manifestValue(isArrayRef(value) ? [value] : value, this.#pipeline) }],
    );
  }

  #bindings(
    task: string,
    given: NonNullable<AnyCall['inputs']>,
  ): { name: string; resource: string; from?: readonly string[] }[] {
    return Object.entries(given).flatMap(([name, bound]) => {
      const all = bound === undefined ? [] : [bound].flat().map((it) => this.#own(task, it));
      const [first] = all;
      if (first === undefined) return [];
      const other = all.find(({ resource }) => resource !== first.resource);
      if (other) {
        throw new ConstructError(
          this.#pipeline,
          constructProblem('RESOURCES_DIFFER', { input: name, task, first: first.resource, other: other.resource }),
        );
      }
      const from = all.flatMap((it) => it.from ?? []);
      return [{ name, resource: first.resource, ...(from.length > 0 && { from }) }];
    });
  }

  #own<T extends Owned>(task: string, it: T): T {
    if (it.pipeline === this.#pipeline) return it;
    throw new ConstructError(
      this.#pipeline,
      constructProblem('FOREIGN_REFERENCE', {
        what: `task "${task}" uses "${it.name ?? it.resource ?? it.workspace ?? ''}", which`,
        owner: it.pipeline.node.path,
        fix: 'a task can only use tasks, resources and workspaces of its own pipeline',
      }),
    );
  }
}

/** An object that belongs to one pipeline. */
interface Owned {
  readonly pipeline: Construct;
  readonly name?: string;
  readonly resource?: string;
  readonly workspace?: string;
}

/** Whether a value is an array reference, which must be the only element of a list: Tekton reads a bare `$(…)` as a string. */
const isArrayRef = (value: unknown): boolean => value instanceof Ref && value.type === 'array';

/** Returns the tasks whose results the values refer to, in order of occurrence. */
function resultsIn(values: readonly { value: unknown }[]): string[] {
  const texts = values.flatMap(({ value }) => value).filter((it): it is string => typeof it === 'string');
  return texts.flatMap((it) =>
    [...it.matchAll(/\$\(tasks\.([^.)]+)\.results\.[^)]+\)/g)].flatMap((found) => found[1] ?? []),
  );
}
