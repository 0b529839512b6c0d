/**
 * Conditions: checks that decide whether a pipeline task runs.
 *
 * A condition is declared like a task, with one container instead of steps, and used in a pipeline with `check`.
 */

import { V1ALPHA1 } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import {
  paramSpecs,
  resourceSpecs,
  type None,
  type ParamRefs,
  type Params,
  type ResourceRefs,
  type Resources,
} from '../declarations/declaration.js';
import { recordContent } from '../../internal/content-hash.js';
import type { Exact } from '../../internal/exact.js';
import { kubeObject, nameOf } from '../../internal/kube-object.js';
import {
  importManifest,
  signatureDifferences,
  expectedParams,
  expectedResources,
} from '../declarations/imported-manifest.js';
import { manifestValue } from '../../manifests/manifest-value.js';
import { withOwner } from '../../manifests/reference.js';
import { containerSpec, type CheckStep } from '../task/step.js';
import type { ScopeCallback } from '../task/task-definition.js';
import { paramRefs, resourceRefs } from '../declarations/scope-references.js';
import type { ExternalObject } from '../../validation/validation.js';

/** A condition that a pipeline can use: defined in the app or outside it. */
export interface ConditionReference<P extends Params, R extends Resources> {
  readonly name: string;
  readonly signature: { readonly params: P; readonly resources: R };
  /**
   * The object, if it is defined outside the app.
   *
   * @default - the app defines it
   */
  readonly external?: ExternalObject;
}

/** References to exactly what a condition declares. */
export interface ConditionScope<P, R> {
  readonly params: ParamRefs<P>;
  readonly resources: ResourceRefs<R>;
}

/** Properties for `Condition`. */
export interface ConditionProps<P extends Params, R extends Resources, S extends CheckStep = CheckStep> {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;

  /**
   * A description for readers (Tekton v0.10).
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Values that the pipeline passes.
   *
   * @default - the condition takes no params
   */
  readonly params?: P;

  /**
   * Resources that the check reads.
   *
   * @default - no resources
   */
  readonly resources?: R;

  /** The container of the check: the task runs if its exit code is 0. */
  readonly check: ScopeCallback<ConditionScope<P, R>, S & Exact<CheckStep, S, 'step'>>;
}

class ConditionObject<const P extends Params = None, const R extends Resources = None>
  extends Construct
  implements ConditionReference<P, R>
{
  /** The name of the object. */
  readonly name: string;
  readonly signature: ConditionReference<P, R>['signature'];

  constructor(scope: Construct, id: string, props: ConditionProps<P, R>) {
    super(scope, id);
    const { params, resources, metadata, description, check } = props;
    this.signature = signatureOf(params, resources);
    const its: ConditionScope<P, R> = {
      params: paramRefs(this, 'params', this.signature.params),
      resources: resourceRefs(this, 'resources', this.signature.resources),
    };
    const spec = {
      description,
      ...(params && { params: paramSpecs(params) }),
      ...(resources && { resources: resourceSpecs(resources) }),
      check: containerSpec(withOwner(this, () => check(its))),
    };
    const body = { spec: manifestValue(spec, this) };
    this.name = nameOf(kubeObject(this, { apiVersion: V1ALPHA1, kind: 'Condition', metadata, body }));
    recordContent(this, () => body);
  }

  /**
   * Returns a reference to a Condition defined outside the app. Nothing is emitted for it.
   *
   * @param signature what that Condition declares; uses are checked against it
   */
  static fromName<const P extends Params = None, const R extends Resources = None>(
    name: string,
    { params, resources }: { readonly params?: P; readonly resources?: R } = {},
  ): ConditionReference<P, R> {
    const signature = signatureOf(params, resources);
    const spec = {
      params: paramSpecs(signature.params),
      resources: resourceSpecs(signature.resources),
      check: { image: 'elsewhere' },
    };
    return { name, signature, external: { apiVersion: V1ALPHA1, kind: 'Condition', metadata: { name }, spec } };
  }

  /**
   * Adds an existing Condition manifest to the app, unchanged.
   *
   * @param manifest the object, or the text of its file
   * @param signature what it declares; uses are checked against it, and the signature against the manifest
   */
  static fromManifest<const P extends Params = None, const R extends Resources = None>(
    scope: Construct,
    id: string,
    manifest: string | object,
    { params, resources }: { readonly params?: P; readonly resources?: R } = {},
  ): ConditionReference<P, R> {
    const signature = signatureOf(params, resources);
    const { name, spec } = importManifest(scope, id, { kind: 'Condition', manifest }, (it) => [
      ...signatureDifferences(it, ['params'], expectedParams(signature.params)),
      ...signatureDifferences(it, ['resources'], expectedResources(signature.resources)),
    ]);
    const reference: ConditionReference<P, R> = { name, signature };
    recordContent(reference, () => spec);
    return reference;
  }
}

/**
 * Defines a Tekton Condition.
 *
 * @example
 *
 *   const onMain = new Condition(chart, 'on-main', {
 *     resources: { source: 'git' },
 *     check: ({ resources }) => ({ image: 'alpine:3.19', command: ['test'], args: [resources.source.revision, '=', 'main'] }),
 *   });
 */
export interface Condition<P extends Params = None, R extends Resources = None> extends ConditionObject<P, R> {}

/** The constructor also infers the return type of `check`, to reject unknown fields; it is not part of the condition's type. */
export const Condition: Pick<typeof ConditionObject, keyof typeof ConditionObject> & {
  new <const P extends Params = None, const R extends Resources = None, S extends CheckStep = CheckStep>(
    scope: Construct,
    id: string,
    props: ConditionProps<P, R, S>,
  ): Condition<P, R>;
} = ConditionObject;

const signatureOf = <P extends Params, R extends Resources>(
  params: P | undefined,
  resources: R | undefined,
): ConditionReference<P, R>['signature'] =>
  ({ params: params ?? {}, resources: resources ?? {} }) as ConditionReference<P, R>['signature']; // absent: None
