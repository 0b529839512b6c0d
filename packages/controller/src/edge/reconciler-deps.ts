/**
 * All that the reconcilers share: the client, the caches, the queues, the recorders. No rule about runs is here.
 */

import {
  parseKey,
  keyOf,
  hasReason,
  resource,
  type Clock,
  type EventRecorder,
  type KubeClient,
  type KubeObject,
  type Informer,
  type Resource,
  type Send,
  type Result,
  type WorkQueue,
} from '@pipewright/kube';
import type {
  ResourceBindingModel,
  ClusterTask,
  Condition,
  Pipeline,
  PipelineResource,
  PipelineRun,
  StatusCondition,
  Task,
  TaskRun,
} from '@pipewright/tekton';
import { isDone, succeededCondition } from '../run/condition.js';
import type { ImageCommandResult } from '../pod/image-command.js';
import { mergePatch } from '../run/merge-patch.js';
import type { Images } from '../run/options.js';
import type { Pod } from '../pod/pod-types.js';
import type { Scripts } from '../scripts/scripts.js';
import type { FinishableRun } from '../run/retention.js';
import type { ArtifactConfig } from './artifact-config.js';
import type { UnrecordedDeliveries } from './unrecorded-deliveries.js';
import type { Log } from './log.js';
import type { RunRateLimiter } from './rate-limits.js';
import type { QuotaWaitQueue } from './quota-wait-queue.js';
import type { MutationCache } from './mutation-cache.js';

const VERSION = 'tekton.dev/v1alpha1';

/** Where the API serves the seven kinds. */
export const TASK_RUNS = resource(VERSION, 'taskruns', 'TaskRun');
export const PIPELINE_RUNS = resource(VERSION, 'pipelineruns', 'PipelineRun');
export const TASKS = resource(VERSION, 'tasks', 'Task');
export const CLUSTER_TASKS = resource(VERSION, 'clustertasks', 'ClusterTask', false);
export const PIPELINES = resource(VERSION, 'pipelines', 'Pipeline');
export const PIPELINE_RESOURCES = resource(VERSION, 'pipelineresources', 'PipelineResource');
export const CONDITIONS = resource(VERSION, 'conditions', 'Condition');

/** Looks up what an image runs by itself. */
export type FindCommand = (
  image: string,
  run: { readonly namespace: string; readonly serviceAccount: string },
) => Promise<ImageCommandResult>;

/** Deletes finished runs in the background. */
export interface FinishedRunQueue {
  readonly queue: WorkQueue;
  /** Requests a retention pass if the run has finished. */
  enqueue(run: FinishableRun): void;
  stop(): Promise<void>;
}

/** What reconcilers work with. */
export interface ReconcilerDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly images: Images;
  readonly scripts: Scripts;
  /** A docker config that is in every container. */
  readonly dockerConfig?: string;
  readonly findCommand: FindCommand;
  /** Whether runs start without the Secrets that their ServiceAccount names. */
  readonly optionalSecrets: boolean;
  /** How files are handed over. */
  readonly artifactConfig: ArtifactConfig;
  readonly runs: MutationCache<PipelineRun>;
  readonly taskRuns: MutationCache<TaskRun>;
  readonly pods: MutationCache<Pod>;
  readonly tasks: Informer<Task>;
  readonly clusterTasks: Informer<ClusterTask>;
  readonly pipelines: Informer<Pipeline>;
  readonly resources: Informer<PipelineResource>;
  readonly conditions: Informer<Condition>;
  readonly rateLimiter: RunRateLimiter;
  readonly taskRunQueue: WorkQueue;
  readonly runQueue: WorkQueue;
  /** TaskRuns that have ended and of which somebody is to be told. */
  readonly cloudEventQueue: WorkQueue;
  readonly unrecordedAttempts: UnrecordedDeliveries;
  readonly sendEvent: Send;
  readonly taskRunEvents: EventRecorder;
  readonly runEvents: EventRecorder;
  /** The pod of a TaskRun, by the TaskRun's key, from its creation until the status names it. */
  readonly createdPods: Map<string, Pod>;
  /** TaskRuns that no quota has room for. */
  readonly quotaWaitQueue: QuotaWaitQueue;
  /** Absent where all finished runs are kept. */
  readonly retention: FinishedRunQueue | undefined;
  /** Images found to have no /bin/sh. */
  readonly shellLess: Set<string>;
}

/** Whether `child` is controlled by the very object that `uid` names, not by one of an equal name. */
export const isControlledBy = (child: KubeObject, uid: string | undefined): boolean =>
  uid !== undefined &&
  child.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid) === true;

/** The key of the owner of this kind, if there is one. */
export function ownerKey({ metadata }: KubeObject, kind: string): string | undefined {
  const owner = metadata.ownerReferences?.find((one) => one.controller === true && one.kind === kind);
  return owner && `${metadata.namespace ?? ''}/${owner.name}`;
}

/** How long (milliseconds) a PipelineRun may not show that its TaskRuns go on: several steps forward make one write. */
const PROGRESS_DELAY_MS = 100;

/**
 * Makes it the turn of a TaskRun's PipelineRun: at once when `written`, which has just been written, is an end, for what comes next may
 * start then. What is only heard of, by a watch, is an echo of that or somebody else's doing, and can wait.
 */
export function enqueueOwner(runQueue: WorkQueue, taskRun: TaskRun, status?: TaskRun['status']): void {
  const owner = ownerKey(taskRun, 'PipelineRun');
  if (owner !== undefined) runQueue.addAfter(owner, status && isDone(status) ? 0 : PROGRESS_DELAY_MS);
}

/** An object, from the cache or the server: a cache that has not heard of it yet must not fail a run. */
export async function findObject<T extends KubeObject>(
  { client }: ReconcilerDeps,
  cache: Informer<T>,
  name: string,
  options: { readonly namespace?: string | undefined; readonly live: boolean },
): Promise<T | undefined> {
  const at = cache.resource.namespaced ? { namespace: options.namespace, name } : { name };
  const key = at.namespace === undefined ? name : `${at.namespace}/${name}`;
  const cached = options.live ? undefined : cache.get(key);
  return cached ?? (await client.get<T>(cache.resource, at));
}

/** All of `names` that are there, by name. */
export async function findObjects<T extends KubeObject>(
  deps: ReconcilerDeps,
  cache: Informer<T>,
  names: readonly string[],
  options: { readonly namespace?: string | undefined; readonly live: boolean },
): Promise<ReadonlyMap<string, T>> {
  const found = await Promise.all(
    [...new Set(names)].map(async (name) => [name, await findObject(deps, cache, name, options)] as const),
  );
  return new Map(found.flatMap(([name, object]) => (object ? [[name, object] as const] : [])));
}

/** Names of the PipelineResources that bindings refer to, each once. */
export const referencedResources = (bindings: readonly ResourceBindingModel[]): readonly string[] => [
  ...new Set(bindings.flatMap(({ resource }) => (resource?.kind === 'reference' ? [resource.name] : []))),
];

interface Run extends KubeObject {
  readonly status?: { readonly conditions?: readonly StatusCondition[] };
}

/**
 * What came of writing a status. `stale`: somebody else has written meanwhile, so what was decided is to be decided anew; `gone`:
 * the run has been deleted.
 */
export type StatusWriteResult = 'written' | 'stale' | 'gone';

/** Writes what changed of a run's status, if anything did, and says so in an event when the run ended by it. */
export async function writeStatus<T extends Run>(
  { client, retention }: ReconcilerDeps,
  {
    cache,
    resource,
    events,
  }: { readonly cache: MutationCache<T>; readonly resource: Resource; readonly events: EventRecorder },
  run: T,
  status: NonNullable<T['status']>,
): Promise<StatusWriteResult> {
  const patch = mergePatch(run.status ?? {}, status);
  if (!patch) return 'written';
  const { namespace, name = '', uid, resourceVersion } = run.metadata;
  const body = { metadata: { resourceVersion }, status: patch };
  try {
    const options = { type: 'merge', subresource: 'status' } as const;
    const written = cache.record(await client.patch<T>(resource, { namespace, name }, body, options));
    retention?.enqueue(written);
  } catch (error) {
    if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
    const latest = await client.get<T>(resource, { namespace, name });
    if (latest?.metadata.uid !== uid || !latest) {
      if (uid !== undefined) cache.recordDeleted(keyOf(run), uid);
      return 'gone';
    }
    if (latest.metadata.resourceVersion === resourceVersion) throw error; // deciding anew would come to the same
    cache.record(latest);
    return 'stale';
  }
  const condition = succeededCondition(status);
  if (condition && condition.status !== 'Unknown' && succeededCondition(run.status)?.status !== condition.status)
    events.record(run, {
      type: condition.status === 'True' ? 'Normal' : 'Warning',
      reason: condition.status === 'True' ? 'Succeeded' : 'Failed',
      message: condition.message ?? '',
    });
  return 'written';
}

/** When to decide anew after a status that was not written. */
export const resultAfterWrite = (write: Exclude<StatusWriteResult, 'written'>): Result =>
  write === 'stale' ? { requeueAfterMs: 1 } : {};

/** Adds labels and annotations to a run, if it does not have them. */
export async function writeMetadata<T extends KubeObject>(
  { client }: ReconcilerDeps,
  cache: MutationCache<T>,
  resource: Resource,
  key: string,
  wanted: { readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> },
): Promise<void> {
  const run = cache.get(key);
  if (!run) return;
  const lacks = (have: Readonly<Record<string, string>> | undefined, want: Readonly<Record<string, string>>): boolean =>
    Object.entries(want).some(([name, value]) => have?.[name] !== value);
  if (!lacks(run.metadata.labels, wanted.labels) && !lacks(run.metadata.annotations, wanted.annotations)) return;
  const { namespace, name } = parseKey(key);
  try {
    cache.record(await client.patch<T>(resource, { namespace, name }, { metadata: wanted }, { type: 'merge' }));
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
  }
}
