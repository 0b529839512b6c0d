/**
 * The definition of a task: in an object of its own, inlined in a pipeline, or inlined in a run.
 *
 * The declaration is the type: `steps` receives references to exactly what is declared, and a pipeline must pass exactly what the task
 * requires, so a wrong name, a missing param or a resource of another type does not compile.
 */

import type { k8s, Volume } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  paramSpecs,
  resourceSpecs,
  resultSpecs,
  workspaceSpecs,
  type None,
  type ParamRefs,
  type Params,
  type ResourceRefs,
  type Resources,
  type ResultRefs,
  type Results,
  type WorkspaceRefs,
  type Workspaces,
} from '../declarations/declaration.js';
import type { Exact } from '../../internal/exact.js';
import { manifestValue } from '../../manifests/manifest-value.js';
import { Ref, withOwner } from '../../manifests/reference.js';
import { containerSpec, volumesFor, type Container, type Step } from './step.js';
import { mapValues, paramRefs, resourceRefs } from '../declarations/scope-references.js';
import type { ExternalObject } from '../../validation/validation.js';

/** What a task declares. */
export interface Signature<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces = None,
> {
  readonly params: P;
  readonly inputs: I;
  readonly outputs: O;
  readonly results: R;
  readonly workspaces: W;
}

/** A task that a pipeline can use: defined in the app or outside it. */
export interface TaskReference<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces = None,
> {
  /** The reference written to a pipeline or run, or a function that inlines the task. */
  readonly use:
    | { readonly taskRef: { readonly name: string; readonly kind?: 'ClusterTask' } }
    | ((owner: Construct) => { readonly taskSpec: unknown });
  readonly signature: Signature<P, I, O, R, W>;
  /**
   * The object, if it is defined outside the app.
   *
   * @default - the app defines it
   */
  readonly external?: ExternalObject;
}

/** References to exactly what a task declares. */
export interface TaskScope<P, I, O, R, W = None> {
  readonly params: ParamRefs<P>;
  readonly inputs: ResourceRefs<I>;
  readonly outputs: ResourceRefs<O>;
  readonly results: ResultRefs<R>;
  readonly workspaces: WorkspaceRefs<W>;
}

/**
 * Returns a value that may contain the references of a scope. Always a function, so that the compiler reports the exact field that is
 * wrong.
 */
export type ScopeCallback<Scope, T> = (its: Scope) => T;

/** A file with test results. */
export interface TestResult {
  /** @default - no format is declared */
  readonly format?: string;
  /** @default - no path is declared */
  readonly path?: string;
}

/** The definition of a task. The last four type parameters are the return types of the callbacks, so that unknown fields do not compile. */
export interface TaskDefinition<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces = None,
  S extends Step = Step,
  T extends Container = Container,
  C extends Step = Step,
  V extends k8s.Volume | Volume = k8s.Volume | Volume,
> {
  /**
   * Values passed to the task. `{ path: {}, flags: { default: ['-v'] } }` declares a required string and an optional array.
   *
   * @default - the task takes no params
   */
  readonly params?: P;

  /**
   * Input resources: `{ source: 'git' }`, or in the long form `{ source: { type: 'git', targetPath: 'src' } }`.
   *
   * @default - no input resources
   */
  readonly inputs?: I;

  /**
   * Output resources.
   *
   * @default - no output resources
   */
  readonly outputs?: O;

  /**
   * Short texts that steps pass to later tasks by writing the file `results.NAME.path`.
   *
   * @default - the task has no results
   */
  readonly results?: R;

  /**
   * Files with test results, by name, as v0.9 has instead of `results`. No runner reads them.
   *
   * @default - no test results
   */
  readonly testResults?: Readonly<Record<string, TestResult>>;

  /**
   * Directories that a run provides from a volume: `{ cache: {} }` (Tekton v0.10).
   *
   * @default - no workspaces
   */
  readonly workspaces?: W;

  /** The containers that run in sequence. The callback receives references to the declarations above. */
  readonly steps: ScopeCallback<TaskScope<P, I, O, R, W>, readonly (S & Exact<Step, S, 'step'>)[]>;

  /**
   * Default fields of every step.
   *
   * @default - no defaults
   */
  readonly stepTemplate?: ScopeCallback<TaskScope<P, I, O, R, W>, T & Exact<Container, T, 'step template'>>;

  /**
   * Containers that run in parallel with the steps and are stopped after the last step.
   *
   * @default - no sidecars
   */
  readonly sidecars?: ScopeCallback<TaskScope<P, I, O, R, W>, readonly (C & Exact<Step, C, 'sidecar'>)[]>;

  /**
   * Volumes for steps to mount: Kubernetes volumes or cdk8s-plus Volumes.
   *
   * @default - only the volumes of every task
   */
  readonly volumes?: ScopeCallback<TaskScope<P, I, O, R, W>, readonly (V & ExactVolume<V>)[]>;
}

/** A volume of cdk8s-plus is an object of a class, whose fields are its own. */
type ExactVolume<V> = V extends Volume ? unknown : Exact<k8s.Volume, V, 'volume'>;

/** Returns `owner`'s reference to a task: `taskRef`, or an inlined `taskSpec`. */
export const useOf = <
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces,
>(
  { use }: TaskReference<P, I, O, R, W>,
  owner: Construct,
): object => (typeof use === 'function' ? use(owner) : use);

/** Returns a complete signature. */
export function signatureOf<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces,
>(given: Partial<Signature<P, I, O, R, W>>): Signature<P, I, O, R, W> {
  const { params = {}, inputs = {}, outputs = {}, results = {}, workspaces = {} } = given;
  return { params, inputs, outputs, results, workspaces } as Signature<P, I, O, R, W>; // what is absent was inferred as `None`
}

/** Returns the `spec` of a Task or an inlined `taskSpec`. Throws if it contains a reference of another construct. */
export function taskSpec<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces,
>(owner: Construct, signature: Signature<P, I, O, R, W>, props: TaskDefinition<P, I, O, R, W>): unknown {
  const its = scopeOf(owner, signature);
  const written = <T>(make: ScopeCallback<typeof its, T>): T => withOwner(owner, () => make(its));
  const steps = written(props.steps);
  const stepTemplate = props.stepTemplate && written(props.stepTemplate);
  const sidecars = props.sidecars && written(props.sidecars);
  const own = volumesFor([...steps, ...(sidecars ?? [])]);
  const volumes = (props.volumes && written(props.volumes)) ?? (own.length > 0 ? [] : undefined);
  const inputs = {
    ...(props.params && { params: paramSpecs(props.params) }),
    ...(props.inputs && { resources: resourceSpecs(props.inputs) }),
  };
  const outputs = {
    ...(props.outputs && { resources: resourceSpecs(props.outputs) }),
    ...(props.testResults && { results: resultSpecs(props.testResults) }),
  };
  return manifestValue(
    {
      ...((props.params ?? props.inputs) && { inputs }),
      ...((props.outputs ?? props.testResults) && { outputs }),
      ...(props.results && { results: resultSpecs(props.results) }),
      ...(props.workspaces && { workspaces: workspaceSpecs(props.workspaces) }),
      steps: steps.map(containerSpec),
      stepTemplate: stepTemplate && containerSpec(stepTemplate),
      sidecars: sidecars?.map(containerSpec),
      volumes: volumes && [...volumes, ...own],
    },
    owner,
  );
}

function scopeOf<P extends Params, I extends Resources, O extends Resources, R extends Results, W extends Workspaces>(
  owner: Construct,
  { params, inputs, outputs, results, workspaces }: Signature<P, I, O, R, W>,
): TaskScope<P, I, O, R, W> {
  return {
    params: paramRefs(owner, 'inputs.params', params),
    inputs: resourceRefs(owner, 'inputs.resources', inputs),
    outputs: resourceRefs(owner, 'outputs.resources', outputs),
    results: mapValues(results, (name) => ({
      path: new Ref(owner, `results.${name}.path`, 'string'),
    })) as ResultRefs<R>, // keys of R
    workspaces: mapValues(workspaces, (name) => ({
      path: new Ref(owner, `workspaces.${name}.path`, 'string'),
      volume: new Ref(owner, `workspaces.${name}.volume`, 'string'),
    })) as WorkspaceRefs<W>, // keys of W
  };
}
