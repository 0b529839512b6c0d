/**
 * A client that creates, changes, deletes and reads ConfigMaps, and checks the responses against the history.
 *
 * Each written value is unique, so a value identifies its write. A write without a response may take effect, now or later, or not at
 * all; every response is binding.
 */

import type { KubeObject } from '@pipewright/kube';
import type { PlainRequest, PlainResponse } from '@pipewright/apimachinery';
import { keyOf, type History } from './history.js';
import type { Network } from './network.js';
import type { SeededRandom } from './random.js';
import type { SimProcess } from './process.js';
import type { Violations } from './violations.js';

/** The storage's name for the collection of ConfigMaps. */
export const CONFIG_MAPS = '/configmaps';
const BASE = '/api/v1/namespaces/default/configmaps';

/** Dependencies and parameters that all clients share. */
export interface ClientContext {
  readonly network: Network;
  readonly history: History;
  readonly violations: Violations;
  /** Names that clients write. */
  readonly names: readonly [string, ...string[]];
  /** Bytes of the values. */
  readonly valueSize: number;
  /** Whether requests may arrive twice; a response is then that of one copy only. */
  readonly duplicatesRequests: boolean;
  /** Milliseconds that a client waits at most between two requests. */
  readonly thinkTime: number;
}

/** One client. */
export class ConfigMapClient {
  /** How many of its writes were acknowledged. */
  acknowledged = 0;
  /** Whether every request has been sent and answered, or has failed. */
  isDone = false;
  readonly #process: SimProcess;
  readonly #context: ClientContext;
  readonly #random: SeededRandom;
  /** The last state that it read, by name. */
  readonly #seen = new Map<string, KubeObject>();
  #values = 0;

  constructor(process: SimProcess, context: ClientContext, random: SeededRandom) {
    this.#process = process;
    this.#context = context;
    this.#random = random;
  }

  /** Sends a number of requests, one after another. */
  start(requests: number): void {
    this.#process.run('start', () => {
      void this.#run(requests);
    });
  }

  async #run(requests: number): Promise<void> {
    for (let sent = 0; sent < requests; sent++) {
      await this.#think();
      await this.#once();
    }
    this.isDone = true;
  }

  #think(): Promise<void> {
    const ms = this.#random.fraction() * this.#context.thinkTime;
    return new Promise((resolve) => void this.#process.clock.after(ms, resolve));
  }

  #once(): Promise<void> {
    const name = this.#random.pick(this.#context.names);
    const seen = this.#seen.get(name);
    const choice = this.#random.below(100);
    if (choice < 30) return this.#create(name);
    if (choice < 50) return this.#patch(name);
    if (choice < 65) return seen ? this.#replace(name, seen) : this.#get(name);
    if (choice < 80) return this.#delete(name, seen);
    return choice < 92 ? this.#get(name) : this.#list();
  }

  #value(): string {
    const value = `${this.#process.name}-${String((this.#values += 1))}`;
    return value.padEnd(this.#random.below(this.#context.valueSize), '.');
  }

  async #create(name: string): Promise<void> {
    await this.#write(name, 'POST', BASE, (data) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data,
    }));
  }

  async #patch(name: string): Promise<void> {
    await this.#write(name, 'PATCH', `${BASE}/${name}`, (data) => ({ data }));
  }

  async #replace(name: string, seen: KubeObject): Promise<void> {
    await this.#write(name, 'PUT', `${BASE}/${name}`, (data) => ({ ...seen, data }));
  }

  async #delete(name: string, seen: KubeObject | undefined): Promise<void> {
    const { history } = this.#context;
    const key = keyOf(CONFIG_MAPS, 'default', name);
    const deletion = history.deletionSent(key);
    const body = seen && this.#random.chance(0.5) ? { preconditions: { uid: seen.metadata.uid } } : {};
    const settled = (): void => {
      deletion.ended = history.moment();
    };
    const answer = await this.#ask('DELETE', `${BASE}/${name}`, body, settled);
    // A second copy may have been answered differently: the deletion had no effect only if all copies have been answered.
    deletion.refused =
      answer !== undefined && (answer.status === 404 || answer.status === 409) && deletion.ended !== undefined;
    if (answer?.status !== 200) return;
    this.acknowledged += 1;
    const { details } = answer.value as { readonly details?: { readonly uid?: string } };
    if (details?.uid !== undefined) history.deleted(this.#process.name, details.uid, key);
    this.#seen.delete(name);
  }

  async #write(
    name: string,
    method: string,
    url: string,
    bodyWith: (data: { readonly value: string }) => object,
  ): Promise<void> {
    const { history, duplicatesRequests } = this.#context;
    const floor = history.newest(keyOf(CONFIG_MAPS, 'default', name))?.fact.revision ?? 0;
    const value = this.#value();
    const answer = await this.#ask(method, url, bodyWith({ value }));
    if (answer?.status === 500 && !duplicatesRequests) history.valueWas('refused', value);
    if (!answer || answer.status >= 300) return;
    this.acknowledged += 1;
    const object = answer.value as KubeObject;
    this.#seen.set(name, object);
    const { revision } = this.#context.history.saw(this.#process.name, CONFIG_MAPS, object);
    if (revision < floor) this.#stale(`${method} of ${name}`, revision, floor);
  }

  async #get(name: string): Promise<void> {
    const { history } = this.#context;
    const key = keyOf(CONFIG_MAPS, 'default', name);
    const before = history.newest(key);
    const answer = await this.#ask('GET', `${BASE}/${name}`);
    if (answer?.status === 200) {
      const object = answer.value as KubeObject;
      this.#seen.set(name, object);
      const { revision } = history.saw(this.#process.name, CONFIG_MAPS, object);
      if (before && revision < before.fact.revision) this.#stale(`GET of ${name}`, revision, before.fact.revision);
    } else if (answer?.status === 404) {
      this.#seen.delete(name);
      if (before && !before.fact.isDeleted && !history.mayBeDeleted(key, before.seen))
        this.#context.violations.add('reads see what was written', `${this.#process.name} does not find ${key}`);
    }
  }

  async #list(): Promise<void> {
    const { history } = this.#context;
    const floor = history.highestOf(CONFIG_MAPS, 'default');
    const answer = await this.#ask('GET', BASE);
    if (answer?.status !== 200) return;
    const { items, metadata } = answer.value as {
      readonly items: readonly KubeObject[];
      readonly metadata: { readonly resourceVersion: string };
    };
    history.sawRevision(Number(metadata.resourceVersion));
    if (Number(metadata.resourceVersion) < floor) this.#stale('list', Number(metadata.resourceVersion), floor);
    for (const object of items) history.saw(this.#process.name, CONFIG_MAPS, object);
  }

  #stale(what: string, revision: number, floor: number): void {
    const message = `${this.#process.name}: ${what} gave revision ${revision}, after ${floor} had been seen`;
    this.#context.violations.add('reads see what was written', message);
  }

  async #ask(
    method: string,
    url: string,
    body?: object,
    settled: () => void = () => undefined,
  ): Promise<PlainResponse | undefined> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { accept: 'application/json', ...(body && { 'content-type': type }) };
    const request: PlainRequest = { method, url, headers, ...(body && { body }) };
    try {
      const answer = await this.#context.network.request(this.#process, request, settled);
      if (answer.status >= 500) checkRefusal(answer, this.#context.violations);
      return answer;
    } catch {
      return undefined; // the outcome is unknown
    }
  }
}

/** A server error must name a cause, such as the disk; it must not be an internal error. */
function checkRefusal({ status, value }: PlainResponse, violations: Violations): void {
  const { message = '' } = value as { readonly message?: string };
  if (status === 500 && /see the log|undefined|TypeError/.test(message))
    violations.add('errors say what is wrong', `an answer is ${status} ${message}`);
}
