/**
 * The Secrets and ConfigMaps that a pod references: read in advance, and watched while they are missing.
 */

import { linkedSignal } from '../../platform/linked-signal.js';
import type { NodeApi, ObjectList } from '../node-api.js';
import type { DataObject, Pod } from './pod.js';
import { objectsOfVolume, type ObjectReference } from '../volumes/volume-files.js';

const PLURAL = { Secret: 'secrets', ConfigMap: 'configmaps' } as const;

interface CachedObject extends DataObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
}

/** Reads and watches referenced objects of one namespace. */
export class PodObjects {
  readonly #api: NodeApi;
  readonly #namespace: string;
  readonly #found = new Map<string, CachedObject>();

  constructor(api: NodeApi, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  readonly secret = (name: string): DataObject | undefined => this.#found.get(`Secret/${name}`);
  readonly configMap = (name: string): DataObject | undefined => this.#found.get(`ConfigMap/${name}`);

  /** Reads all references of the pod's volumes and variables; missing objects are skipped. */
  async load(pod: Pod): Promise<void> {
    const references = new Map(referencedObjects(pod).map((it) => [`${it.kind}/${it.name}`, it]));
    await Promise.all([...references.values()].map((it) => this.#read(it)));
  }

  async #read({ kind, name }: ObjectReference): Promise<void> {
    const object = await this.#api.get<CachedObject>(`/api/v1/namespaces/${this.#namespace}/${PLURAL[kind]}/${name}`);
    if (object === undefined) this.#found.delete(`${kind}/${name}`);
    else this.#found.set(`${kind}/${name}`, object);
  }

  /** Waits until an object changes, and reads it again; returns when the signal is aborted. */
  async changed(reference: ObjectReference, signal: AbortSignal): Promise<void> {
    const { kind, name } = reference;
    const path = `/api/v1/namespaces/${this.#namespace}/${PLURAL[kind]}?fieldSelector=metadata.name%3D${encodeURIComponent(name)}`;
    const { items, metadata } = await this.#api.list<ObjectList<CachedObject>['items'][number]>(path);
    const known = this.#found.get(`${kind}/${name}`)?.metadata.resourceVersion;
    if (items[0]?.metadata.resourceVersion === known) {
      const stop = new AbortController();
      const linked = linkedSignal(signal, stop.signal);
      const watch = this.#api.watch(`${path}&watch=true&resourceVersion=${metadata.resourceVersion}`, linked.signal);
      await watch.next().catch(() => undefined); // after a broken watch the object is read again
      stop.abort();
      linked.release();
      await watch.return(undefined);
    }
    if (!signal.aborted) await this.#read(reference);
  }
}

/** Returns all Secrets and ConfigMaps that a pod references. */
export function referencedObjects({ spec }: Pod): readonly ObjectReference[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const variables = containers.flatMap(({ env = [], envFrom = [] }): ObjectReference[] => [
    ...env.flatMap(({ valueFrom }) => [
      ...named('Secret', valueFrom?.secretKeyRef),
      ...named('ConfigMap', valueFrom?.configMapKeyRef),
    ]),
    ...envFrom.flatMap(({ secretRef, configMapRef }) => [
      ...named('Secret', secretRef),
      ...named('ConfigMap', configMapRef),
    ]),
  ]);
  return [...(spec.volumes ?? []).flatMap(objectsOfVolume), ...variables];
}

const named = (kind: ObjectReference['kind'], ref: { readonly name?: string } | undefined): ObjectReference[] =>
  ref === undefined ? [] : [{ kind, name: ref.name ?? '' }];
