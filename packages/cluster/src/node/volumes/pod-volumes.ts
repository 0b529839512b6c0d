/**
 * The volumes of a pod: directories `runDirectory/<uid>/volume-<name>`; in memory for API objects, persistent for claims.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount } from '../../runtime/runtime.js';
import { expand } from '../container/expansion.js';
import { ApiStatusError } from '../node-api.js';
import type { NodeContext } from '../node-context.js';
import type { Container, Pod, Volume } from '../pod/pod.js';
import type { PodObjects } from '../pod/referenced-objects.js';
import { makeHostPath, makeOpenDirectory, subPathOf, writeFiles } from './volume-directories.js';
import { isProjection, sourcesOf, volumeFiles, type ObjectReference, type VolumeFile } from './volume-files.js';

/** Whether the volumes are ready, or what is missing. */
export type VolumeSetup =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string; readonly missing?: ObjectReference };

/** A token is renewed after this fraction of its lifetime, as in kubelet. */
const RENEW_AT = 0.8;

/** Creates, fills and removes the directories of a pod. */
export class PodFiles {
  readonly directory: string;
  /** The directory of Secrets and tokens. */
  readonly #inMemory: string;
  readonly #context: NodeContext;
  readonly #objects: PodObjects;
  readonly #sources = new Map<string, string>();
  readonly #tokens = new Map<string, string>();
  /** The files in volumes made of API objects. */
  readonly #filled = new Map<string, ReadonlyMap<string, VolumeFile>>();

  constructor(context: NodeContext, pod: Pod, objects: PodObjects) {
    this.#context = context;
    this.#objects = objects;
    this.directory = join(context.runDirectory, pod.metadata.uid);
    this.#inMemory = join(context.memoryDirectory, pod.metadata.uid);
  }

  /** Returns why this node cannot run a pod; undefined if it can. */
  refusal({ spec }: Pod): { readonly reason: string; readonly message: string } | undefined {
    for (const volume of spec.volumes ?? []) {
      if (volume.hostPath !== undefined && !this.#context.allowHostPath) {
        const message = `volume ${JSON.stringify(volume.name)} mounts ${volume.hostPath.path} of this machine (hostPath), which is not allowed here; use an emptyDir or a PersistentVolumeClaim`;
        return { reason: 'HostPathNotAllowed', message };
      }
      if (!KINDS.some((kind) => volume[kind] !== undefined)) {
        const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'without a kind';
        return {
          reason: 'VolumeNotSupported',
          message: `volume ${JSON.stringify(volume.name)} is ${kind}; this node has ${KINDS.join(', ')}`,
        };
      }
    }
    return undefined;
  }

  /** Prepares all volumes; called again when a missing object appears. */
  async prepare(pod: Pod): Promise<VolumeSetup> {
    for (const volume of pod.spec.volumes ?? []) {
      const setup = await this.#setUp(volume, pod);
      if (setup.kind === 'failed') {
        return {
          ...setup,
          message: `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${setup.message}`,
        };
      }
    }
    return { kind: 'ready' };
  }

  async #setUp(volume: Volume, pod: Pod): Promise<VolumeSetup> {
    const directory = this.#directoryOf(volume);
    if (isProjection(volume)) {
      const refusal = await this.#issueTokens(volume, pod);
      if (refusal !== undefined) return { kind: 'failed', message: refusal };
      return this.#fill(volume, pod, directory);
    }
    if (volume.persistentVolumeClaim !== undefined)
      return this.#claim(volume.name, volume.persistentVolumeClaim.claimName, pod);
    if (volume.hostPath !== undefined) {
      if (this.#context.runtime.usesFiles) makeHostPath(volume.hostPath);
      this.#sources.set(volume.name, volume.hostPath.path);
    } else {
      if (this.#context.runtime.usesFiles) makeOpenDirectory(directory);
      this.#sources.set(volume.name, directory);
    }
    return { kind: 'ready' };
  }

  #fill(volume: Volume, pod: Pod, directory: string): VolumeSetup {
    const { secret, configMap } = this.#objects;
    const token = (path: string): string | undefined => this.#tokens.get(`${volume.name}/${path}`);
    const resolution = volumeFiles(volume, { pod, node: this.#context.node, secret, configMap, token });
    if (resolution.kind === 'failed') return resolution;
    if (this.#context.runtime.usesFiles) writeFiles(directory, resolution.files, this.#filled.get(volume.name));
    this.#filled.set(volume.name, resolution.files);
    this.#sources.set(volume.name, directory);
    return { kind: 'ready' };
  }

  async #claim(name: string, claim: string, { metadata }: Pod): Promise<VolumeSetup> {
    const path = `/api/v1/namespaces/${metadata.namespace}/persistentvolumeclaims/${claim}`;
    const found = await this.#context.api.get<{ readonly metadata: { readonly uid: string } }>(path);
    if (found === undefined)
      return { kind: 'failed', message: `persistentvolumeclaim ${JSON.stringify(claim)} not found` };
    const given = this.#context.claimDirectory(metadata.namespace, claim);
    if (given !== undefined) {
      this.#sources.set(name, given);
      return { kind: 'ready' };
    }
    const directory = join(this.#context.claimsDirectory, metadata.namespace, `${claim}-${found.metadata.uid}`);
    if (this.#context.runtime.usesFiles) makeOpenDirectory(directory);
    this.#sources.set(name, directory);
    return { kind: 'ready' };
  }

  async #issueTokens(volume: Volume, pod: Pod): Promise<string | undefined> {
    const { name, namespace, uid } = pod.metadata;
    for (const { serviceAccountToken: projection } of sourcesOf(volume)) {
      if (projection === undefined) continue;
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${pod.spec.serviceAccountName ?? 'default'}/token`;
      const spec = {
        expirationSeconds: projection.expirationSeconds ?? 3600,
        ...(projection.audience !== undefined && { audiences: [projection.audience] }),
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      };
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
      try {
        const { status } = await this.#context.api.create<{ readonly status: { readonly token: string } }>(path, body);
        this.#tokens.set(`${volume.name}/${projection.path}`, status.token);
      } catch (error) {
        if (error instanceof ApiStatusError) return `failed to fetch token: ${error.message}`;
        throw error;
      }
    }
    return undefined;
  }

  /** Rewrites the files of the downward API. */
  refresh(pod: Pod): void {
    for (const volume of pod.spec.volumes ?? []) {
      if (this.#sources.has(volume.name) && sourcesOf(volume).some((it) => it.downwardAPI !== undefined)) {
        this.#fill(volume, pod, this.#directoryOf(volume));
      }
    }
  }

  /** Renews tokens while the pod runs. */
  async keepTokens(pod: Pod, signal: AbortSignal): Promise<void> {
    const volumes = (pod.spec.volumes ?? []).filter((it) => sourcesOf(it).some((source) => source.serviceAccountToken));
    const lives = volumes.flatMap((it) =>
      sourcesOf(it).map((source) => source.serviceAccountToken?.expirationSeconds ?? 3600),
    );
    if (lives.length === 0) return;
    for (;;) {
      await this.#context.clock.sleep(Math.min(...lives) * RENEW_AT * 1000, signal);
      if (signal.aborted) return;
      for (const volume of volumes) await this.#setUp(volume, pod);
    }
  }

  /** Returns the mounts of a container. Throws if a subPath or a volume name is invalid. */
  mountsOf(container: Container, pod: Pod, env: Readonly<Record<string, string>>): Mount[] {
    return (container.volumeMounts ?? []).map((mount) => {
      const volume = pod.spec.volumes?.find((it) => it.name === mount.name);
      const source = this.#sources.get(mount.name);
      if (volume === undefined || source === undefined)
        throw new Error(`volume ${JSON.stringify(mount.name)} is not a volume of the pod`);
      const readOnly =
        mount.readOnly === true || isProjection(volume) || volume.persistentVolumeClaim?.readOnly === true;
      const subPath = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, (name) => env[name]);
      return {
        source: subPath === undefined || subPath === '' ? source : subPathOf(source, subPath),
        target: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
        readOnly,
      };
    });
  }

  /** Returns the directory of one attempt of a container. */
  containerDirectory(container: string, attempt: number): string {
    const directory = join(this.directory, `container-${container}-${attempt}`);
    if (this.#context.runtime.usesFiles) mkdirSync(directory, { recursive: true });
    return directory;
  }

  async remove(): Promise<void> {
    await Promise.all([...new Set([this.directory, this.#inMemory])].map((it) => this.#context.runtime.remove(it)));
  }

  #directoryOf(volume: Volume): string {
    return join(isProjection(volume) ? this.#inMemory : this.directory, `volume-${volume.name}`);
  }
}

const KINDS = [
  'emptyDir',
  'secret',
  'configMap',
  'downwardAPI',
  'projected',
  'persistentVolumeClaim',
  'hostPath',
] as const;

/** Whether a pod has a token for the API server. */
export const hasToken = ({ spec }: Pod): boolean =>
  (spec.volumes ?? []).some((volume) => sourcesOf(volume).some((it) => it.serviceAccountToken !== undefined));
