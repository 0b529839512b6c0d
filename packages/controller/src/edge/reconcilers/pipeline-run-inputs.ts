/**
 * Reads the objects that a PipelineRun refers to, directly or through its Pipeline.
 *
 * The first reconcile of a run reads the API server; later ones read the caches, and the API server for what a cache lacks.
 */

import type { Informer, KubeClient, KubeObject } from '@pipewright/kube';
import type { ClusterTask, Condition, Pipeline, PipelineResource, PipelineRunObject, Task } from '@pipewright/tekton';
import {
  producesArtifacts,
  taskKey,
  type ConditionObject,
  type PipelineInputs,
  type PipelineObject,
} from '../../pipelinerun/pipeline-inputs.js';
import type { ResolveCache } from '../../pipelinerun/resolve.js';
import { referencedResources } from '../../resources/artifact-storage.js';
import type { ArtifactConfig } from '../artifact-config.js';
import { findObjects, getObjects } from '../find-object.js';

/** What the inputs of a PipelineRun are read with. */
export interface PipelineRunInputsDeps {
  readonly client: KubeClient;
  readonly pipelines: Informer<Pipeline>;
  readonly tasks: Informer<Task>;
  readonly clusterTasks: Informer<ClusterTask>;
  readonly resources: Informer<PipelineResource>;
  readonly conditions: Informer<Condition>;
  readonly artifactConfig: ArtifactConfig;
}

/** The inputs of a run that is not resolved. */
export const NO_INPUTS: Omit<PipelineInputs, 'run'> = {
  pipeline: undefined,
  tasks: new Map(),
  resources: new Map(),
  conditions: new Map(),
};

/** Reads the inputs of a run. */
export async function gatherPipelineInputs(
  deps: PipelineRunInputsDeps,
  run: PipelineRunObject,
  cache: ResolveCache,
): Promise<Omit<PipelineInputs, 'run'>> {
  const { namespace = '' } = run.metadata;
  const model = cache.pipelineRunModel(run);
  const isFirst = run.status?.startTime === undefined;
  const find = <T extends KubeObject>(from: Informer<T>, names: readonly string[]): Promise<ReadonlyMap<string, T>> =>
    isFirst
      ? getObjects<T>(deps.client, from.resource, names, namespace)
      : findObjects(deps.client, from, names, namespace);
  const name = model.source?.kind === 'reference' ? model.source.name : undefined;
  const [pipelines, resources] = await Promise.all([
    find(deps.pipelines, name === undefined ? [] : [name]),
    find(deps.resources, referencedResources(model.resources)),
  ]);
  const found = name === undefined ? undefined : pipelines.get(name);
  const pipeline: PipelineObject | undefined = found && {
    apiVersion: found.apiVersion,
    spec: found.spec,
    labels: found.metadata.labels,
    annotations: found.metadata.annotations,
  };
  const pipelineModel = model.source?.kind === 'embedded' ? model.source.pipeline : found && cache.pipelineModel(found);
  if (!pipelineModel) return { ...NO_INPUTS, pipeline, resources };
  const names = cache.referencedNames(pipelineModel);
  const [tasks, clusterTasks, conditions] = await Promise.all([
    find(deps.tasks, names.tasks),
    find(deps.clusterTasks, names.clusterTasks),
    find(deps.conditions, names.conditions),
  ]);
  const all = [...tasks.values(), ...clusterTasks.values()].map(
    (task) =>
      [
        taskKey({ taskKind: task.kind, name: task.metadata.name ?? '' }),
        { apiVersion: task.apiVersion, spec: task.spec },
      ] as const,
  );
  const bucket =
    (names.handsOver || all.some(([, task]) => producesArtifacts(cache.taskModel(task)))) &&
    (await deps.artifactConfig.settings()).bucket !== undefined;
  return {
    pipeline,
    resources,
    conditions: new Map([...conditions].map(toConditionObject)),
    tasks: new Map(all),
    bucket,
  };
}

const toConditionObject = ([name, { spec, metadata }]: readonly [string, Condition]): [string, ConditionObject] => [
  name,
  { spec, labels: metadata.labels, annotations: metadata.annotations },
];
