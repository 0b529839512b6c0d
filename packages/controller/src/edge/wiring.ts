/**
 * Creates the caches, queues and recorders of a controller and maps each change to the keys to reconcile.
 *
 * A change of a pod enqueues its TaskRun; a change of a TaskRun also enqueues its PipelineRun. `controller.ts` starts and stops what is
 * created here.
 */

import {
  EventRecorder,
  PODS,
  PRIORITY,
  Informer,
  WorkQueue,
  type Change,
  type Clock,
  type KubeClient,
  type KubeObject,
  type Resource,
  type Result,
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
import type { ControllerOptions, QueueName } from './controller-options.js';
import { sendEvent } from './event-sender.js';
import { silent } from './log.js';
import { RunRateLimiter } from './rate-limits.js';
import { readScripts } from './read-scripts.js';
import { reconcilePipelineRun } from './reconcilers/pipeline-run.js';
import { RESOURCE_QUOTAS, QuotaWaitQueue } from './quota-wait-queue.js';
import { RunRetention, type RetentionDeps } from './reconcilers/retention.js';
import { MutationCache } from './mutation-cache.js';
import { registryImageCommand } from './registry/image-command.js';
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
  enqueueOwner,
  type ReconcilerDeps,
} from './reconciler-deps.js';

/** What a cache needs to be started, awaited and stopped. */
export type Cache = Pick<Informer, 'start' | 'synced' | 'stop'>;

/** Creates all dependencies of the reconcilers without starting any. */
export function wireController(
  options: ControllerOptions,
  client: KubeClient,
  clock: Clock,
): { readonly deps: ReconcilerDeps; readonly caches: readonly Cache[] } {
  const { log = silent, images, namespace, findCommand, wireClock = clock, random } = options;
  const cache = <T extends KubeObject>(of: Resource): Informer<T> =>
    new Informer<T>(client, of, {
      clock: wireClock,
      ...(random && { random }),
      ...(of.namespaced && { namespace }),
      onError: logWatchError(options, of),
    });
  const recorder = (component: string): EventRecorder =>
    new EventRecorder({
      client,
      clock,
      component,
      onError: (error) => log.warn('an event was not written', { error: String(error) }),
    });
  const queues = {
    taskRunQueue: newWorkQueue(options, clock, 'TaskRun', (key) => reconcileTaskRun(deps, key)),
    runQueue: newWorkQueue(options, clock, 'PipelineRun', (key) => reconcilePipelineRun(deps, key)),
    cloudEventQueue: newWorkQueue(options, clock, 'CloudEvent', (key) => deliverCloudEvents(deps, key)),
  };
  const mutationCaches = newMutationCaches(options, client, wireClock, queues, (run) => deps.retention?.enqueue(run));
  const kinds = {
    tasks: cache<Task>(TASKS),
    clusterTasks: cache<ClusterTask>(CLUSTER_TASKS),
    pipelines: cache<Pipeline>(PIPELINES),
    resources: cache<PipelineResource>(PIPELINE_RESOURCES),
    conditions: cache<Condition>(CONDITIONS),
  };
  const deps: ReconcilerDeps = {
    client,
    clock,
    log,
    images: { ...DEFAULT_IMAGES, ...images },
    scripts: readScripts(),
    ...(options.dockerConfig !== undefined && { dockerConfig: options.dockerConfig }),
    findCommand: findCommand ?? registryImageCommand(client, clock, options.registries),
    optionalSecrets: options.optionalSecrets ?? false,
    artifactConfig: new ArtifactConfig(client, clock, log),
    sendEvent: options.sendEvent ?? sendEvent,
    ...mutationCaches,
    ...kinds,
    ...queues,
    unrecordedAttempts: new Map(),
    taskRunEvents: recorder('taskrun-controller'),
    runEvents: recorder('pipeline-controller'),
    quotaWaitQueue: newQuotaWaitQueue(options, client, clock, queues.taskRunQueue),
    retention: options.retention && newRetention(options, options.retention, { client, clock, log, ...mutationCaches }),
    rateLimiter: new RunRateLimiter(clock),
    createdPods: new Map(),
    shellLess: new Set(),
  };
  const caches = [...Object.values(mutationCaches).map(({ informer }) => informer), ...Object.values(kinds)];
  return { deps, caches };
}

const newQuotaWaitQueue = (
  options: ControllerOptions,
  client: KubeClient,
  clock: Clock,
  taskRunQueue: WorkQueue,
): QuotaWaitQueue =>
  new QuotaWaitQueue({
    client,
    clock,
    ...(options.random && { random: options.random }),
    retry: (key) => taskRunQueue.add(key),
    onError: logWatchError(options, RESOURCE_QUOTAS),
  });

const logWatchError =
  ({ log = silent }: ControllerOptions, of: Resource) =>
  (error: unknown, retryIn: number): void =>
    log.warn('a watch was interrupted', { kind: of.kind, error: String(error), retryIn });

const newWorkQueue = (
  { log = silent, workers = 8, random, onReconcile }: ControllerOptions,
  clock: Clock,
  kind: QueueName,
  work: (key: string) => Promise<Result>,
): WorkQueue =>
  new WorkQueue({
    clock,
    ...(random && { random }),
    workers,
    reconcile: (key) => {
      onReconcile?.(kind, key);
      return work(key);
    },
    onError: (key, error, retryIn) =>
      log.warn('a run could not be worked on', { kind, key, error: String(error), retryIn }),
  });

const newRetention = (
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

function newMutationCaches(
  options: ControllerOptions,
  client: KubeClient,
  clock: Clock,
  { runQueue, taskRunQueue }: Pick<ReconcilerDeps, 'runQueue' | 'taskRunQueue'>,
  noteFinished: (run: Run) => void,
): Pick<ReconcilerDeps, 'runs' | 'taskRuns' | 'pods'> {
  const { namespace, random } = options;
  const spread = random && { random };
  const priority = (listed: boolean): number => (listed ? PRIORITY.listed : PRIORITY.change);
  const addOwner = (queue: WorkQueue, kind: string, { before, after }: Change<KubeObject>, listed: boolean): void => {
    const object = after ?? before;
    const owner = object && ownerKey(object, kind);
    if (owner !== undefined) queue.add(owner, priority(listed));
  };
  return {
    pods: new MutationCache<Pod>(client, PODS, clock, {
      namespace,
      ...spread,
      labelSelector: `${labels.managedBy}=${labels.managedByUs}`,
      onError: logWatchError(options, PODS),
      onChange: (_key, change, listed) => addOwner(taskRunQueue, 'TaskRun', change, listed),
    }),
    taskRuns: new MutationCache<TaskRun>(client, TASK_RUNS, clock, {
      namespace,
      ...spread,
      onError: logWatchError(options, TASK_RUNS),
      onChange: (key, change, listed) => {
        if (change.after) taskRunQueue.add(key, priority(listed));
        if (listed || !change.after) addOwner(runQueue, 'PipelineRun', change, listed);
        else enqueueOwner(runQueue, change.after); // the writer of a final status has already enqueued the owner
        if (change.after) noteFinished(change.after);
      },
    }),
    runs: new MutationCache<PipelineRun>(client, PIPELINE_RUNS, clock, {
      namespace,
      ...spread,
      onError: logWatchError(options, PIPELINE_RUNS),
      onChange: (key, { after }, listed) => {
        if (!after) return;
        runQueue.add(key, priority(listed));
        noteFinished(after);
      },
    }),
  };
}
