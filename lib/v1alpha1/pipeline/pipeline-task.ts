/**
 * The tasks of one pipeline, and how data makes them wait for each other.
 *
 * A task is added by calling `task` with what it needs. What it returns can only be passed on afterwards, so a pipeline
 * written this way has no cycles. Passing on an output writes `from`; passing on a result writes `runAfter`, because runners
 * of v1alpha1 take no order from results; `after` is for order alone. The graph lives here, never in construct
 * dependencies, which cdk8s sorts in exponential time.
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

/** A pipeline's resource of type `K`, as it stands at the start or as a task has left it. */
export class PipelineInput<K extends ResourceType = ResourceType> {
  /**
   * @param resource the name the pipeline declares it by
   * @param from the task that outputs it; absent: as the run binds it
   */
  constructor(
    readonly pipeline: Construct,
    readonly type: K,
    readonly resource: string,
    readonly from?: string,
  ) {}
}

/** A pipeline's workspace, whole or one directory of it. */
export class PipelineWorkspace {
  /** @param workspace the name the pipeline declares it by */
  constructor(
    readonly pipeline: Construct,
    readonly workspace: string,
    readonly subPath?: string,
  ) {}

  /** One directory of it, which is made when it is not there. */
  directory(subPath: string): PipelineWorkspace {
    const path = this.subPath === undefined ? subPath : `${this.subPath}/${subPath}`;
    return new PipelineWorkspace(this.pipeline, this.workspace, path);
  }
}

type InputOf = { readonly [K in ResourceType]: PipelineInput<K> | readonly PipelineInput<K>[] };
type OutputOf = { readonly [K in ResourceType]: PipelineInput<K> };

/** How a task is used, beside its params and resources. */
export interface TaskOptions {
  /**
   * Tasks that must succeed before this one starts, though nothing is passed from them.
   *
   * @default - starts as soon as what it is given is there
   */
  readonly after?: readonly PipelineTask[];

  /**
   * How often to try again after a failure.
   *
   * @default 0
   */
  readonly retries?: number;

  /**
   * How long each attempt may take; then it fails (Tekton v0.10). A text is written as it is: `'1h30m'`.
   *
   * @default - as long as the run may take
   */
  readonly timeout?: Duration | string;

  /**
   * Conditions that must all hold, made with `check`; when one does not, the task and all that wait for it are skipped.
   *
   * @default - the task runs in any case
   */
  readonly conditions?: readonly PipelineTaskCondition[];
}

/** The key of what `check` returns. The compiler quotes it in the error when a condition is passed without `check`. */
const CHECK = 'write check(condition, { … }) here';

/** A condition as a pipeline uses it, made by `check`. */
export interface PipelineTaskCondition {
  /** The condition's name. */
  readonly name: string;
  /** The pipeline that uses it, and what the manifest has. */
  readonly 'write check(condition, { … }) here': { readonly pipeline: Construct; readonly spec: object };
}

/** What a use of a condition must hold. */
export type ConditionCall<P, R> = Member<'params', P, Arguments<P>> & Member<'resources', R, Bindings<R, InputOf>>;

/** What a call of a task must hold: values, resources and workspaces for exactly what the task declares. */
export type TaskCall<P, I, O, W = None> = TaskOptions &
  Member<'workspaces', W, ForEach<W, PipelineWorkspace>> &
  Member<'params', P, Arguments<P>> &
  Member<'inputs', I, Bindings<I, InputOf>> &
  Member<'outputs', O, Bindings<O, OutputOf>>;

/** The name of a member and a space when it must not be left out, otherwise nothing. */
type IfRequired<Name extends string, Call> = Name extends keyof Call
  ? Partial<Pick<Call, Name>> extends Pick<Call, Name>
    ? ''
    : `${Name} `
  : '';

/** What a task must be besides to be used without a call: nothing when nothing is required, otherwise a text that the compiler quotes. */
type Callless<Call> =
  Partial<Call> extends Call
    ? unknown
    : `a further argument is missing: { ${IfRequired<'params', Call>}${IfRequired<'inputs', Call>}${IfRequired<'outputs', Call>}${IfRequired<'resources', Call>}${IfRequired<'workspaces', Call>}}`;

/** Adds a task to a pipeline. `name` must differ from the names of the pipeline's other tasks. */
interface AddTask {
  /** Adds a task that needs nothing, or that everything may be left out of. */
  <TP extends Params, TI extends Resources, TO extends Resources, TR extends Results, TW extends Workspaces>(
    name: string,
    task: TaskReference<TP, TI, TO, TR, TW> & Callless<TaskCall<TP, TI, TO, TW>>,
  ): PipelineTask<TO, TR>;
  /** Adds a task with what it needs. */
  <TP extends Params, TI extends Resources, TO extends Resources, TR extends Results, TW extends Workspaces>(
    name: string,
    task: TaskReference<TP, TI, TO, TR, TW>,
    call: TaskCall<TP, TI, TO, TW>,
  ): PipelineTask<TO, TR>;
}

/** Uses a condition, so that it can be passed in `conditions` of a task. */
interface UseCondition {
  /** Uses a condition that needs nothing, or that everything may be left out of. */
  <CP extends Params, CR extends Resources>(
    condition: ConditionReference<CP, CR> & Callless<ConditionCall<CP, CR>>,
  ): PipelineTaskCondition;
  /** Uses a condition with what it needs. */
  <CP extends Params, CR extends Resources>(
    condition: ConditionReference<CP, CR>,
    call: ConditionCall<CP, CR>,
  ): PipelineTaskCondition;
}

/** A task at its place in a pipeline. */
export interface PipelineTask<O = unknown, R = unknown> {
  readonly pipeline: Construct;
  readonly name: string;
  /** The outputs it was given, as it leaves them. Passing one to a later task writes `from`. */
  readonly outputs: { readonly [K in keyof O]: PipelineInput<TypeOf<O[K]>> };
  /** Its results. Passing one to a later task makes that one wait. */
  readonly results: { readonly [K in keyof R]: Ref };
}

/** A call without its types, as the emitter reads it. */
interface AnyCall extends TaskOptions {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, PipelineInput | readonly PipelineInput[] | undefined>>;
  readonly outputs?: Readonly<Record<string, PipelineInput | undefined>>;
  readonly workspaces?: Readonly<Record<string, PipelineWorkspace>>;
}

/** A use of a condition without its types. */
interface AnyConditionCall {
  readonly params?: AnyCall['params'];
  readonly resources?: AnyCall['inputs'];
}

/** What the `tasks` function of a pipeline is given: its params, resources and workspaces, and `task` to add tasks with. */
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

  /** The tasks added so far, as the manifest lists them. */
  get specs(): readonly object[] {
    return this.#specs;
  }

  /** What the tasks and conditions that are used stand for. */
  contents(): readonly unknown[] {
    return [...this.#used].map(contentOf);
  }

  /** Adds a task. `name` must differ from the other tasks' of this pipeline. */
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
        what: `task "${task}" is given "${it.name ?? it.resource ?? it.workspace ?? ''}", which`,
        owner: it.pipeline.node.path,
        fix: 'a task can wait for tasks of its own pipeline and use that pipeline’s resources and workspaces, nothing else',
      }),
    );
  }
}

/** Something that belongs to one pipeline. */
interface Owned {
  readonly pipeline: Construct;
  readonly name?: string;
  readonly resource?: string;
  readonly workspace?: string;
}

/** An array stands for itself as the only element of a list: Tekton takes a bare `$(…)` for a string. */
const isArrayRef = (value: unknown): boolean => value instanceof Ref && value.type === 'array';

/** The tasks whose results the values mention, in the order of mention. */
function resultsIn(values: readonly { value: unknown }[]): string[] {
  const texts = values.flatMap(({ value }) => value).filter((it): it is string => typeof it === 'string');
  return texts.flatMap((it) =>
    [...it.matchAll(/\$\(tasks\.([^.)]+)\.results\.[^)]+\)/g)].flatMap((found) => found[1] ?? []),
  );
}
