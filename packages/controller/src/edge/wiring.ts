/**
 * Declares the controllers: which changes trigger which reconciler, and what each reconciler works with.
 *
 * Creates everything and starts nothing; `controller.ts` starts and stops it.
 */

import {
  Controller,
  EventRecorder,
  type Informer,
  type KubeClient,
  type Result,
  type WorkQueueOptions,
} from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import type { PipelineRunObject, TaskRunObject } from '@pipewright/tekton';
import { PlannerCaches } from '../pipelinerun/planner-caches.js';
import { completionEvents } from '../run/events.js';
import { DEFAULT_IMAGES } from '../run/options.js';
import type { Run } from '../run/retention.js';
import { statusEvents } from '../taskrun/events.js';
import { ArtifactConfig } from './artifact-config.js';
import { TektonSettings } from './tekton-settings.js';
import { newCaches, watchErrorLogger, type Caches } from './caches.js';
import type { ControllerOptions, QueueName } from './controller-options.js';
import { PROGRESS_DELAY_MS, type Enqueue } from './enqueue.js';
import { sendEvent } from './event-sender.js';
import { silent, type Log } from './log.js';
import { QuotaWaitQueue, RESOURCE_QUOTAS } from './quota-wait-queue.js';
import { RunRateLimiter } from './rate-limits.js';
import { readScripts } from './read-scripts.js';
import { deliverCloudEvents, type CloudEventDeps } from './reconcilers/cloud-event-delivery.js';
import { reconcilePipelineRun, type PipelineRunDeps } from './reconcilers/pipeline-run.js';
import { RunRetention } from './reconcilers/retention.js';
import { recordDeletedPod } from './reconcilers/start-attempt.js';
import { reconcileTaskRun, type TaskRunDeps } from './reconcilers/task-run.js';
import { registryImageCommand } from './registry/image-command.js';
import { RunWriter } from './run-writer.js';

/** The controllers and what they share, not started. */
export interface Wiring {
  /** Reconcile TaskRuns, PipelineRuns and finished runs. */
  readonly runControllers: readonly Controller[];
  /** Delivers CloudEvents. Stops after the others, which enqueue deliveries. */
  readonly deliveryController: Controller;
  readonly taskRunDeps: TaskRunDeps;
  readonly quotaWaitQueue: QuotaWaitQueue;
  readonly caches: readonly Pick<Informer, 'stop'>[];
  readonly recorders: readonly EventRecorder[];
  readonly stopRetention: () => void;
}

type Controllers = Readonly<Record<Exclude<QueueName, 'Retention'>, Controller>> & {
  readonly Retention: Controller | undefined;
};

/** Creates the controllers. */
export function wireController(options: ControllerOptions, client: KubeClient, clock: Clock): Wiring {
  const enqueue: Enqueue = (queue, key, afterMs = 0) => controllers[queue]?.enqueueAfter(key, afterMs);
  const shared = newShared(options, client, clock, enqueue);
  const { caches, retention } = shared;
  const { taskRuns, pipelineRuns, pods, pipelines, tasks, clusterTasks, resources, conditions } = caches;
  const quotaWaitQueue = new QuotaWaitQueue({
    client,
    clock,
    ...(options.random && { random: options.random }),
    retry: (key) => enqueue('TaskRun', key),
    onError: watchErrorLogger(options, RESOURCE_QUOTAS),
  });
  const taskRunDeps = taskRunDepsOf(options, shared, quotaWaitQueue);
  const pipelineRunDeps = pipelineRunDepsOf(shared);
  const cloudEventDeps = cloudEventDepsOf(options, shared);
  const controller = (name: QueueName, reconcile: (key: string) => Promise<Result>): Controller =>
    new Controller(queueOptions(options, clock, name, reconcile));

  pods.subscribe((_key, { before, after }) => {
    if (before && !after) recordDeletedPod(taskRunDeps, before);
  });
  const controllers: Controllers = {
    TaskRun: controller('TaskRun', (key) => reconcileTaskRun(taskRunDeps, key))
      .for(taskRuns)
      .owns(pods, 'TaskRun'),
    PipelineRun: controller('PipelineRun', (key) => reconcilePipelineRun(pipelineRunDeps, key))
      .for(pipelineRuns)
      .owns(taskRuns, 'PipelineRun', { updateDelayMs: PROGRESS_DELAY_MS })
      .reads(pipelines, tasks, clusterTasks, resources, conditions),
    CloudEvent: controller('CloudEvent', (key) => deliverCloudEvents(cloudEventDeps, key)) //
      .reads(taskRuns, pipelineRuns),
    Retention:
      retention &&
      controller('Retention', () => retention.reconcile())
        .watches(taskRuns, ({ after }) => retention.requests(after))
        .watches(pipelineRuns, ({ after }) => retention.requests(after)),
  };
  const { CloudEvent, ...runControllers } = controllers;
  return {
    runControllers: Object.values(runControllers).flatMap((one) => one ?? []),
    deliveryController: CloudEvent,
    taskRunDeps,
    quotaWaitQueue,
    caches: Object.values(caches),
    recorders: [shared.taskRunRecorder, shared.pipelineRunRecorder],
    stopRetention: () => retention?.stop(),
  };
}

/** What several reconcilers use. */
interface Shared {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly caches: Caches;
  readonly artifactConfig: ArtifactConfig;
  readonly tektonConfig: TektonSettings;
  readonly taskRunRecorder: EventRecorder;
  readonly pipelineRunRecorder: EventRecorder;
  readonly taskRunWriter: RunWriter<TaskRunObject>;
  readonly pipelineRunWriter: RunWriter<PipelineRunObject>;
  /** Absent if all finished runs are kept. */
  readonly retention: RunRetention | undefined;
  readonly enqueue: Enqueue;
}

function newShared(options: ControllerOptions, client: KubeClient, clock: Clock, enqueue: Enqueue): Shared {
  const { log = silent } = options;
  const caches = newCaches(options, client, clock);
  const { taskRuns, pipelineRuns } = caches;
  const newRecorder = (component: string): EventRecorder =>
    new EventRecorder({
      client,
      clock,
      component,
      onError: (error) => log.warn('an event was not written', { error: String(error) }),
    });
  const taskRunRecorder = newRecorder('taskrun-controller');
  const pipelineRunRecorder = newRecorder('pipeline-controller');
  const retention =
    options.retention && new RunRetention({ client, clock, log, pipelineRuns, taskRuns }, options.retention);
  const onWritten = (run: Run): void => {
    for (const { key, afterMs } of retention?.requests(run) ?? []) enqueue('Retention', key, afterMs);
  };
  const taskRunWriter = new RunWriter<TaskRunObject>({
    client,
    cache: taskRuns,
    recorder: taskRunRecorder,
    eventsOf: statusEvents,
    onWritten,
  });
  const pipelineRunWriter = new RunWriter<PipelineRunObject>({
    client,
    cache: pipelineRuns,
    recorder: pipelineRunRecorder,
    eventsOf: (run, status) => completionEvents(run.status, status),
    onWritten,
  });
  const artifactConfig = new ArtifactConfig(client, clock, log);
  const tektonConfig = new TektonSettings(client, clock, log);
  const recorders = { taskRunRecorder, pipelineRunRecorder };
  return {
    client,
    clock,
    log,
    caches,
    artifactConfig,
    tektonConfig,
    ...recorders,
    taskRunWriter,
    pipelineRunWriter,
    retention,
    enqueue,
  };
}

const taskRunDepsOf = (
  options: ControllerOptions,
  { client, clock, caches, artifactConfig, tektonConfig, taskRunWriter, enqueue }: Shared,
  quotaWaitQueue: QuotaWaitQueue,
): TaskRunDeps => ({
  client,
  clock,
  taskRuns: caches.taskRuns,
  pods: caches.pods,
  writer: taskRunWriter,
  quotaWaitQueue,
  artifactConfig,
  tektonConfig,
  images: { ...DEFAULT_IMAGES, ...options.images },
  scripts: readScripts(),
  ...(options.dockerConfig !== undefined && { dockerConfig: options.dockerConfig }),
  findCommand: options.findCommand ?? registryImageCommand(client, clock, options.registries),
  optionalSecrets: options.optionalSecrets ?? false,
  unnamedPods: new Map(),
  shellLess: new Set(),
  enqueue,
});

const pipelineRunDepsOf = ({
  client,
  clock,
  caches: { pods: _, ...caches },
  artifactConfig,
  taskRunWriter,
  pipelineRunWriter,
  enqueue,
}: Shared): PipelineRunDeps => ({
  client,
  clock,
  ...caches,
  writer: pipelineRunWriter,
  taskRunWriter,
  artifactConfig,
  plannerCaches: new PlannerCaches(),
  rateLimiter: new RunRateLimiter(clock),
  enqueue,
});

const cloudEventDepsOf = (
  options: ControllerOptions,
  { clock, log, caches, taskRunWriter, enqueue }: Shared,
): CloudEventDeps => ({
  clock,
  log,
  sendEvent: options.sendEvent ?? sendEvent,
  taskRuns: caches.taskRuns,
  pipelineRuns: caches.pipelineRuns,
  writer: taskRunWriter,
  unrecorded: new Map(),
  enqueue,
});

/** The work queue of a controller: how many keys at once, and what is logged of a failure. */
const queueOptions = (
  { log = silent, workers = 8, random, onReconcile }: ControllerOptions,
  clock: Clock,
  kind: QueueName,
  reconcile: (key: string) => Promise<Result>,
): WorkQueueOptions => ({
  clock,
  ...(random && { random }),
  workers: kind === 'Retention' ? 1 : workers,
  reconcile: (key) => {
    onReconcile?.(kind, key);
    return reconcile(key);
  },
  onError: (key, error, retryIn) =>
    kind === 'Retention'
      ? log.warn('finished runs could not be deleted', { error: String(error), retryIn })
      : log.warn('a run could not be worked on', { kind, key, error: String(error), retryIn }),
});
