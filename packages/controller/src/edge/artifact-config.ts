/**
 * Reads how the operator wants files handed over, from the ConfigMaps that Tekton's users have for it.
 *
 * Asked for only when a pipeline hands files over, and remembered for a few seconds, since all tasks of a run ask at once.
 */

import { CONFIG_MAPS, refusedAs, type Clock, type KubeClient, type KubeObject } from '@pipewright/kube';
import { readArtifactSettings, type ArtifactSettings, type ConfigData } from '../resources/artifact-storage.js';
import type { Log } from './log.js';

/** Where Tekton is installed, and its configuration lies. */
const NAMESPACE = 'tekton-pipelines';

/** How long (milliseconds) what was read holds. */
const KEPT = 5_000;

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The settings, read when they are asked for. */
export class ArtifactConfig {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #log: Log;
  #read: { readonly settings: Promise<ArtifactSettings>; readonly until: number } | undefined;

  constructor(client: KubeClient, clock: Clock, log: Log) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
  }

  /** The settings of now; the defaults where there is no ConfigMap. */
  async settings(): Promise<ArtifactSettings> {
    if (!this.#read || this.#read.until < this.#clock.now())
      this.#read = { settings: this.#ask(), until: this.#clock.now() + KEPT };
    try {
      return await this.#read.settings;
    } catch (error) {
      this.#read = undefined;
      throw error;
    }
  }

  async #ask(): Promise<ArtifactSettings> {
    const [pvc, bucket] = await Promise.all(
      ['config-artifact-pvc', 'config-artifact-bucket'].map((name) => this.#data(name)),
    );
    return readArtifactSettings(pvc, bucket);
  }

  async #data(name: string): Promise<ConfigData> {
    try {
      const found = await this.#client.get<ConfigMap>(CONFIG_MAPS, { namespace: NAMESPACE, name });
      return found && { ...found.data };
    } catch (error) {
      if (!refusedAs(error, 'Forbidden')) throw error;
      this.#log.warn('a ConfigMap may not be read, the defaults hold', { namespace: NAMESPACE, name });
      return undefined;
    }
  }
}
