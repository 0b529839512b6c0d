/**
 * TaskRuns: one task with its resources, params and ServiceAccount.
 *
 * Typed by the task, as a PipelineRun by its pipeline. For tasks without a pipeline; PipelineRuns create their own TaskRuns.
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
   * Directories that inputs are copied from instead of being fetched. Runners of pipelines use them for outputs of other
   * tasks; the pod must mount a volume with them.
   *
   * @default - inputs are fetched
   */
  readonly inputPaths?: { readonly [K in keyof I]?: readonly string[] };

  /**
   * Additional directories that outputs are copied to.
   *
   * @default - none
   */
  readonly outputPaths?: { readonly [K in keyof O]?: readonly string[] };
} & Member<'params', P, PlainArguments<P>> &
  Member<'inputs', I, Bindings<I, Bindable>> &
  Member<'outputs', O, Bindings<O, Bindable>> &
  Member<'workspaces', W, ForEach<W, Workspace>>;

type Paths = Readonly<Record<string, readonly string[] | undefined>>;

/** The props of a run without type parameters. */
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
  /** The name of the object; undefined with `generateName`. */
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

/** Returns the bindings with the directories of each, as `resources`. */
const bindings = (bound: NonNullable<AnyRun['inputs']>, paths: Paths = {}): object => {
  const withPaths = Object.entries(bound).map(([name, it]) => [name, it && { ...it.binding, paths: paths[name] }]);
  return namedEntries(
    'resources',
    Object.fromEntries(withPaths) as Readonly<Record<string, object | undefined>>,
    (it) => it,
  ); // entries of objects
};
