/**
 * TaskRuns: one task, the resources and values it is run with, and the account it runs as.
 *
 * Typed by the task as a PipelineRun is by its pipeline. Pipelines make their own; this is for a task alone.
 */

import { Construct } from 'constructs';
import { contentOf } from '../../internal/content-hash.js';
import type {
  Bindings,
  ForEach,
  Member,
  None,
  Params,
  PlainArguments,
  Resources,
  Results,
  Workspaces,
} from '../declarations/declaration.js';
import type { BindableResource } from '../resources/pipeline-resource.js';
import { namedEntries, runFields, createRunObject, type Bindable, type RunOptions } from './run.js';
import { useOf, type TaskReference } from '../task/task-definition.js';
import { declareExternal } from '../../validation/validation.js';
import type { Workspace } from './workspace.js';

/** Properties for `TaskRun`. */
export type TaskRunProps<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces = None,
> = RunOptions & {
  /** The task to run. */
  readonly task: TaskReference<P, I, O, R, W>;

  /**
   * Directories that inputs are copied from in place of being fetched. A pipeline's runner writes them where a task takes what
   * another one made; a volume that has them must be in the pod.
   *
   * @default - inputs are fetched
   */
  readonly inputPaths?: { readonly [K in keyof I]?: readonly string[] };

  /**
   * Directories that outputs are copied to besides.
   *
   * @default - none
   */
  readonly outputPaths?: { readonly [K in keyof O]?: readonly string[] };
} & Member<'params', P, PlainArguments<P>> &
  Member<'inputs', I, Bindings<I, Bindable>> &
  Member<'outputs', O, Bindings<O, Bindable>> &
  Member<'workspaces', W, ForEach<W, Workspace>>;

type Paths = Readonly<Record<string, readonly string[] | undefined>>;

/** A run without its types, as the emitter reads it. */
interface AnyRun {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly inputs?: Readonly<Record<string, BindableResource | undefined>>;
  readonly outputs?: Readonly<Record<string, BindableResource | undefined>>;
  readonly inputPaths?: Paths;
  readonly outputPaths?: Paths;
  readonly workspaces?: Readonly<Record<string, Workspace>>;
}

/**
 * Defines a Tekton TaskRun.
 *
 * @example
 *
 *   new TaskRun(chart, 'try', { task: test, inputs: { source }, generateName: 'try-' });
 */
export class TaskRun<
  const P extends Params = None,
  const I extends Resources = None,
  const O extends Resources = None,
  const R extends Results = None,
  const W extends Workspaces = None,
> extends Construct {
  /** The name of the object; with `generateName` it has none before it is created. */
  readonly name: string | undefined;

  constructor(scope: Construct, id: string, props: TaskRunProps<P, I, O, R, W>) {
    super(scope, id);
    const { params = {}, inputs = {}, outputs = {}, inputPaths, outputPaths, workspaces = {} } = props as AnyRun; // the same props, seen without the task's types
    declareExternal(this, props.task.external);
    const bound = [...Object.values(inputs), ...Object.values(outputs)];
    for (const it of bound) declareExternal(this, it?.external);
    const given = {
      ...namedEntries('params', params, (value) => ({ value })),
      ...bindings(inputs, inputPaths),
    };
    const made = bindings(outputs, outputPaths);
    const spec = {
      ...useOf(props.task, this),
      ...runFields(this, 'TaskRun', props),
      ...(Object.keys(given).length > 0 && { inputs: given }),
      ...(Object.keys(made).length > 0 && { outputs: made }),
      ...namedEntries('workspaces', workspaces, (it) => it.source),
    };
    const content = (): object => [props.task, ...bound].map((it) => it && contentOf(it));
    this.name = createRunObject(this, 'TaskRun', props, { spec, content });
  }
}

/** What is bound, with the directories of each; listed under `resources`. */
const bindings = (bound: NonNullable<AnyRun['inputs']>, paths: Paths = {}): object => {
  const withPaths = Object.entries(bound).map(([name, it]) => [name, it && { ...it.binding, paths: paths[name] }]);
  return namedEntries(
    'resources',
    Object.fromEntries(withPaths) as Readonly<Record<string, object | undefined>>,
    (it) => it,
  ); // entries of objects
};
