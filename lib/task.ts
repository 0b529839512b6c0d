/**
 * Tasks: what is declared, and the steps that may mention it.
 *
 * The declaration is the type. `steps` is given references to exactly what is declared, and a pipeline that uses the task
 * must pass exactly what it needs, so a wrong name, a missing param or a resource of another type does not compile.
 */

import { API_VERSION } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import type { k8s, Volume } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import {
  paramSpecs,
  resourceSpecs,
  resultSpecs,
  typeOf,
  VARIABLES,
  type None,
  type ParamRefs,
  type Params,
  type ResourceRefs,
  type Resources,
  type ResultRefs,
  type Results,
} from './declaration.js';
import { remember } from './content.js';
import { kubeObject, nameOf } from './kube-object.js';
import { plain } from './plain.js';
import { Ref } from './reference.js';
import { containerSpec, type Container, type Step } from './step.js';
import type { Elsewhere } from './validation.js';

/** What a task declares. */
export interface Signature<P extends Params, I extends Resources, O extends Resources, R extends Results> {
  readonly params: P;
  readonly inputs: I;
  readonly outputs: O;
  readonly results: R;
}

/** Any task that a pipeline may use: one defined here, or one that lives elsewhere. */
export interface TaskReference<P extends Params, I extends Resources, O extends Resources, R extends Results> {
  /** How a pipeline or a run names it, or a function that writes it out where it is used. */
  readonly use:
    | { readonly taskRef: { readonly name: string; readonly kind?: 'ClusterTask' } }
    | ((owner: Construct) => { readonly taskSpec: unknown });
  readonly signature: Signature<P, I, O, R>;
  /**
   * What the checks may take as being there.
   *
   * @default - the app defines it
   */
  readonly elsewhere?: Elsewhere;
}

/** References to all that a task declares, and to nothing else. */
export interface TaskScope<P, I, O, R> {
  readonly params: ParamRefs<P>;
  readonly inputs: ResourceRefs<I>;
  readonly outputs: ResourceRefs<O>;
  readonly results: ResultRefs<R>;
}

/**
 * Makes a value that may hold references, from the references it may hold. Always a function, even where none is used: so the
 * compiler points at the very field that is wrong.
 */
export type Given<Scope, T> = (its: Scope) => T;

/** What a task declares and does. */
export interface TaskDefinition<P extends Params, I extends Resources, O extends Resources, R extends Results> {
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

  /** The containers that run one after the other. The function is given references to what is declared above. */
  readonly steps: Given<TaskScope<P, I, O, R>, readonly Step[]>;

  /**
   * Fields that every step has unless it says otherwise.
   *
   * @default - steps stand for themselves
   */
  readonly stepTemplate?: Given<TaskScope<P, I, O, R>, Container>;

  /**
   * Containers that run beside the steps and are stopped after the last.
   *
   * @default - none
   */
  readonly sidecars?: Given<TaskScope<P, I, O, R>, readonly Step[]>;

  /**
   * Volumes that steps mount: Kubernetes' own shape, or a Volume of cdk8s-plus.
   *
   * @default - none but those every task has
   */
  readonly volumes?: Given<TaskScope<P, I, O, R>, readonly (k8s.Volume | Volume)[]>;
}

/** Properties for `Task` and `ClusterTask`. */
export interface TaskProps<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
> extends TaskDefinition<P, I, O, R> {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
}

/** How `owner` refers to a task: `taskRef`, or the whole `taskSpec`. */
export const useOf = <P extends Params, I extends Resources, O extends Resources, R extends Results>(
  { use }: TaskReference<P, I, O, R>,
  owner: Construct,
): object => (typeof use === 'function' ? use(owner) : use);

/** What a task's object is named, and whether a namespace holds it. */
abstract class DefinedTask<P extends Params, I extends Resources, O extends Resources, R extends Results>
  extends Construct
  implements TaskReference<P, I, O, R>
{
  /** The name of the object. */
  readonly name: string;
  readonly signature: Signature<P, I, O, R>;
  abstract readonly use: { readonly taskRef: { readonly name: string; readonly kind?: 'ClusterTask' } };

  constructor(scope: Construct, id: string, kind: 'Task' | 'ClusterTask', props: TaskProps<P, I, O, R>) {
    super(scope, id);
    this.signature = signatureOf(props);
    const spec = taskSpec(this, this.signature, props);
    const object = kubeObject(this, {
      apiVersion: API_VERSION,
      kind,
      metadata: props.metadata,
      clusterScoped: kind === 'ClusterTask',
      body: { spec },
    });
    remember(this, () => spec);
    this.name = nameOf(object);
  }
}

/**
 * Defines a Tekton Task.
 *
 * @example
 *
 *   const test = new Task(chart, 'unit-tests', {
 *     inputs: { source: 'git' },
 *     steps: ({ inputs }) => [{ image: 'golang', workingDir: inputs.source.path, command: ['make'], args: ['test'] }],
 *   });
 */
export class Task<
  const P extends Params = None,
  const I extends Resources = None,
  const O extends Resources = None,
  const R extends Results = None,
> extends DefinedTask<P, I, O, R> {
  readonly use: { readonly taskRef: { readonly name: string } };

  constructor(scope: Construct, id: string, props: TaskProps<P, I, O, R>) {
    super(scope, id, 'Task', props);
    this.use = { taskRef: { name: this.name } };
  }

  /** A task without an object of its own: it is written out in the pipeline (Tekton v0.10) or the run that uses it. */
  static inline<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
  >(definition: TaskDefinition<P, I, O, R>): TaskReference<P, I, O, R> {
    const signature = signatureOf(definition);
    return { signature, use: (owner) => ({ taskSpec: taskSpec(owner, signature, definition) }) };
  }

  /**
   * A Task that is defined elsewhere: in another repository, or by hand. Nothing is emitted for it.
   *
   * @param signature what that Task declares; calls are checked against it
   */
  static fromName<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
  >(name: string, signature: Partial<Signature<P, I, O, R>> = {}): TaskReference<P, I, O, R> {
    return elsewhere('Task', name, signatureOf(signature));
  }
}

/** Defines a Tekton ClusterTask: a Task that pipelines of every namespace may use. */
export class ClusterTask<
  const P extends Params = None,
  const I extends Resources = None,
  const O extends Resources = None,
  const R extends Results = None,
> extends DefinedTask<P, I, O, R> {
  readonly use: { readonly taskRef: { readonly name: string; readonly kind: 'ClusterTask' } };

  constructor(scope: Construct, id: string, props: TaskProps<P, I, O, R>) {
    super(scope, id, 'ClusterTask', props);
    this.use = { taskRef: { name: this.name, kind: 'ClusterTask' } };
  }

  /** A ClusterTask that is defined elsewhere. Nothing is emitted for it. */
  static fromName<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
  >(name: string, signature: Partial<Signature<P, I, O, R>> = {}): TaskReference<P, I, O, R> {
    return elsewhere('ClusterTask', name, signatureOf(signature));
  }
}

/** A task that is not made here, with the manifest that its signature tells of it. */
function elsewhere<P extends Params, I extends Resources, O extends Resources, R extends Results>(
  kind: 'Task' | 'ClusterTask',
  name: string,
  signature: Signature<P, I, O, R>,
): TaskReference<P, I, O, R> {
  const { params, inputs, outputs, results } = signature;
  const spec = {
    inputs: { params: paramSpecs(params), resources: resourceSpecs(inputs) },
    outputs: { resources: resourceSpecs(outputs) },
    results: resultSpecs(results),
    steps: [{ image: 'elsewhere' }],
  };
  return {
    use: { taskRef: { name, ...(kind === 'ClusterTask' && { kind }) } },
    signature,
    elsewhere: { apiVersion: API_VERSION, kind, metadata: { name }, spec },
  };
}

function signatureOf<P extends Params, I extends Resources, O extends Resources, R extends Results>(
  given: Partial<Signature<P, I, O, R>>,
): Signature<P, I, O, R> {
  const { params = {}, inputs = {}, outputs = {}, results = {} } = given;
  return { params, inputs, outputs, results } as Signature<P, I, O, R>; // what is absent was inferred as `None`
}

/** The `spec` of a Task, also when it stands inside a run. Throws when a reference of another construct strays in. */
export function taskSpec<P extends Params, I extends Resources, O extends Resources, R extends Results>(
  owner: Construct,
  signature: Signature<P, I, O, R>,
  props: TaskDefinition<P, I, O, R>,
): unknown {
  const its = scopeOf(owner, signature);
  const stepTemplate = props.stepTemplate?.(its);
  const inputs = {
    ...(props.params && { params: paramSpecs(props.params) }),
    ...(props.inputs && { resources: resourceSpecs(props.inputs) }),
  };
  return plain(
    {
      ...((props.params ?? props.inputs) && { inputs }),
      ...(props.outputs && { outputs: { resources: resourceSpecs(props.outputs) } }),
      ...(props.results && { results: resultSpecs(props.results) }),
      steps: props.steps(its).map(containerSpec),
      stepTemplate: stepTemplate && containerSpec(stepTemplate),
      sidecars: props.sidecars?.(its).map(containerSpec),
      volumes: props.volumes?.(its),
    },
    owner,
  );
}

function scopeOf<P extends Params, I extends Resources, O extends Resources, R extends Results>(
  owner: Construct,
  { params, inputs, outputs, results }: Signature<P, I, O, R>,
): TaskScope<P, I, O, R> {
  return {
    params: paramRefs(owner, 'inputs.params', params),
    inputs: resourceRefs(owner, 'inputs.resources', inputs),
    outputs: resourceRefs(owner, 'outputs.resources', outputs),
    results: byKey(results, (name) => ({ path: new Ref(owner, `results.${name}.path`, 'string') })) as ResultRefs<R>, // keys of R
  };
}

/** References to declared params, as `$(PREFIX.NAME)`. */
export function paramRefs<P extends Params>(owner: Construct, prefix: string, params: P): ParamRefs<P> {
  return byKey(params, (name, it) => {
    const type = it.type ?? (Array.isArray(it.default) ? 'array' : 'string');
    return new Ref(owner, `${prefix}.${name}`, type);
  }) as ParamRefs<P>; // keys of P, and the type rule of ValueTypeOf
}

/** References to the variables of declared resources, as `$(PREFIX.NAME.VARIABLE)`. */
export function resourceRefs<R extends Resources>(owner: Construct, prefix: string, resources: R): ResourceRefs<R> {
  return byKey(resources, (name, it) =>
    Object.fromEntries(
      VARIABLES[typeOf(it)].map((variable) => [variable, new Ref(owner, `${prefix}.${name}.${variable}`, 'string')]),
    ),
  ) as ResourceRefs<R>; // keys of R, variables of each one's type
}

/** A record with the same keys. */
export function byKey<T, U>(record: Readonly<Record<string, T>>, make: (name: string, it: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, it]) => [name, make(name, it)]));
}
