/**
 * Tasks and ClusterTasks as objects, and tasks without one: inlined where they are used, or defined outside the app.
 */

import { V1ALPHA1 } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import type { k8s, Volume } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { recordContent } from '../../internal/content-hash.js';
import {
  paramSpecs,
  resourceSpecs,
  resultSpecs,
  workspaceSpecs,
  type None,
  type Params,
  type Resources,
  type Results,
  type Workspaces,
} from '../declarations/declaration.js';
import { kubeObject, nameOf } from '../../internal/kube-object.js';
import { taskFromManifest } from './task-from-manifest.js';
import type { Container, Step } from './step.js';
import { signatureOf, taskSpec, type Signature, type TaskDefinition, type TaskReference } from './task-definition.js';

/** Properties for `Task` and `ClusterTask`. */
export interface TaskProps<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces = None,
  S extends Step = Step,
  T extends Container = Container,
  C extends Step = Step,
  V extends k8s.Volume | Volume = k8s.Volume | Volume,
> extends TaskDefinition<P, I, O, R, W, S, T, C, V> {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
}

/** The common base of Task and ClusterTask. */
abstract class DefinedTask<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces,
>
  extends Construct
  implements TaskReference<P, I, O, R, W>
{
  /** The name of the object. */
  readonly name: string;
  readonly signature: Signature<P, I, O, R, W>;
  abstract readonly use: { readonly taskRef: { readonly name: string; readonly kind?: 'ClusterTask' } };

  constructor(scope: Construct, id: string, kind: 'Task' | 'ClusterTask', props: TaskProps<P, I, O, R, W>) {
    super(scope, id);
    this.signature = signatureOf(props);
    const spec = taskSpec(this, this.signature, props);
    const object = kubeObject(this, {
      apiVersion: V1ALPHA1,
      kind,
      metadata: props.metadata,
      clusterScoped: kind === 'ClusterTask',
      body: { spec },
    });
    recordContent(this, () => spec);
    this.name = nameOf(object);
  }
}

class TaskObject<
  const P extends Params = None,
  const I extends Resources = None,
  const O extends Resources = None,
  const R extends Results = None,
  const W extends Workspaces = None,
> extends DefinedTask<P, I, O, R, W> {
  readonly use: { readonly taskRef: { readonly name: string } };

  constructor(scope: Construct, id: string, props: TaskProps<P, I, O, R, W>) {
    super(scope, id, 'Task', props);
    this.use = { taskRef: { name: this.name } };
  }

  /** Returns a task without an object of its own: it is inlined in the pipeline (Tekton v0.10) or the run that uses it. */
  static inline<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
    const W extends Workspaces = None,
    S extends Step = Step,
    T extends Container = Container,
    C extends Step = Step,
    V extends k8s.Volume | Volume = k8s.Volume | Volume,
  >(definition: TaskDefinition<P, I, O, R, W, S, T, C, V>): TaskReference<P, I, O, R, W> {
    const signature = signatureOf(definition);
    return { signature, use: (owner) => ({ taskSpec: taskSpec(owner, signature, definition) }) };
  }

  /**
   * Returns a reference to a Task defined outside the app. Nothing is emitted for it.
   *
   * @param signature what that Task declares; calls are checked against it
   */
  static fromName<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
    const W extends Workspaces = None,
  >(name: string, signature: Partial<Signature<P, I, O, R, W>> = {}): TaskReference<P, I, O, R, W> {
    return externalTask('Task', name, signatureOf(signature));
  }

  /**
   * Adds an existing Task manifest to the app, unchanged.
   *
   * @param manifest the object, or the text of its file
   * @param signature what it declares; calls are checked against it, and the signature against the manifest
   */
  static fromManifest<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
    const W extends Workspaces = None,
  >(
    scope: Construct,
    id: string,
    manifest: string | object,
    signature: Partial<Signature<P, I, O, R, W>> = {},
  ): TaskReference<P, I, O, R, W> {
    return taskFromManifest(scope, id, 'Task', manifest, signature);
  }
}

/**
 * Defines a Tekton Task.
 *
 * Unknown fields in the values that callbacks return do not compile. With explicit type arguments (`extends Task<None, Source>`)
 * TypeScript infers no further ones and accepts such fields; annotate the callback (`(): readonly Step[] => …`) to reject them.
 *
 * @example
 *
 *   const test = new Task(chart, 'unit-tests', {
 *     inputs: { source: 'git' },
 *     steps: ({ inputs }) => [{ image: 'golang', workingDir: inputs.source.path, command: ['make'], args: ['test'] }],
 *   });
 */
export interface Task<
  P extends Params = None,
  I extends Resources = None,
  O extends Resources = None,
  R extends Results = None,
  W extends Workspaces = None,
> extends TaskObject<P, I, O, R, W> {}

/** The constructor also infers the return types of callbacks, to reject unknown fields; they are not part of the task's type. */
export const Task: Pick<typeof TaskObject, keyof typeof TaskObject> & {
  new <
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
    const W extends Workspaces = None,
    S extends Step = Step,
    T extends Container = Container,
    C extends Step = Step,
    V extends k8s.Volume | Volume = k8s.Volume | Volume,
  >(
    scope: Construct,
    id: string,
    props: TaskProps<P, I, O, R, W, S, T, C, V>,
  ): Task<P, I, O, R, W>;
} = TaskObject;

class ClusterTaskObject<
  const P extends Params = None,
  const I extends Resources = None,
  const O extends Resources = None,
  const R extends Results = None,
  const W extends Workspaces = None,
> extends DefinedTask<P, I, O, R, W> {
  readonly use: { readonly taskRef: { readonly name: string; readonly kind: 'ClusterTask' } };

  constructor(scope: Construct, id: string, props: TaskProps<P, I, O, R, W>) {
    super(scope, id, 'ClusterTask', props);
    this.use = { taskRef: { name: this.name, kind: 'ClusterTask' } };
  }

  /** Returns a reference to a ClusterTask defined outside the app. Nothing is emitted for it. */
  static fromName<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
    const W extends Workspaces = None,
  >(name: string, signature: Partial<Signature<P, I, O, R, W>> = {}): TaskReference<P, I, O, R, W> {
    return externalTask('ClusterTask', name, signatureOf(signature));
  }

  /**
   * Adds an existing ClusterTask manifest to the app, unchanged.
   *
   * @param manifest the object, or the text of its file
   * @param signature what it declares; calls are checked against it, and the signature against the manifest
   */
  static fromManifest<
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
    const W extends Workspaces = None,
  >(
    scope: Construct,
    id: string,
    manifest: string | object,
    signature: Partial<Signature<P, I, O, R, W>> = {},
  ): TaskReference<P, I, O, R, W> {
    return taskFromManifest(scope, id, 'ClusterTask', manifest, signature);
  }
}

/** Defines a Tekton ClusterTask: a Task that pipelines of every namespace may use. */
export interface ClusterTask<
  P extends Params = None,
  I extends Resources = None,
  O extends Resources = None,
  R extends Results = None,
  W extends Workspaces = None,
> extends ClusterTaskObject<P, I, O, R, W> {}

/** The constructor also infers the return types of callbacks, to reject unknown fields; they are not part of the task's type. */
export const ClusterTask: Pick<typeof ClusterTaskObject, keyof typeof ClusterTaskObject> & {
  new <
    const P extends Params = None,
    const I extends Resources = None,
    const O extends Resources = None,
    const R extends Results = None,
    const W extends Workspaces = None,
    S extends Step = Step,
    T extends Container = Container,
    C extends Step = Step,
    V extends k8s.Volume | Volume = k8s.Volume | Volume,
  >(
    scope: Construct,
    id: string,
    props: TaskProps<P, I, O, R, W, S, T, C, V>,
  ): ClusterTask<P, I, O, R, W>;
} = ClusterTaskObject;

/** Returns a reference to a task outside the app, with a manifest derived from its signature. */
function externalTask<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces,
>(kind: 'Task' | 'ClusterTask', name: string, signature: Signature<P, I, O, R, W>): TaskReference<P, I, O, R, W> {
  const { params, inputs, outputs, results, workspaces } = signature;
  const spec = {
    inputs: { params: paramSpecs(params), resources: resourceSpecs(inputs) },
    outputs: { resources: resourceSpecs(outputs) },
    results: resultSpecs(results),
    workspaces: workspaceSpecs(workspaces),
    steps: [{ image: 'elsewhere' }],
  };
  return {
    use: { taskRef: { name, ...(kind === 'ClusterTask' && { kind }) } },
    signature,
    external: { apiVersion: V1ALPHA1, kind, metadata: { name }, spec },
  };
}
