/**
 * Makes the caches, queues and recorders of a controller, and says which change is whose turn.
 *
 * A change of a pod is its TaskRun's turn, a change of a TaskRun also its PipelineRun's. Apart from `controller.ts`, which
 * starts and stops what is made here.
 */

import {
  EventRecorder,
  PODS,
  PRIORITY,
  Reflector,
  WorkQueue,
  type Change,
  type Clock,
  type KubeClient,
  type KubeObject,
  type Resource,
  type WorkDone,
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
import { labels } from '../run/labels.js';
import { DEFAULT_IMAGES } from '../run/options.js';
import type { Pod } from '../pod/pod-types.js';
import type { RetentionPolicy, Run } from '../run/retention.js';
import { ArtifactConfig } from './artifact-config.js';
import { deliverCloudEvents } from './reconcilers/cloud-event-delivery.js';
import type { ControllerOptions, QueueName } from './controller.js';
import { sendEvent } from './event-sender.js';
import { silent } from './log.js';
import { Pace } from './rate-limits.js';
import { reconcilePipelineRun } from './reconcilers/pipeline-run.js';
import { RESOURCE_QUOTAS, Room } from './quota-wait-queue.js';
import { RunRetention, type RetentionDeps } from './reconcilers/retention.js';
import { Shelf } from './mutation-cache.js';
import { registryCommand } from './registry/image-command.js';
import { reconcileTaskRun } from './reconcilers/task-run.js';
import {
  CLUSTER_TASKS,
  CONDITIONS,
  ownerKey,
  PIPELINE_RESOURCES,
  PIPELINE_RUNS,
  PIPELINES,
  TASK_RUNS,
  TASKS,
  tellRun,
  type World,
} from './reconciler-deps.js';

/** What a cache needs to be started, awaited and stopped. */
export type Cache = Pick<Reflector, 'start' | 'synced' | 'stop'>;

/** Makes a world; nothing of it runs yet. */
export function makeWorld(
  options: ControllerOptions,
  client: KubeClient,
  clock: Clock,
): { readonly world: World; readonly caches: readonly Cache[] } {
  const { log = silent, images, namespace, findCommand, wireClock = clock, random } = options;
  const cache = <T extends KubeObject>(of: Resource): Reflector<T> =>
    new Reflector<T>(client, of, {
      clock: wireClock,
      ...(random && { random }),
      ...(of.namespaced && { namespace }),
      onError: watchTrouble(options, of),
    });
  const recorder = (component: string): EventRecorder =>
    new EventRecorder({
      client,
      clock,
      component,
      onError: (error) => log.warn('an event was not written', { error: String(error) }),
    });
  const queues = {
    taskRunQueue: makeQueue(options, clock, 'TaskRun', (key) => reconcileTaskRun(world, key)),
    runQueue: makeQueue(options, clock, 'PipelineRun', (key) => reconcilePipelineRun(world, key)),
    eventQueue: makeQueue(options, clock, 'CloudEvent', (key) => deliverCloudEvents(world, key)),
  };
  const shelves = makeShelves(options, client, wireClock, queues, (run) => world.retention?.note(run));
  const kinds = {
    tasks: cache<Task>(TASKS),
    clusterTasks: cache<ClusterTask>(CLUSTER_TASKS),
    pipelines: cache<Pipeline>(PIPELINES),
    resources: cache<PipelineResource>(PIPELINE_RESOURCES),
    conditions: cache<Condition>(CONDITIONS),
  };
  const world: World = {
    client,
    clock,
    log,
    images: { ...DEFAULT_IMAGES, ...images },
    ...(options.dockerConfig !== undefined && { dockerConfig: options.dockerConfig }),
    findCommand: findCommand ?? registryCommand(client, clock, options.registries),
    optionalSecrets: options.optionalSecrets ?? false,
    artifacts: new ArtifactConfig(client, clock, log),
    sendEvent: options.sendEvent ?? sendEvent,
    ...shelves,
    ...kinds,
    ...queues,
    unrecordedAttempts: new Map(),
    taskRunEvents: recorder('taskrun-controller'),
    runEvents: recorder('pipeline-controller'),
    room: makeRoom(options, client, clock, queues.taskRunQueue),
    retention: options.retention && makeRetention(options, options.retention, { client, clock, log, ...shelves }),
    pace: new Pace(clock),
    createdPods: new Map(),
    shellLess: new Set(),
  };
  const caches = [...Object.values(shelves).map(({ reflector }) => reflector), ...Object.values(kinds)];
  return { world, caches };
}

const makeRoom = (options: ControllerOptions, client: KubeClient, clock: Clock, taskRunQueue: WorkQueue): Room =>
  new Room({
    client,
    clock,
    ...(options.random && { random: options.random }),
    retry: (key) => taskRunQueue.add(key),
    onError: watchTrouble(options, RESOURCE_QUOTAS),
  });

const watchTrouble =
  ({ log = silent }: ControllerOptions, of: Resource) =>
  (error: unknown, retryIn: number): void =>
    log.warn('a watch was interrupted', { kind: of.kind, error: String(error), retryIn });

const makeQueue = (
  { log = silent, workers = 8, random, onReconcile }: ControllerOptions,
  clock: Clock,
  kind: QueueName,
  work: (key: string) => Promise<WorkDone>,
): WorkQueue =>
  new WorkQueue({
    clock,
    ...(random && { random }),
    workers,
    work: (key) => {
      onReconcile?.(kind, key);
      return work(key);
    },
    onError: (key, error, retryIn) =>
      log.warn('a run could not be worked on', { kind, key, error: String(error), retryIn }),
  });

const makeRetention = (
  { random, onReconcile }: ControllerOptions,
  policy: RetentionPolicy,
  deps: RetentionDeps,
): RunRetention =>
  new RunRetention(
    deps,
    policy,
    {
      clock: deps.clock,
      ...(random && { random }),
      onError: (_key, error, retryIn) =>
        deps.log.warn('finished runs could not be deleted', { error: String(error), retryIn }),
    },
    onReconcile && ((key) => onReconcile('Retention', key)),
  );

function makeShelves(
  options: ControllerOptions,
  client: KubeClient,
  clock: Clock,
  { runQueue, taskRunQueue }: Pick<World, 'runQueue' | 'taskRunQueue'>,
  noteFinished: (run: Run) => void,
): Pick<World, 'runs' | 'taskRuns' | 'pods'> {
  const { namespace, random } = options;
  const spread = random && { random };
  const priority = (listed: boolean): number => (listed ? PRIORITY.listed : PRIORITY.change);
  const addOwner = (queue: WorkQueue, kind: string, { before, after }: Change<KubeObject>, listed: boolean): void => {
    const object = after ?? before;
    const owner = object && ownerKey(object, kind);
    if (owner !== undefined) queue.add(owner, priority(listed));
  };
  return {
    pods: new Shelf<Pod>(client, PODS, clock, {
      namespace,
      ...spread,
      labelSelector: `${labels.managedBy}=${labels.managedByUs}`,
      onError: watchTrouble(options, PODS),
      onChange: (_key, change, listed) => addOwner(taskRunQueue, 'TaskRun', change, listed),
    }),
    taskRuns: new Shelf<TaskRun>(client, TASK_RUNS, clock, {
      namespace,
      ...spread,
      onError: watchTrouble(options, TASK_RUNS),
      onChange: (key, change, listed) => {
        if (change.after) taskRunQueue.add(key, priority(listed));
        if (listed || !change.after) addOwner(runQueue, 'PipelineRun', change, listed);
        else tellRun(runQueue, change.after); // an end has been told already by who wrote it
        if (change.after) noteFinished(change.after);
      },
    }),
    runs: new Shelf<PipelineRun>(client, PIPELINE_RUNS, clock, {
      namespace,
      ...spread,
      onError: watchTrouble(options, PIPELINE_RUNS),
      onChange: (key, { after }, listed) => {
        if (!after) return;
        runQueue.add(key, priority(listed));
        noteFinished(after);
      },
    }),
  };
}
