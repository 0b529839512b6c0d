/**
 * Reads how the operator wants files handed over, from the ConfigMaps that Tekton's users have for it.
 *
 * Asked for only when a pipeline hands files over, and remembered for a few seconds, since all tasks of a run ask at once.
 */

import { CONFIG_MAPS, hasReason, type Clock, type KubeClient, type KubeObject } from '@pipewright/kube';
import { readArtifactSettings, type ArtifactSettings, type ConfigData } from '../resources/artifact-storage.js';
import type { Log } from './log.js';

/** Where Tekton is installed, and its configuration lies. */
const NAMESPACE = 'tekton-pipelines';

/** How long (milliseconds) what was read holds. */
const CACHE_TTL_MS = 5_000;

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The settings, read when they are asked for. */
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

  /** The settings of now; the defaults where there is no ConfigMap. */
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
