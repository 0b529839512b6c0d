/**
 * PipelineResources: external inputs and outputs of tasks.
 *
 * Each resource type has its own class and params; the resource type is also part of the TypeScript type, so an image cannot be bound
 * where a repository is required.
 */

import { V1ALPHA1, type ResourceType } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { KubePipelineResource, type KubePipelineResourceProps } from '../../../imports/tekton.dev.js';
import { recordContent } from '../../internal/content-hash.js';
import { kubeObject, nameOf } from '../../internal/kube-object.js';
import { importManifest } from '../declarations/imported-manifest.js';
import { manifestValue } from '../../manifests/manifest-value.js';
import type { ExternalObject } from '../../validation/validation.js';

/** A value that a run can bind to a declared resource of type `K`. */
export interface BindableResource<K extends ResourceType = ResourceType> {
  readonly type: K;
  /** The binding in a run: a reference by name, or the complete definition. */
  readonly binding: { readonly resourceRef: { readonly name: string } } | { readonly resourceSpec: object };
  /**
   * The object, if it is defined outside the app.
   *
   * @default - the app defines it, or the binding does
   */
  readonly external?: ExternalObject;
}

/** Properties that all PipelineResources have. */
export interface PipelineResourceProps {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
}

/** A field of a resource whose value comes from a Secret. */
export interface SecretField {
  readonly secretName: string;
  readonly secretKey: string;
}

/** A param or secret that is derived from a prop. */
type ResourcePart =
  | { readonly kind: 'param'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'secret'; readonly fieldName: string; readonly from: SecretField };

/** The prop names of all members of a union. */
type KeyOf<T> = T extends unknown ? keyof T & string : never;

/** The conversion of each prop of a resource. */
export type ResourceParts<T> = Readonly<Record<KeyOf<T>, (given: never) => readonly ResourcePart[]>>;

/** A prop that is a param. */
export const asParam =
  (name: string) =>
  (given: string | number | boolean): readonly ResourcePart[] => [
    { kind: 'param', name, value: typeof given === 'object' ? given : String(given) }, // a token of cdk8s stays one
  ];

/** A prop that comes from a Secret. */
export const asSecret =
  (fieldName: string) =>
  (from: SecretField): readonly ResourcePart[] => [{ kind: 'secret', fieldName, from }];

/** A prop with a value, or with a value from a Secret. */
export const asParamOrSecret =
  (name: string) =>
  (given: string | SecretField): readonly ResourcePart[] =>
    typeof given === 'string' ? asParam(name)(given) : asSecret(name)(given);

/** Returns the `spec` of a PipelineResource; params and secrets are in the order of the props, without undefined ones. */
export function resourceSpec<T extends object>(type: ResourceType, props: T, parts: ResourceParts<T>): object {
  const written = Object.entries(props).flatMap(([prop, given]: [string, unknown]) => {
    const part = Object.hasOwn(parts, prop) ? parts[prop as KeyOf<T>] : undefined; // `prop` is a key of the props
    return part === undefined || given === undefined ? [] : part(given as never); // the types of props and parts are tied
  });
  const params = written.flatMap((it) => (it.kind === 'param' ? [{ name: it.name, value: it.value }] : []));
  const secrets = written.flatMap((it) => (it.kind === 'secret' ? [{ fieldName: it.fieldName, ...it.from }] : []));
  return { type, ...(params.length > 0 && { params }), ...(secrets.length > 0 && { secrets }) };
}

/** The required params of each type, for external resources. */
const STUB_PARAMS: Readonly<Record<ResourceType, readonly string[]>> = {
  git: ['url'],
  image: ['url'],
  pullRequest: ['url'],
  storage: ['type', 'location'],
  cluster: ['url', 'username', 'cadata'],
  cloudEvent: ['targetURI'],
};

/** The common base of all types of PipelineResource. */
export abstract class PipelineResource<K extends ResourceType> extends Construct implements BindableResource<K> {
  /** The name of the object. */
  readonly name: string;
  readonly binding: { readonly resourceRef: { readonly name: string } };

  constructor(
    scope: Construct,
    id: string,
    readonly type: K,
    spec: object,
    { metadata }: PipelineResourceProps,
  ) {
    super(scope, id);
    const body = { spec: manifestValue(spec, this) };
    const make = (at: Construct, child: string, fields: object): KubePipelineResource =>
      new KubePipelineResource(at, child, fields as KubePipelineResourceProps); // `resourceSpec` made it
    this.name = nameOf(kubeObject(this, { apiVersion: V1ALPHA1, kind: 'PipelineResource', metadata, body, make }));
    this.binding = { resourceRef: { name: this.name } };
    recordContent(this, () => body);
  }

  /** Returns a reference to a PipelineResource defined outside the app. Nothing is emitted for it. */
  static fromName<K extends ResourceType>(name: string, type: K): BindableResource<K> {
    const params = STUB_PARAMS[type].map((param) => ({ name: param, value: 'elsewhere' }));
    const external = { apiVersion: V1ALPHA1, kind: 'PipelineResource', metadata: { name }, spec: { type, params } };
    return { type, binding: { resourceRef: { name } }, external };
  }

  /**
   * Adds an existing PipelineResource manifest to the app, unchanged.
   *
   * @param manifest the object, or the text of its file
   * @param type its type, which is compared with the manifest
   */
  static fromManifest<K extends ResourceType>(
    scope: Construct,
    id: string,
    manifest: string | object,
    type: K,
  ): BindableResource<K> {
    const { name, spec } = importManifest(scope, id, { kind: 'PipelineResource', manifest }, (it) => {
      const own = 'type' in it ? it.type : undefined;
      return own === type ? [] : [`spec.type is ${String(own)}, not ${type}`];
    });
    const reference: BindableResource<K> = { type, binding: { resourceRef: { name } } };
    recordContent(reference, () => spec);
    return reference;
  }
}
