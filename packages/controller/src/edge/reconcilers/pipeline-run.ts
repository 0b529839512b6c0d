/**
 * Observes one PipelineRun, has `planPipelineRun` decide, and carries the decision out.
 *
 * No rule about runs is here. The first look at a run reads what it names live; later ones read the caches, and ask the
 * server once more before they take something for missing.
 */

import { keyOf, PERSISTENT_VOLUME_CLAIMS, hasReason, type KubeObject, type Result } from '@pipewright/kube';
import {
  toLabelValue,
  type Condition,
  type PipelineRun,
  type PipelineRunStatus,
  type TaskRun,
} from '@pipewright/tekton';
import { expectedTaskRuns, createdChildren, namedTasks, type NamedTask } from '../../pipelinerun/child-names.js';
import { hasDueDelivery } from '../../resources/cloud-events.js';
import { isDone } from '../../run/condition.js';
import { inheritedAnnotations, labels } from '../../run/labels.js';
import { planPipelineRun, type PipelineRunAction } from '../../pipelinerun/plan.js';
import {
  producesArtifacts,
  referencedNames,
  pipelineModel,
  pipelineRunModel,
  taskModel,
  taskKey,
  type ConditionObject,
  type PipelineObject,
  type PipelineInputs,
} from '../../pipelinerun/resolve.js';
import { areChildrenDone } from '../../pipelinerun/status.js';
import { isSignificantChange } from '../../pipelinerun/significant-change.js';
import { statusWithCondition } from '../../taskrun/status.js';
import {
  resultAfterWrite,
  findObject,
  findObjects,
  isControlledBy,
  PIPELINE_RUNS,
  writeMetadata,
  writeStatus,
  referencedResources,
  TASK_RUNS,
  type ReconcilerDeps,
} from '../reconciler-deps.js';

/** One look at one PipelineRun. */
export async function reconcilePipelineRun(deps: ReconcilerDeps, key: string): Promise<Result> {
  const run = deps.runs.get(key);
  if (!run || needsNothing(run)) {
    deps.rateLimiter.forget(key);
    return {};
  }
  const rest = deps.rateLimiter.reconcileDelayMs(key);
  if (rest > 0) return { requeueAfterMs: rest };
  const now = deps.clock.date();
  const facts = isDone(run.status) ? NO_INPUTS : await gatherInputs(deps, run);
  const tasks = isDone(run.status) ? [] : tasksOf(run, facts.pipeline);
  const taskRuns = await taskRunsOf(deps, run, tasks);
  const decision = planPipelineRun({ run, ...facts, taskRuns, now });
  let status: PipelineRunStatus = decision.status;
  for (const action of decision.actions) {
    if (deps.runs.get(key)?.spec.status !== run.spec.status) return { requeueAfterMs: 0 }; // cancelled meanwhile
    const trouble = await apply(deps, run, action);
    if (trouble !== undefined)
      status = statusWithCondition(status, { status: 'False', reason: 'TaskRunCreationFailed', message: trouble }, now);
  }
  const wait = deps.rateLimiter.writeDelayMs(key, run, status, taskRuns.size);
  if (wait === 0 && isSignificantChange(run.status ?? {}, status)) {
    const kind = { cache: deps.runs, resource: PIPELINE_RUNS, events: deps.runEvents };
    const write = await writeStatus(deps, kind, run, status);
    if (write !== 'written') return resultAfterWrite(write);
    deps.rateLimiter.statusWritten(key, deps.runs.get(key) ?? run);
  }
  for (const [name, taskRun] of taskRuns)
    if (hasDueDelivery(taskRun.status, now)) deps.cloudEventQueue.add(`${run.metadata.namespace ?? ''}/${name}`);
  if (decision.pipelineName !== undefined) {
    const wanted = {
      labels: { ...facts.pipeline?.labels, [labels.pipeline]: toLabelValue(decision.pipelineName) },
      annotations: inheritedAnnotations(facts.pipeline?.annotations),
    };
    await writeMetadata(deps, deps.runs, PIPELINE_RUNS, key, wanted);
  }
  deps.rateLimiter.reconciled(key, taskRuns.size, decision.actions.length > 0);
  const due = decision.requeueAt && !isDone(status) ? decision.requeueAt.getTime() - now.getTime() : undefined;
  return { requeueAfterMs: wait > 0 ? Math.min(wait, due ?? wait) : due };
}

const NO_INPUTS: Omit<PipelineInputs, 'run'> = {
  pipeline: undefined,
  tasks: new Map(),
  resources: new Map(),
  conditions: new Map(),
};

/** A run that has ended, and all of whose tasks have: thousands of these may lie about, so they cost nothing. */
const needsNothing = ({ status }: PipelineRun): boolean =>
  status !== undefined && isDone(status) && areChildrenDone(status);

async function gatherInputs(deps: ReconcilerDeps, run: PipelineRun): Promise<Omit<PipelineInputs, 'run'>> {
  const { namespace = '' } = run.metadata;
  const model = pipelineRunModel(run.spec);
  const options = { namespace, live: run.status?.startTime === undefined };
  const [found, resources] = await Promise.all([
    model.source?.kind === 'reference' ? findObject(deps, deps.pipelines, model.source.name, options) : undefined,
    findObjects(deps, deps.resources, referencedResources(model.resources), options),
  ]);
  const pipeline: PipelineObject | undefined = found && {
    spec: found.spec,
    labels: found.metadata.labels,
    annotations: found.metadata.annotations,
  };
  const wanted = model.source?.kind === 'embedded' ? model.source.pipeline : found && pipelineModel(found.spec);
  if (!wanted) return { ...NO_INPUTS, pipeline, resources };
  const names = referencedNames(wanted);
  const [tasks, clusterTasks, conditions] = await Promise.all([
    findObjects(deps, deps.tasks, names.tasks, options),
    findObjects(deps, deps.clusterTasks, names.clusterTasks, options),
    findObjects(deps, deps.conditions, names.conditions, options),
  ]);
  const all = [...tasks.values(), ...clusterTasks.values()].map(
    (task) => [taskKey({ taskKind: task.kind, name: task.metadata.name ?? '' }), { spec: task.spec }] as const,
  );
  const bucket =
    (names.handsOver || all.some(([, { spec }]) => producesArtifacts(taskModel(spec)))) &&
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

function tasksOf(run: PipelineRun, pipeline: PipelineObject | undefined): readonly NamedTask[] {
  const spec = run.spec.pipelineSpec ?? pipeline?.spec;
  return spec ? namedTasks(pipelineModel(spec)) : [];
}

/** The run's TaskRuns. One that the status remembers and the cache does not know is asked for: it may just be new. */
async function taskRunsOf(
  deps: ReconcilerDeps,
  run: PipelineRun,
  tasks: readonly NamedTask[],
): Promise<ReadonlyMap<string, TaskRun>> {
  const { namespace = '', uid = '' } = run.metadata;
  const owned = deps.taskRuns.ownedBy(uid);
  if (!isDone(run.status)) {
    for (const name of createdChildren(run.status)) {
      if (!owned.has(name) && !deps.taskRuns.get(`${namespace}/${name}`)) await live(deps, namespace, name);
    }
  }
  const expected = expectedTaskRuns(run, tasks);
  return new Map([...deps.taskRuns.ownedBy(uid)].filter(([name]) => expected.has(name)));
}

async function live(deps: ReconcilerDeps, namespace: string, name: string): Promise<TaskRun | undefined> {
  const taskRun = await deps.client.get<TaskRun>(TASK_RUNS, { namespace, name });
  return taskRun && deps.taskRuns.record(taskRun);
}

/** @returns why the run cannot go on, if it cannot */
async function apply(deps: ReconcilerDeps, run: PipelineRun, action: PipelineRunAction): Promise<string | undefined> {
  const { client, taskRuns, taskRunQueue } = deps;
  const { namespace = '', name: runName = '' } = run.metadata;
  switch (action.kind) {
    case 'create':
      return createTaskRun(deps, run, action.taskRun);
    case 'cancel': {
      const name = action.taskRun.metadata.name ?? '';
      const body = { spec: { status: 'TaskRunCancelled' } };
      try {
        taskRuns.record(await client.patch<TaskRun>(TASK_RUNS, { namespace, name }, body, { type: 'merge' }));
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error;
      }
      taskRunQueue.add(`${namespace}/${name}`);
      return undefined;
    }
    case 'retry': {
      const kind = { cache: taskRuns, resource: TASK_RUNS, events: deps.taskRunEvents };
      const written = await writeStatus(deps, kind, action.taskRun, action.status);
      if (written === 'stale') deps.runQueue.add(keyOf(run)); // decided on what is no more: anew
      taskRunQueue.add(`${namespace}/${action.taskRun.metadata.name ?? ''}`);
      return undefined;
    }
    case 'make-claim':
      await createClaim(deps, run);
      return undefined;
    case 'delete-claim':
      await client.delete(PERSISTENT_VOLUME_CLAIMS, { namespace, name: `${runName}-pvc` });
      return undefined;
  }
}

async function createTaskRun(deps: ReconcilerDeps, run: PipelineRun, taskRun: TaskRun): Promise<string | undefined> {
  const { namespace = '', name = '' } = taskRun.metadata;
  try {
    deps.taskRuns.record(await deps.client.create<TaskRun>(TASK_RUNS, { namespace }, taskRun));
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) {
      if (!hasReason(error, 'Invalid') && !hasReason(error, 'BadRequest')) throw error;
      return `the TaskRun "${name}" was refused: ${error.message}`;
    }
    const there = await live(deps, namespace, name);
    if (there && !isControlledBy(there, run.metadata.uid))
      return `the TaskRun "${name}" exists already and belongs to something else; delete it and run again`;
  }
  deps.taskRunQueue.add(`${namespace}/${name}`);
  return undefined;
}

async function createClaim({ client, artifactConfig }: ReconcilerDeps, run: PipelineRun): Promise<void> {
  const { claim: settings } = await artifactConfig.settings();
  const { namespace = '', name = '', uid = '' } = run.metadata;
  const owner = {
    apiVersion: run.apiVersion,
    kind: 'PipelineRun',
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const claim: KubeObject & { readonly spec: object } = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `${name}-pvc`, namespace, ownerReferences: [owner] },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: settings.size } },
      ...(settings.storageClassName !== undefined && { storageClassName: settings.storageClassName }),
    },
  };
  try {
    await client.create(PERSISTENT_VOLUME_CLAIMS, { namespace }, claim);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
}
