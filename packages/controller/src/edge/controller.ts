/**
 * Puts the controller together: caches feed queues, queues call the reconcilers.
 *
 *     watch ──▶ cache ──▶ queue (names) ──▶ observe ──▶ plan ──▶ apply ──▶ API server ──▶ watch …
 *
 * Handlers decide nothing, they only say whose turn it is. An object that makes a reconcile throw is tried again, ever more
 * rarely, and holds up no other.
 */

import { KubeClient, LeaderElector, systemClock, type Clock, type Send, type WorkQueue } from '@pipewright/kube';
import type { Images } from '../run/options.js';
import type { RetentionPolicy } from '../run/retention.js';
import { silent, type Log } from './log.js';
import { wireController } from './wiring.js';
import type { Registries } from './registry/client.js';
import type { FindCommand, ReconcilerDeps } from './reconciler-deps.js';

/** How a controller runs. */
export interface ControllerOptions {
  /** Reaches the API server, with the rights of `rbac.yaml`. */
  readonly send: Send;
  /** By default nothing is logged. */
  readonly log?: Log;
  /** By default the machine's. */
  readonly clock?: Clock;
  /** Whether the server has been silent for too long is told by this one. By default `clock`. */
  readonly wireClock?: Clock;
  /** By default `DEFAULT_IMAGES`; images left out keep their default. */
  readonly images?: Partial<Images>;
  /** Runs of this namespace alone. By default of all. */
  readonly namespace?: string;
  /** Work only while holding this Lease. By default without: one process, or several that get in each other's way safely. */
  readonly leaderElection?: { readonly namespace: string; readonly name: string; readonly identity: string };
  /** Called when the Lease is lost: the process should end. By default nothing more than stopping happens. */
  readonly onLost?: (why: string) => void;
  /** Looks up what an image runs when a step names no command. By default the image's registry is asked. */
  readonly findCommand?: FindCommand;
  /** Start runs also when Secrets of their ServiceAccount are missing; for clusters that run nothing. By default false. */
  readonly optionalSecrets?: boolean;
  /** A docker config that is in every container; its logins are added to those of each task. By default none is. */
  readonly dockerConfig?: string;
  /** Registries to be asked elsewhere than at `https://HOST`, by the host in image names: mirrors, and those without TLS. */
  readonly registries?: Registries;
  /** Sends a CloudEvent to its target. By default over http and https, where the controller stands. */
  readonly sendEvent?: Send;
  /** From 0 to 1; spreads retries and reconnects. By default random. */
  readonly random?: () => number;
  /** How many TaskRuns, and how many PipelineRuns, are worked on at once. By default 8. */
  readonly workers?: number;
  /** Which finished runs are kept; others are deleted with all that they own. By default all are kept. */
  readonly retention?: RetentionPolicy;
  /** Called before each reconcile, to count them. By default nothing counts. */
  readonly onReconcile?: (queue: QueueName, key: string) => void;
}

/** What a work queue of the controller holds the keys of. */
export type QueueName = 'TaskRun' | 'PipelineRun' | 'CloudEvent' | 'Retention';

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
  const { world, caches } = wireController(options, client, clock);
  const begin = async (): Promise<boolean> => {
    for (const cache of caches) cache.start();
    const synced = (await Promise.all(caches.map((cache) => cache.synced))).every(Boolean);
    if (synced) for (const queue of queuesOf(world)) queue.start();
    return synced;
  };
  let stopping: Promise<void> | undefined;
  const halt = async (): Promise<void> => {
    await Promise.all([world.runQueue.stop(), world.taskRunQueue.stop(), world.retention?.stop()]);
    await world.cloudEventQueue.stop();
    await Promise.all([world.quotaWaitQueue.stop(), ...caches.map((cache) => cache.stop())]);
    await Promise.all([world.runEvents.flush(), world.taskRunEvents.flush()]);
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
