/**
 * PipelineResources: the things outside the cluster that tasks read or make.
 *
 * Each type is a class of its own with its own params; the type is also in the TypeScript type, so an image cannot be bound
 * where a repository is needed.
 */

import { API_VERSION, type ResourceType } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { KubePipelineResource, type KubePipelineResourceProps } from '../imports/tekton.dev.js';
import { remember } from './content.js';
import { kubeObject, nameOf } from './kube-object.js';
import { adopt } from './manifest.js';
import { plain } from './plain.js';
import type { Elsewhere } from './validation.js';

/** Anything a run may bind to a declared resource of type `K`. */
export interface BindableResource<K extends ResourceType = ResourceType> {
  readonly type: K;
  /** How a run refers to it: by name, or with its whole definition. */
  readonly binding: { readonly resourceRef: { readonly name: string } } | { readonly resourceSpec: object };
  /**
   * What the checks may take as being there.
   *
   * @default - the app defines it, or the binding does
   */
  readonly elsewhere?: Elsewhere;
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

/** The `spec` of a PipelineResource; params are written in the order of their names, absent ones not at all. */
export function resourceSpec(
  type: ResourceType,
  params: Readonly<Record<string, string | undefined>>,
  secrets: Readonly<Record<string, SecretField | undefined>> = {},
): object {
  const given = Object.keys(params)
    .sort()
    .flatMap((name) => (params[name] === undefined ? [] : [{ name, value: params[name] }]));
  const fields = Object.entries(secrets).flatMap(([fieldName, it]) => (it ? [{ fieldName, ...it }] : []));
  return { type, ...(given.length > 0 && { params: given }), ...(fields.length > 0 && { secrets: fields }) };
}

/** What each type cannot do without. */
const STUB_PARAMS: Readonly<Record<ResourceType, readonly string[]>> = {
  git: ['url'],
  image: ['url'],
  pullRequest: ['url'],
  storage: ['type', 'location'],
  cluster: ['url', 'username', 'cadata'],
  cloudEvent: ['targetURI'],
};

/** What every type of PipelineResource shares. */
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
    const body = { spec: plain(spec, this) };
    const make = (at: Construct, child: string, fields: object): KubePipelineResource =>
      new KubePipelineResource(at, child, fields as KubePipelineResourceProps); // `resourceSpec` made it
    this.name = nameOf(kubeObject(this, { apiVersion: API_VERSION, kind: 'PipelineResource', metadata, body, make }));
    this.binding = { resourceRef: { name: this.name } };
    remember(this, () => body);
  }

  /** A PipelineResource that is defined elsewhere. Nothing is emitted for it. */
  static fromName<K extends ResourceType>(name: string, type: K): BindableResource<K> {
    const params = STUB_PARAMS[type].map((param) => ({ name: param, value: 'elsewhere' }));
    const elsewhere = { apiVersion: API_VERSION, kind: 'PipelineResource', metadata: { name }, spec: { type, params } };
    return { type, binding: { resourceRef: { name } }, elsewhere };
  }

  /**
   * A PipelineResource that exists as YAML, and becomes part of the app as it is.
   *
   * @param manifest the object, or the text of its file
   * @param type the type it is of; it is held against the manifest
   */
  static fromManifest<K extends ResourceType>(
    scope: Construct,
    id: string,
    manifest: string | object,
    type: K,
  ): BindableResource<K> {
    const { name, spec } = adopt(scope, id, { kind: 'PipelineResource', manifest }, (it) => {
      const own = 'type' in it ? it.type : undefined;
      return own === type ? [] : [`spec.type is ${String(own)}, not ${type}`];
    });
    const reference: BindableResource<K> = { type, binding: { resourceRef: { name } } };
    remember(reference, () => spec);
    return reference;
  }
}
