/**
 * TaskRuns whose pod exceeds a ResourceQuota, retried in order of arrival when the quota has capacity again.
 *
 * A namespace's quotas are watched only while a TaskRun waits there. The watch only triggers a retry; the API server decides the
 * outcome, and without permission to watch quotas TaskRuns are retried after their delay.
 */

import { parseKey, Informer, resource, type Change, type KubeClient, type KubeObject } from '@pipewright/kube';
import { parseQuantity, type Clock } from '@pipewright/apimachinery';

/** The kind ResourceQuota. */
export const RESOURCE_QUOTAS = resource('v1', 'resourcequotas', 'ResourceQuota');

type Amounts = Readonly<Record<string, string>>;

interface ResourceQuota extends KubeObject {
  readonly spec?: { readonly hard?: Amounts };
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts };
}

interface WaitingTaskRuns {
  /** When each TaskRun, by key, is retried at the latest, on the clock's `now`; in order of arrival. */
  readonly keys: Map<string, number>;
  readonly quotas: Informer<ResourceQuota>;
}

/** Options of a wait queue. */
export interface QuotaWaitQueueOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** From 0 to 1; spreads reconnects. By default random. */
  readonly random?: () => number;
  /** Called with the key of a TaskRun to retry. */
  readonly retry: (key: string) => void;
  readonly onError: (error: unknown, retryIn: number) => void;
}

/** The waiting TaskRuns, by namespace. */
export class QuotaWaitQueue {
  readonly #options: QuotaWaitQueueOptions;
  readonly #waiting = new Map<string, WaitingTaskRuns>();

  constructor(options: QuotaWaitQueueOptions) {
    this.#options = options;
  }

  /** Adds a TaskRun whose pod exceeded a quota; it is retried after `ms` milliseconds at the latest. */
  enqueue(key: string, ms: number): void {
    const { namespace = '' } = parseKey(key);
    let waiting = this.#waiting.get(namespace);
    if (!waiting) {
      waiting = { keys: new Map(), quotas: this.#watch(namespace) };
      this.#waiting.set(namespace, waiting);
      waiting.quotas.start();
    }
    waiting.keys.delete(key);
    waiting.keys.set(key, this.#options.clock.now() + ms);
  }

  /** Returns the milliseconds until a TaskRun may be retried; 0: now. Without this delay, each write to it would cause a retry. */
  delayMs(key: string): number {
    const { namespace = '' } = parseKey(key);
    const until = this.#waiting.get(namespace)?.keys.get(key) ?? 0;
    return Math.max(0, until - this.#options.clock.now());
  }

  /** Removes a TaskRun that has its pod or no longer needs one. */
  remove(key: string): void {
    const { namespace = '' } = parseKey(key);
    const waiting = this.#waiting.get(namespace);
    if (!waiting?.keys.delete(key)) return;
    if (waiting.keys.size > 0) return this.#retryNext(namespace);
    this.#waiting.delete(namespace);
    void waiting.quotas.stop();
  }

  /** Stops all watches. */
  async stop(): Promise<void> {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    await Promise.all(all.map(({ quotas }) => quotas.stop()));
  }

  #retryNext(namespace: string): void {
    const keys = this.#waiting.get(namespace)?.keys;
    const [first] = keys?.keys() ?? [];
    if (first === undefined) return;
    keys?.set(first, 0);
    this.#options.retry(first);
  }

  #watch(namespace: string): Informer<ResourceQuota> {
    const { client, clock, random, onError } = this.#options;
    return new Informer<ResourceQuota>(client, RESOURCE_QUOTAS, {
      clock,
      ...(random && { random }),
      namespace,
      onError,
      onChange: (_key, change, listed) => {
        if (!listed && quotaFreed(change)) this.#retryNext(namespace);
      },
    });
  }
}

/** Reports whether a change of a quota may admit a pod: it was deleted, its limits changed, or its use decreased. */
export function quotaFreed({ before, after }: Change<ResourceQuota>): boolean {
  if (!after) return true;
  if (!before) return false;
  const [oldStatus, newStatus] = [before.status ?? {}, after.status ?? {}];
  if (JSON.stringify(oldStatus.hard ?? before.spec?.hard) !== JSON.stringify(newStatus.hard ?? after.spec?.hard))
    return true;
  return Object.entries(newStatus.used ?? {}).some(
    ([name, used]) => parseQuantity(used) < parseQuantity(oldStatus.used?.[name] ?? '0'),
  );
}
