/**
 * Starts and stops the controller as a whole: with or without a Lease, and in an order in which nothing is lost.
 *
 *     watch ──▶ cache ──▶ queue (keys) ──▶ observe ──▶ plan ──▶ apply ──▶ API server ──▶ watch …
 *
 * `wiring.ts` declares what runs. A reconcile that fails is retried with backoff and delays no other key.
 */

import { KubeClient, LeaderElector } from '@pipewright/kube';
import { systemClock, type Clock } from '@pipewright/apimachinery';
import { asExecuted } from '@pipewright/tekton';
import type { ControllerOptions } from './controller-options.js';
import { silent } from './log.js';
import { wireController } from './wiring.js';

/** A running controller. */
export interface RunningController {
  /** Resolves with true when all caches are synced and runs are reconciled, with false if it is stopped first. */
  readonly synced: Promise<boolean>;
  /** Accepts no more work, completes what is running and ends all watches. */
  stop(): Promise<void>;
}

/** Starts a controller. Resolves when it is synced; with leader election, when it has started to acquire the Lease. */
export async function startController(options: ControllerOptions): Promise<RunningController> {
  const clock = options.clock ?? systemClock;
  const client = new KubeClient(options.send, { clock: options.wireClock ?? clock, decode: asExecuted });
  const { runControllers, deliveryController, quotaWaitQueue, caches, recorders, stopRetention } = wireController(
    options,
    client,
    clock,
  );
  const begin = async (): Promise<boolean> =>
    (await Promise.all([...runControllers, deliveryController].map((controller) => controller.start()))).every(Boolean);
  let stopping: Promise<void> | undefined;
  const halt = async (): Promise<void> => {
    stopRetention();
    await Promise.all(runControllers.map((controller) => controller.stop()));
    await deliveryController.stop();
    await Promise.all([quotaWaitQueue.stop(), ...caches.map((cache) => cache.stop())]);
    await Promise.all(recorders.map((recorder) => recorder.flush()));
  };
  const elector = options.leaderElection && newLeaderElector(options, client, clock, () => (stopping ??= halt()));
  const synced = elector ? elector.acquire().then((leads) => leads && begin()) : begin();
  if (!elector) await synced;
  return {
    synced,
    stop: async () => {
      await (stopping ??= halt());
      await elector?.stop();
    },
  };
}

function newLeaderElector(
  { leaderElection, log = silent, onLost, random }: ControllerOptions,
  client: KubeClient,
  clock: Clock,
  halt: () => Promise<void>,
): LeaderElector | undefined {
  return (
    leaderElection &&
    new LeaderElector({
      client,
      clock,
      ...(random && { random }),
      ...leaderElection,
      onLost: (why) => {
        log.error('the lease is lost, work stops', { why });
        void halt().finally(() => onLost?.(why));
      },
      onError: (error) => log.warn('the lease could not be renewed', { error: String(error) }),
    })
  );
}
