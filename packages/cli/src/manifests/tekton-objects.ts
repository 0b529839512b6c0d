/**
 * The Tekton objects of a set of manifests, by kind and name, as read by packages/tekton. Pure.
 *
 * All properties of a Pipeline, Task or run are read from the model; paths refer to the manifest. Each object is read
 * once.
 */

import { tryReadObject, type ObjectModel, type PipelineResourceModel, type ReadObject } from '@pipewright/tekton';
import { textAt } from '../json.js';
import { isTekton, namespaceOf } from './identity.js';
import type { Manifest } from './load.js';

/** The kind of a Tekton object. */
export type TektonKind = ObjectModel['kind'];

/** The models of the given kinds. */
type ModelOf<K> = ObjectModel extends infer M
  ? M extends { readonly kind: infer N }
    ? K extends N
      ? M
      : never
    : never
  : never;

/** A manifest of a Tekton object, and its model. */
export interface TektonObject<K extends TektonKind = TektonKind> extends Omit<ReadObject, 'model'> {
  readonly manifest: Manifest;
  readonly name: string;
  readonly namespace: string;
  readonly model: ModelOf<K>;
}

/** Reads manifests, and finds objects by kind and name. */
export class TektonObjects {
  readonly #manifests: readonly Manifest[];
  readonly #read = new Map<Manifest, TektonObject | undefined>();
  #byName: ReadonlyMap<string, Manifest> | undefined;

  constructor(manifests: readonly Manifest[]) {
    this.#manifests = manifests;
  }

  /**
   * Reads a manifest, which need not belong to the set; undefined unless it is a Tekton object of a known version and
   * kind.
   */
  tryRead(manifest: Manifest): TektonObject | undefined {
    if (this.#read.has(manifest)) return this.#read.get(manifest);
    const read = isTekton(manifest.object) ? tryReadObject(manifest.object) : undefined;
    const object = read && {
      ...read,
      manifest,
      name: textAt(manifest.object, 'metadata', 'name') ?? '',
      namespace: namespaceOf(manifest.object),
    };
    this.#read.set(manifest, object);
    return object;
  }

  /** Returns the objects of a kind, in the order of the manifests. */
  ofKind<K extends TektonKind>(kind: K): readonly TektonObject<K>[] {
    return this.#manifests
      .filter(({ object }) => textAt(object, 'kind') === kind)
      .flatMap((manifest) => {
        const object = this.tryRead(manifest);
        return object && isOfKind(object, kind) ? [object] : [];
      });
  }

  /** Returns the first object with that kind and name. The namespace is ignored for a ClusterTask. */
  tryFind<K extends TektonKind>(kind: K, name: string, namespace: string): TektonObject<K> | undefined {
    this.#byName ??= new Map(
      this.#manifests.toReversed().map((manifest) => {
        const { object } = manifest;
        return [
          keyOf(textAt(object, 'kind') ?? '', textAt(object, 'metadata', 'name') ?? '', namespaceOf(object)),
          manifest,
        ];
      }),
    );
    const manifest = this.#byName.get(keyOf(kind, name, namespace));
    const object = manifest && this.tryRead(manifest);
    return object && isOfKind(object, kind) ? object : undefined;
  }

  /** Returns the PipelineResources among the manifests. */
  resources(): readonly PipelineResourceModel[] {
    return this.ofKind('PipelineResource').map(({ model }) => model.resource);
  }
}

const keyOf = (kind: string, name: string, namespace: string): string =>
  JSON.stringify(kind === 'ClusterTask' ? [kind, name] : [kind, name, namespace]);

const isOfKind = <K extends TektonKind>(object: TektonObject, kind: K): object is TektonObject & TektonObject<K> =>
  kind === object.model.kind;
