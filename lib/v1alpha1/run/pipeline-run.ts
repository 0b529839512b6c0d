/**
 * PipelineRuns: a pipeline with its resources, params and ServiceAccount.
 *
 * The pipeline's declaration is the type of the run: every resource must be bound to one of its type, and every param without
 * a default must be passed. A run with a name runs once; with `generateName`, each `kubectl create` creates a new run.
 */

import { Construct } from 'constructs';
import { contentOf } from '../../internal/content-hash.js';
import type {
  Bindings,
  ForEach,
  Member,
  None,
  Params,
  PipelineWorkspaces,
  PlainArguments,
  Resources,
} from '../declarations/declaration.js';
import type { PipelineReference } from '../pipeline/pipeline.js';
import type { BindableResource } from '../resources/pipeline-resource.js';
import {
  declareExternalAccount,
  namedEntries,
  runFields,
  createRunObject,
  type Bindable,
  type RunOptions,
} from './run.js';
import type { AccountReference } from '../../access/service-account.js';
import { declareExternal } from '../../validation/validation.js';
import type { Workspace } from './workspace.js';

/** Properties for `PipelineRun`. */
export type PipelineRunProps<
  P extends Params,
  R extends Resources,
  W extends PipelineWorkspaces = None,
> = RunOptions & {
  /** The pipeline to run. */
  readonly pipeline: PipelineReference<P, R, W>;

  /**
   * ServiceAccounts of single tasks, by the task's name in the pipeline.
   *
   * @default - every task has the run's account
   */
  readonly taskAccounts?: Readonly<Record<string, AccountReference>>;
} & Member<'params', P, PlainArguments<P>> &
  Member<'resources', R, Bindings<R, Bindable>> &
  Member<'workspaces', W, ForEach<W, Workspace>>;

/** The props of a run without type parameters. */
interface AnyRun {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<string, BindableResource | undefined>>;
  readonly workspaces?: Readonly<Record<string, Workspace>>;
}

/**
 * Defines a Tekton PipelineRun.
 *
 * @example
 *
 *   new PipelineRun(chart, 'run', { pipeline, serviceAccount: bot, resources: { source, web }, generateName: 'build-' });
 */
export class PipelineRun<
  const P extends Params = None,
  const R extends Resources = None,
  const W extends PipelineWorkspaces = None,
> extends Construct {
  /** The name of the object; undefined with `generateName`. */
  readonly name: string | undefined;

  constructor(scope: Construct, id: string, props: PipelineRunProps<P, R, W>) {
    super(scope, id);
    const { params = {}, resources = {}, workspaces = {} } = props as AnyRun; // the same props, seen without the pipeline's types
    const { use, external } = props.pipeline;
    declareExternal(this, external);
    for (const it of Object.values(resources)) declareExternal(this, it?.external);
    const spec = {
      ...(typeof use === 'function' ? use(this) : use),
      ...runFields(this, 'PipelineRun', props),
      ...this.#taskAccounts(props.taskAccounts ?? {}, props.serviceAccountField ?? 'serviceAccountName'),
      ...namedEntries('resources', resources, (it) => it.binding),
      ...namedEntries('params', params, (value) => ({ value })),
      ...namedEntries('workspaces', workspaces, (it) => it.source),
    };
    const content = (): object => [props.pipeline, ...Object.values(resources)].map((it) => it && contentOf(it));
    this.name = createRunObject(this, 'PipelineRun', props, { spec, content });
  }

  #taskAccounts(given: Readonly<Record<string, AccountReference>>, field: string): object {
    const all = Object.entries(given);
    for (const [, account] of all) declareExternalAccount(this, account);
    return all.length > 0 ? { [`${field}s`]: all.map(([taskName, it]) => ({ taskName, [field]: it.name })) } : {};
  }
}
