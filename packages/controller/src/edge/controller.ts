/**
 * Puts the controller together: caches feed queues, queues call the reconcilers.
 *
 *     watch ──▶ cache ──▶ queue (names) ──▶ observe ──▶ plan ──▶ apply ──▶ API server ──▶ watch …
 *
 * Handlers decide nothing, they only say whose turn it is. An object that makes a reconcile throw is tried again, ever more
 * rarely, and holds up no other.
 */

import {
  EventRecorder,
  KubeClient,
  LeaseElector,
  PODS,
  PRIORITY,
  Reflector,
  systemClock,
  WorkQueue,
  type Clock,
  type KubeObject,
  type Resource,
  type Send,
} from '@pipewright/kube';
import type {
  ClusterTask,
  Condition,
  Pipeline,
  PipelineResource,
  PipelineRun,
  Task,
  TaskRun,
} from '@pipewright/tekton';
import { labels } from '../labels.js';
import { DEFAULT_IMAGES, type Images } from '../options.js';
import type { Pod } from '../pod-types.js';
import { silent, type Log } from './log.js';
import { reconcilePipelineRun } from './pipeline-run-reconcile.js';
import { Shelf } from './shelf.js';
import { reconcileTaskRun } from './task-run-reconcile.js';
import {
  CLUSTER_TASKS,
  CONDITIONS,
  ownerKey,
  PIPELINE_RESOURCES,
  PIPELINE_RUNS,
  PIPELINES,
  TASK_RUNS,
  TASKS,
  type FindCommand,
  type World,
} from './world.js';

/** How a controller runs. */
export interface ControllerOptions {
  /** Reaches the API server, with the rights of `rbac.yaml`. */
  readonly send: Send;
  /** By default nothing is logged. */
  readonly log?: Log;
  /** By default the machine's. */
  readonly clock?: Clock;
  /** By default {@link DEFAULT_IMAGES}; images left out keep their default. */
  readonly images?: Partial<Images>;
  /** Runs of this namespace alone. By default of all. */
  readonly namespace?: string;
  /** Work only while holding this Lease. By default without: one process, or several that get in each other's way safely. */
  readonly leaderElection?: { readonly namespace: string; readonly name: string; readonly identity: string };
  /** Called when the Lease is lost: the process should end. By default nothing more than stopping happens. */
  readonly onLost?: (why: string) => void;
  /** Looks up what an image runs when a step names no command. By default nobody knows, and such a step is refused. */
  readonly findCommand?: FindCommand;
  /** How many TaskRuns, and how many PipelineRuns, are worked on at once. By default 8. */
  readonly workers?: number;
}

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
  const client = new KubeClient(options.send, { clock });
  const { world, caches } = makeWorld(options, client, clock);
  const begin = async (): Promise<boolean> => {
    for (const cache of caches) cache.start();
    const synced = (await Promise.all(caches.map((cache) => cache.synced))).every(Boolean);
    if (synced) for (const queue of [world.runQueue, world.taskRunQueue]) queue.start();
    return synced;
  };
  let stopping: Promise<void> | undefined;
  const halt = async (): Promise<void> => {
    await Promise.all([world.runQueue.stop(), world.taskRunQueue.stop()]);
    await Promise.all(caches.map((cache) => cache.stop()));
    await Promise.all([world.runEvents.flush(), world.taskRunEvents.flush()]);
  };
  const elector = options.leaderElection && makeElector(options, client, clock, () => (stopping ??= halt()));
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

function makeElector(
  { leaderElection, log = silent, onLost }: ControllerOptions,
  client: KubeClient,
  clock: Clock,
  halt: () => Promise<void>,
): LeaseElector | undefined {
  return (
    leaderElection &&
    new LeaseElector({
      client,
      clock,
      ...leaderElection,
      onLost: (why) => {
        log.error('the lease is lost, work stops', { why });
        void halt().finally(() => onLost?.(why));
      },
      onError: (error) => log.warn('the lease could not be renewed', { error: String(error) }),
    })
  );
}

function makeWorld(
  { log = silent, images, namespace, findCommand, workers = 8 }: ControllerOptions,
  client: KubeClient,
  clock: Clock,
): { readonly world: World; readonly caches: readonly Reflector<KubeObject>[] } {
  const onError = (of: Resource) => (error: unknown, retryIn: number) =>
    log.warn('a watch was interrupted', { kind: of.kind, error: String(error), retryIn });
  const cache = <T extends KubeObject>(of: Resource): Reflector<T> =>
    new Reflector<T>(client, of, { clock, ...(of.namespaced && { namespace }), onError: onError(of) });
  const queue = (
    kind: string,
    work: (world: World, key: string) => Promise<{ readonly again?: number | undefined }>,
  ): WorkQueue =>
    new WorkQueue({
      clock,
      workers,
      work: (key) => work(world, key),
      onError: (key, error, retryIn) =>
        log.warn('a run could not be worked on', { kind, key, error: String(error), retryIn }),
    });
  const recorder = (component: string): EventRecorder =>
    new EventRecorder({
      client,
      clock,
      component,
      onError: (error) => log.warn('an event was not written', { error: String(error) }),
    });
  const priority = (listed: boolean): number => (listed ? PRIORITY.listed : PRIORITY.change);
  const world: World = {
    client,
    clock,
    log,
    images: { ...DEFAULT_IMAGES, ...images },
    findCommand: findCommand ?? (() => Promise.resolve(undefined)),
    runs: new Shelf<PipelineRun>(client, PIPELINE_RUNS, clock, {
      namespace,
      onError: onError(PIPELINE_RUNS),
      onChange: (key, { after }, listed) => after && world.runQueue.add(key, priority(listed)),
    }),
    taskRuns: new Shelf<TaskRun>(client, TASK_RUNS, clock, {
      namespace,
      onError: onError(TASK_RUNS),
      onChange: (key, { before, after }, listed) => {
        if (after) world.taskRunQueue.add(key, priority(listed));
        const owner = ownerKey(after ?? before ?? { metadata: {} }, 'PipelineRun');
        if (owner !== undefined) world.runQueue.add(owner, priority(listed));
      },
    }),
    pods: new Shelf<Pod>(client, PODS, clock, {
      namespace,
      labelSelector: `${labels.managedBy}=${labels.managedByUs}`,
      onError: onError(PODS),
      onChange: (_key, { before, after }, listed) => {
        const owner = ownerKey(after ?? before ?? { metadata: {} }, 'TaskRun');
        if (owner !== undefined) world.taskRunQueue.add(owner, priority(listed));
      },
    }),
    tasks: cache<Task>(TASKS),
    clusterTasks: cache<ClusterTask>(CLUSTER_TASKS),
    pipelines: cache<Pipeline>(PIPELINES),
    resources: cache<PipelineResource>(PIPELINE_RESOURCES),
    conditions: cache<Condition>(CONDITIONS),
    taskRunQueue: queue('TaskRun', reconcileTaskRun),
    runQueue: queue('PipelineRun', reconcilePipelineRun),
    taskRunEvents: recorder('taskrun-controller'),
    runEvents: recorder('pipeline-controller'),
    shellLess: new Set(),
  };
  const { runs, taskRuns, pods, tasks, clusterTasks, pipelines, resources, conditions } = world;
  const caches = [
    pods.reflector,
    taskRuns.reflector,
    runs.reflector,
    tasks,
    clusterTasks,
    pipelines,
    resources,
    conditions,
  ];
  return { world, caches: caches as unknown as readonly Reflector<KubeObject>[] }; // only started, awaited and stopped
}
