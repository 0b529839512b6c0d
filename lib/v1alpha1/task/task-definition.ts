/**
 * What a task declares and does, wherever it is written: in an object of its own, in a pipeline, or in a run.
 *
 * The declaration is the type. `steps` is given references to exactly what is declared, and a pipeline that uses the task
 * must pass exactly what it needs, so a wrong name, a missing param or a resource of another type does not compile.
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

/** Any task that a pipeline may use: one defined here, or one that lives elsewhere. */
export interface TaskReference<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces = None,
> {
  /** How a pipeline or a run names it, or a function that writes it out where it is used. */
  readonly use:
    | { readonly taskRef: { readonly name: string; readonly kind?: 'ClusterTask' } }
    | ((owner: Construct) => { readonly taskSpec: unknown });
  readonly signature: Signature<P, I, O, R, W>;
  /**
   * What the checks may take as being there.
   *
   * @default - the app defines it
   */
  readonly external?: ExternalObject;
}

/** References to all that a task declares, and to nothing else. */
export interface TaskScope<P, I, O, R, W = None> {
  readonly params: ParamRefs<P>;
  readonly inputs: ResourceRefs<I>;
  readonly outputs: ResourceRefs<O>;
  readonly results: ResultRefs<R>;
  readonly workspaces: WorkspaceRefs<W>;
}

/**
 * Makes a value that may hold references, from the references it may hold. Always a function, even where none is used: so the
 * compiler points at the very field that is wrong.
 */
export type ScopeCallback<Scope, T> = (its: Scope) => T;

/** A file with results of tests. */
export interface TestResult {
  /** @default - none is declared */
  readonly format?: string;
  /** @default - none is declared */
  readonly path?: string;
}

/** What a task declares and does. The last four types are what the callbacks return, so that unknown fields do not compile. */
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
   * Values that whoever runs the task passes. `{ path: {}, flags: { default: ['-v'] } }` declares a string that must be
   * given and an array that may.
   *
   * @default - the task takes no params
   */
  readonly params?: P;

  /**
   * Resources the task works on: `{ source: 'git' }`, or with more detail `{ source: { type: 'git', targetPath: 'src' } }`.
   *
   * @default - the task reads no resources
   */
  readonly inputs?: I;

  /**
   * Resources the task makes.
   *
   * @default - the task makes no resources
   */
  readonly outputs?: O;

  /**
   * Short texts the steps leave for later tasks, each in the file `results.NAME.path`.
   *
   * @default - the task has no results
   */
  readonly results?: R;

  /**
   * Files with the results of tests, by name: what v0.9 has in place of `results`. No runner reads them.
   *
   * @default - none
   */
  readonly testResults?: Readonly<Record<string, TestResult>>;

  /**
   * Directories that a run gives, from a volume of its choice: `{ cache: {} }` (Tekton v0.10).
   *
   * @default - none but those every task has
   */
  readonly workspaces?: W;

  /** The containers that run one after the other. The function is given references to what is declared above. */
  readonly steps: ScopeCallback<TaskScope<P, I, O, R, W>, readonly (S & Exact<Step, S, 'step'>)[]>;

  /**
   * Fields that every step has unless it says otherwise.
   *
   * @default - steps stand for themselves
   */
  readonly stepTemplate?: ScopeCallback<TaskScope<P, I, O, R, W>, T & Exact<Container, T, 'step template'>>;

  /**
   * Containers that run beside the steps and are stopped after the last.
   *
   * @default - none
   */
  readonly sidecars?: ScopeCallback<TaskScope<P, I, O, R, W>, readonly (C & Exact<Step, C, 'sidecar'>)[]>;

  /**
   * Volumes that steps mount: Kubernetes' own shape, or a Volume of cdk8s-plus.
   *
   * @default - none but those every task has
   */
  readonly volumes?: ScopeCallback<TaskScope<P, I, O, R, W>, readonly (V & ExactVolume<V>)[]>;
}

/** A volume of cdk8s-plus is an object of a class, whose fields are its own. */
type ExactVolume<V> = V extends Volume ? unknown : Exact<k8s.Volume, V, 'volume'>;

/** How `owner` refers to a task: `taskRef`, or the whole `taskSpec`. */
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

/** A signature with nothing left out. */
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

/** The `spec` of a Task, also when it stands inside a run. Throws when a reference of another construct strays in. */
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
