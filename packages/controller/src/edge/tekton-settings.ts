/**
 * Reads the settings of Tekton's ConfigMaps `config-defaults` and `feature-flags`.
 *
 * Read only for runs of versions that have settings, and cached for a few seconds, because all tasks of a run read them at the same time.
 */

import { CONFIG_MAPS, hasReason, type KubeClient, type KubeObject } from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import { readTektonConfig, type TektonConfig } from '@pipewright/tekton';
import type { Log } from './log.js';

/** The namespace of Tekton's configuration. */
const NAMESPACE = 'tekton-pipelines';

/** Milliseconds until the settings are read again. */
const CACHE_TTL_MS = 5_000;

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The settings, read on demand. */
export class TektonSettings {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #log: Log;
  #cached: { readonly settings: Promise<TektonConfig>; readonly until: number } | undefined;

  constructor(client: KubeClient, clock: Clock, log: Log) {
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
  }

  /** Returns the current settings; Tekton's defaults for what no ConfigMap sets. */
  async settings(): Promise<TektonConfig> {
    if (!this.#cached || this.#cached.until < this.#clock.now())
      this.#cached = { settings: this.#load(), until: this.#clock.now() + CACHE_TTL_MS };
    try {
      return await this.#cached.settings;
    } catch (error) {
      this.#cached = undefined;
      throw error;
    }
  }

  async #load(): Promise<TektonConfig> {
    const [defaults, flags] = await Promise.all([this.#data('config-defaults'), this.#data('feature-flags')]);
    const { config, problems } = readTektonConfig(defaults, flags);
    for (const problem of problems) this.#log.warn('a setting is invalid, its default holds', { ...problem });
    return config;
  }

  async #data(name: string): Promise<Readonly<Record<string, string>>> {
    try {
      const found = await this.#client.get<ConfigMap>(CONFIG_MAPS, { namespace: NAMESPACE, name });
      return found?.data ?? {};
    } catch (error) {
      if (!hasReason(error, 'Forbidden')) throw error;
      this.#log.warn('a ConfigMap may not be read, the defaults hold', { namespace: NAMESPACE, name });
      return {};
    }
  }
}
