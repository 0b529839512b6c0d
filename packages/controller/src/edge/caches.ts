/**
 * The caches that the reconcilers share: one informer for each kind, for objects of all its API versions. Runs and pods, which are written
 * here, have an overlay. Relies on a client that returns each object with the `apiVersion` in which its spec is written.
 */

import {
  Informer,
  PODS,
  type InformerOptions,
  type KubeClient,
  type KubeObject,
  type Resource,
} from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import {
  storedResource,
  TEKTON_LABELS,
  type ClusterTask,
  type Condition,
  type Pipeline,
  type PipelineResource,
  type PipelineRunObject,
  type Task,
  type TaskRunObject,
} from '@pipewright/tekton';
import type { Pod } from '../pod/pod-types.js';
import type { ControllerOptions } from './controller-options.js';
import { silent } from './log.js';
import { MutationCache } from './mutation-cache.js';

/** All caches of a controller. */
export interface Caches {
  readonly pipelineRuns: MutationCache<PipelineRunObject>;
  readonly taskRuns: MutationCache<TaskRunObject>;
  readonly pods: MutationCache<Pod>;
  readonly pipelines: Informer<Pipeline>;
  readonly tasks: Informer<Task>;
  readonly clusterTasks: Informer<ClusterTask>;
  readonly resources: Informer<PipelineResource>;
  readonly conditions: Informer<Condition>;
}

/** Creates all caches. The controllers that use them start them. */
export function newCaches(options: ControllerOptions, client: KubeClient, clock: Clock): Caches {
  const { namespace, wireClock = clock, random } = options;
  const optionsFor = <T extends KubeObject>(resource: Resource): InformerOptions<T> => ({
    clock: wireClock,
    ...(random && { random }),
    ...(resource.namespaced && { namespace }),
    onError: watchErrorLogger(options, resource),
  });
  const cache = <T extends KubeObject>(resource: Resource): Informer<T> =>
    new Informer<T>(client, resource, optionsFor<T>(resource));
  const mutationCache = <T extends KubeObject>(resource: Resource, labelSelector?: string): MutationCache<T> =>
    new MutationCache<T>(client, resource, wireClock, { ...optionsFor<T>(resource), labelSelector });
  return {
    pods: mutationCache<Pod>(PODS, TEKTON_LABELS.taskRun),
    taskRuns: mutationCache<TaskRunObject>(storedResource('TaskRun')),
    pipelineRuns: mutationCache<PipelineRunObject>(storedResource('PipelineRun')),
    tasks: cache<Task>(storedResource('Task')),
    clusterTasks: cache<ClusterTask>(storedResource('ClusterTask')),
    pipelines: cache<Pipeline>(storedResource('Pipeline')),
    resources: cache<PipelineResource>(storedResource('PipelineResource')),
    conditions: cache<Condition>(storedResource('Condition')),
  };
}

/** Returns what logs the errors of a kind's watch. */
export const watchErrorLogger =
  ({ log = silent }: ControllerOptions, { kind }: Resource) =>
  (error: unknown, retryIn: number): void =>
    log.warn('a watch was interrupted', { kind, error: String(error), retryIn });
