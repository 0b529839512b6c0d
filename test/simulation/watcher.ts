/**
 * A client that lists and watches ConfigMaps as an informer does, and checks that every change arrives exactly once and in order.
 */

import type { KubeObject } from '@pipewright/kube';
import type { PlainRequest } from '@pipewright/apimachinery';
import { CONFIG_MAPS, type ClientContext } from './config-map-client.js';
import type { SeededRandom } from './random.js';
import type { SimProcess } from './process.js';

const URL = '/api/v1/namespaces/default/configmaps';

/** One informer. */
export class ConfigMapWatcher {
  readonly #process: SimProcess;
  readonly #context: ClientContext;
  readonly #random: SeededRandom;
  readonly #cache = new Map<string, KubeObject>();
  #revision: number | undefined;

  constructor(process: SimProcess, context: ClientContext, random: SeededRandom) {
    this.#process = process;
    this.#context = context;
    this.#random = random;
  }

  /** The cached objects by name. */
  get cache(): ReadonlyMap<string, KubeObject> {
    return this.#cache;
  }

  /** Lists and watches until the end of the simulation. */
  start(): void {
    this.#process.run('start', () => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      try {
        if (this.#revision === undefined) await this.#list();
        await this.#watch();
      } catch {
        // the connection broke: resume from the last revision
      }
      const ms = 5 + this.#random.fraction() * 50;
      await new Promise<void>((resolve) => void this.#process.clock.after(ms, resolve));
    }
  }

  #request(url: string, signal?: AbortSignal): PlainRequest {
    return { method: 'GET', url, headers: { accept: 'application/json' }, ...(signal && { signal }) };
  }

  async #list(): Promise<void> {
    const { network, history } = this.#context;
    const answer = await network.request(this.#process, this.#request(URL));
    if (answer.status !== 200) throw new Error(`list: ${answer.status}`);
    const { items, metadata } = answer.value as {
      readonly items: readonly KubeObject[];
      readonly metadata: { readonly resourceVersion: string };
    };
    this.#cache.clear();
    for (const object of items) {
      history.saw(this.#process.name, CONFIG_MAPS, object);
      this.#cache.set(object.metadata.name ?? '', object);
    }
    this.#revision = Number(metadata.resourceVersion);
    history.sawRevision(this.#revision);
  }

  async #watch(): Promise<void> {
    const { network } = this.#context;
    const url = `${URL}?watch=true&allowWatchBookmarks=true&resourceVersion=${String(this.#revision)}`;
    const leave = new AbortController();
    const answer = await network.request(this.#process, this.#request(url, leave.signal));
    if (answer.status === 410) this.#revision = undefined;
    if (answer.status !== 200) throw new Error(`watch: ${answer.status}`);
    try {
      for await (const event of answer.events ?? []) {
        const { type, object } = event as { readonly type: string; readonly object: KubeObject };
        if (type === 'ERROR') {
          this.#revision = undefined;
          return;
        }
        this.#take(type, object);
        if (this.#random.chance(0.02)) return;
      }
    } finally {
      leave.abort();
    }
  }

  #take(type: string, object: KubeObject): void {
    const { history } = this.#context;
    const { name = '', resourceVersion = '' } = object.metadata;
    const revision = Number(resourceVersion);
    const known = this.#cache.get(name);
    const last = this.#revision ?? 0;
    if (type === 'BOOKMARK') {
      if (revision < last) this.#wrong(`a bookmark of revision ${revision} came after ${last}`);
    } else {
      if (revision <= last) this.#wrong(`${type} ${name} of revision ${revision} came after ${last}`);
      if ((type === 'ADDED') !== (known === undefined))
        this.#wrong(`${type} ${name}, which was ${known ? '' : 'not '}there`);
      history.saw(this.#process.name, CONFIG_MAPS, object, type === 'DELETED');
      if (type === 'DELETED') this.#cache.delete(name);
      else this.#cache.set(name, object);
    }
    const missed = history.between(CONFIG_MAPS, 'default', last, type === 'BOOKMARK' ? revision + 1 : revision);
    if (missed.length > 0)
      this.#wrong(`after ${last} came ${type} ${name} of ${revision}: missed ${missed.join(', ')}`);
    this.#revision = revision;
  }

  #wrong(message: string): void {
    this.#context.violations.add('a watch delivers the history', `${this.#process.name}: ${message}`);
  }
}
