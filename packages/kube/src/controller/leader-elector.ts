/**
 * Leader election among processes with a Lease.
 *
 * Expiry of another process's lease is measured on the local clock, from its last observed change, because clocks of other machines may be
 * wrong. A leader that cannot renew stops before its lease expires for others. A paused process may still write once after that, so its
 * writes must be safe without the lease (computed names, resourceVersion).
 */

import { ApiError } from '../client/api-error.js';
import type { KubeClient } from '../client/client.js';
import { sleep, systemClock, microTime, type Clock } from '@pipewright/apimachinery';
import { systemRandom } from '../random.js';
import { LEASES, type KubeObject } from '../client/resource.js';

/** Options of leader election. */
export interface LeaderElectorOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Identifies this process; unique. */
  readonly identity: string;
  /** Seconds that others wait after the last renewal. By default 15. */
  readonly leaseSeconds?: number;
  /** Seconds without a renewal after which this process stops leading; less than `leaseSeconds`. By default 10. */
  readonly renewSeconds?: number;
  /** Seconds between two attempts. By default 2. */
  readonly retrySeconds?: number;
  /** Called once if the lease is lost after it was acquired. Work must stop at once. */
  readonly onLost?: (why: string) => void;
  /** Called for attempts that failed; they are repeated. */
  readonly onError?: (error: unknown) => void;
  readonly clock?: Clock;
  /** From 0 to 1; spreads attempts. By default random. */
  readonly random?: () => number;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** Acquires a lease, then renews it. */
export class LeaderElector {
  readonly #options: Required<Omit<LeaderElectorOptions, 'onLost' | 'onError'>> & LeaderElectorOptions;
  readonly #stop = new AbortController();
  #seen: Lease | undefined;
  #seenAt = 0;
  #renewedAt: number | undefined;
  #running: Promise<boolean> | undefined;
  #renewal: Promise<void> | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = {
      leaseSeconds: 15,
      renewSeconds: 10,
      retrySeconds: 2,
      clock: systemClock,
      random: systemRandom,
      ...options,
    };
  }

  /** Whether this process leads now, by the local clock. */
  get isLeader(): boolean {
    const { clock, renewSeconds } = this.#options;
    return this.#renewedAt !== undefined && clock.now() - this.#renewedAt < renewSeconds * 1000;
  }

  /** The last observed holder of the lease. */
  get holder(): string | undefined {
    return this.#seen?.spec?.holderIdentity;
  }

  /** Resolves with true when the lease is acquired, and then renews it; with false if stopped first. */
  acquire(): Promise<boolean> {
    this.#running ??= this.#acquire();
    return this.#running;
  }

  /** Releases the lease, so that others do not wait until it expires. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#renewal;
    if (this.#renewedAt === undefined) return;
    this.#renewedAt = undefined;
    const released = {
      ...this.#seen?.spec,
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: microTime(this.#options.clock.date()),
    };
    await this.#withTimeout(2, (signal) => this.#write(released, signal)).catch((error: unknown) =>
      this.#report(error),
    );
  }

  async #acquire(): Promise<boolean> {
    const { clock, retrySeconds, renewSeconds, random } = this.#options;
    while (!this.#isStopped()) {
      if (await this.#tryAcquireOrRenew(renewSeconds)) {
        this.#renewal = this.#renewLoop();
        return true;
      }
      await sleep(clock, retrySeconds * 1000 * (1 + 0.2 * random()), this.#stop.signal);
    }
    return false;
  }

  async #renewLoop(): Promise<void> {
    const { clock, identity, retrySeconds, renewSeconds, onLost } = this.#options;
    const left = (): number => renewSeconds - (clock.now() - (this.#renewedAt ?? 0)) / 1000;
    for (;;) {
      await sleep(clock, Math.min(retrySeconds, left()) * 1000, this.#stop.signal);
      if (this.#isStopped()) return;
      const renewed = left() > 0 && (await this.#tryAcquireOrRenew(left()));
      const isTaken = this.holder !== undefined && this.holder !== '' && this.holder !== identity;
      if (renewed || (this.isLeader && !isTaken) || this.#isStopped()) continue;
      this.#renewedAt = undefined;
      onLost?.(isTaken ? `${this.holder} holds it now` : `it could not be renewed for ${renewSeconds} s`);
      return;
    }
  }

  /** Tries once to acquire or renew. Never rejects. */
  async #tryAcquireOrRenew(seconds: number): Promise<boolean> {
    const requestedAt = this.#options.clock.now(); // before the request: the safe side
    try {
      const isHeld = await this.#withTimeout(seconds, (signal) => this.#acquireOrRenew(signal));
      if (isHeld) this.#renewedAt = requestedAt;
      return isHeld;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return false; // another was faster
      if (!this.#isStopped()) this.#report(error);
      return false;
    }
  }

  async #acquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, identity, leaseSeconds, clock } = this.#options;
    const lease = await client.get<Lease>(LEASES, { namespace, name }, { signal });
    const now = microTime(this.#options.clock.date());
    const ownSpec = { holderIdentity: identity, leaseDurationSeconds: leaseSeconds, renewTime: now };
    if (!lease) {
      this.#seen = undefined;
      await this.#write({ ...ownSpec, acquireTime: now, leaseTransitions: 0 }, signal);
      return true;
    }
    if (lease.metadata.resourceVersion !== this.#seen?.metadata.resourceVersion) {
      this.#seen = lease;
      this.#seenAt = clock.now();
    }
    const { holderIdentity = '', leaseDurationSeconds = leaseSeconds, acquireTime = now } = lease.spec ?? {};
    const transitions = lease.spec?.leaseTransitions ?? 0;
    if (holderIdentity === identity) {
      await this.#write({ ...ownSpec, acquireTime, leaseTransitions: transitions }, signal);
      return true;
    }
    if (holderIdentity !== '' && clock.now() - this.#seenAt < leaseDurationSeconds * 1000) return false;
    await this.#write({ ...ownSpec, acquireTime: now, leaseTransitions: transitions + 1 }, signal);
    return true;
  }

  /** Creates the lease, or replaces the version that was read. Fails if another process wrote in between. */
  async #write(spec: LeaseSpec, signal: AbortSignal): Promise<void> {
    const { client, namespace, name, clock } = this.#options;
    const seen = this.#seen;
    this.#seen = seen
      ? await client.replace<Lease>(LEASES, { ...seen, spec } as Lease, { signal }) // adds spec to what was read
      : await client.create<Lease>(
          LEASES,
          { namespace },
          { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec },
          { signal },
        );
    this.#seenAt = clock.now();
  }

  async #withTimeout<R>(seconds: number, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const deadline = new AbortController();
    const timeoutError = new Error(`the lease ${this.#options.name} got no answer within ${seconds.toFixed(1)} s`);
    const cancelTimer = this.#options.clock.after(seconds * 1000, () => deadline.abort(timeoutError));
    try {
      return await work(deadline.signal);
    } finally {
      cancelTimer();
    }
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // a failing logger must not lose the lease
    }
  }
}
