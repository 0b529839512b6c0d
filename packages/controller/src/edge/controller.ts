/**
 * Puts the controller together: caches feed queues, queues call the reconcilers.
 *
 *     watch ──▶ cache ──▶ queue (names) ──▶ observe ──▶ plan ──▶ apply ──▶ API server ──▶ watch …
 *
 * Handlers decide nothing, they only say whose turn it is. An object that makes a reconcile throw is tried again, ever more
 * rarely, and holds up no other.
 */

import { KubeClient, LeaderElector, systemClock, type Clock, type WorkQueue } from '@pipewright/kube';
import type { ControllerOptions } from './controller-options.js';
import { silent } from './log.js';
import { wireController } from './wiring.js';
import type { ReconcilerDeps } from './reconciler-deps.js';

/** A running controller. */
export interface Controller {
  /** Resolves once every cache holds what there is; runs are worked on from then on. */
  readonly synced: Promise<boolean>;
  /** Takes in nothing more, finishes what is under way and ends its watches. */
  stop(): Promise<void>;
}

/** Starts a controller. Resolves when it works (with leader election: when it strives for the lease). */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const clock = options.clock ?? systemClock;
  const client = new KubeClient(options.send, { clock: options.wireClock ?? clock });
  const { deps, caches } = wireController(options, client, clock);
  const begin = async (): Promise<boolean> => {
    for (const cache of caches) cache.start();
    const synced = (await Promise.all(caches.map((cache) => cache.synced))).every(Boolean);
    if (synced) for (const queue of queuesOf(deps)) queue.start();
    return synced;
  };
  let stopping: Promise<void> | undefined;
  const halt = async (): Promise<void> => {
    await Promise.all([deps.runQueue.stop(), deps.taskRunQueue.stop(), deps.retention?.stop()]);
    await deps.cloudEventQueue.stop();
    await Promise.all([deps.quotaWaitQueue.stop(), ...caches.map((cache) => cache.stop())]);
    await Promise.all([deps.runEvents.flush(), deps.taskRunEvents.flush()]);
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

const queuesOf = ({ runQueue, taskRunQueue, cloudEventQueue, retention }: ReconcilerDeps): readonly WorkQueue[] => [
  runQueue,
  taskRunQueue,
  cloudEventQueue,
  ...(retention ? [retention.queue] : []),
];

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
