/**
 * Reads where tasks hand over files from Tekton's ConfigMaps.
 *
 * Read only if a pipeline hands over files, and cached for a few seconds, because all tasks of a run read them at the same time.
 */

import { CONFIG_MAPS, hasReason, type KubeClient, type KubeObject } from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import { readArtifactSettings, type ArtifactSettings, type ConfigData } from '../resources/artifact-storage.js';
import type { Log } from './log.js';

/** The namespace of Tekton's configuration. */
const NAMESPACE = 'tekton-pipelines';

/** Milliseconds until the settings are read again. */
const CACHE_TTL_MS = 5_000;

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The settings, read on demand. */
export class ArtifactConfig {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #log: Log;
  #cached: { readonly settings: Promise<ArtifactSettings>; readonly until: number } | undefined;

  constructor(client: KubeClient, clock: Clock, log: Log) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
  }

  /** Returns the current settings; the defaults if a ConfigMap does not exist. */
  async settings(): Promise<ArtifactSettings> {
    if (!this.#cached || this.#cached.until < this.#clock.now())
      this.#cached = { settings: this.#load(), until: this.#clock.now() + CACHE_TTL_MS };
    try {
      return await this.#cached.settings;
    } catch (error) {
      this.#cached = undefined;
      throw error;
    }
  }

  async #load(): Promise<ArtifactSettings> {
    const [pvc, bucket] = await Promise.all(
      ['config-artifact-pvc', 'config-artifact-bucket'].map((name) => this.#configMapData(name)),
    );
    return readArtifactSettings(pvc, bucket);
  }

  async #configMapData(name: string): Promise<ConfigData> {
    try {
      const found = await this.#client.get<ConfigMap>(CONFIG_MAPS, { namespace: NAMESPACE, name });
      return found && { ...found.data };
    } catch (error) {
      if (!hasReason(error, 'Forbidden')) throw error;
      this.#log.warn('a ConfigMap may not be read, the defaults hold', { namespace: NAMESPACE, name });
      return undefined;
    }
  }
}
