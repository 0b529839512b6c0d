/**
 * Observes one PipelineRun, lets `planPipelineRun` decide, and carries the decision out.
 *
 * Contains no rule about runs. What the API server answers to the creation of TaskRuns is observed state that is planned again, before
 * the status is written.
 */

import { ApiError, hasReason, isControlledBy, keyOf, PERSISTENT_VOLUME_CLAIMS, type Result } from '@pipewright/kube';
import type { Clock } from '@pipewright/apimachinery';
import { evaluateCel } from '@pipewright/tekton/cel';
import {
  isDone,
  isExecuted,
  pipelineRunRulesOf,
  resourceOf,
  storedResource,
  TEKTON_LABELS,
  type PipelineRunObject,
  type TaskRunObject,
} from '@pipewright/tekton';
import { isFinalRejection, type ChildCreation } from '../../pipelinerun/child-creation.js';
import { expectedTaskRuns, type NamedTask } from '../../pipelinerun/child-names.js';
import type { ObservedPipelineRun } from '../../pipelinerun/observed.js';
import type { PipelineRunAction } from '../../pipelinerun/decision.js';
import { planPipelineRun, statusAfterCreations } from '../../pipelinerun/plan.js';
import type { PlannerCaches } from '../../pipelinerun/planner-caches.js';
import type { PipelineObject } from '../../pipelinerun/pipeline-inputs.js';
import { isSignificantChange, needsReconcile } from '../../pipelinerun/status.js';
import { artifactClaim, claimName } from '../../resources/artifact-claim.js';
import { hasDueDelivery } from '../../resources/cloud-events.js';
import type { Enqueue } from '../enqueue.js';
import type { MutationCache } from '../mutation-cache.js';
import type { RunRateLimiter } from '../rate-limits.js';
import { resultAfterWrite, type RunWriter } from '../run-writer.js';
import { refuseRun } from './unexecuted-run.js';
import { gatherPipelineInputs, NO_INPUTS, type PipelineRunInputsDeps } from './pipeline-run-inputs.js';

/** What PipelineRuns are reconciled with. */
export interface PipelineRunDeps extends PipelineRunInputsDeps {
  readonly clock: Clock;
  readonly pipelineRuns: MutationCache<PipelineRunObject>;
  readonly taskRuns: MutationCache<TaskRunObject>;
  readonly writer: RunWriter<PipelineRunObject>;
  readonly taskRunWriter: RunWriter<TaskRunObject>;
  readonly plannerCaches: PlannerCaches;
  readonly rateLimiter: RunRateLimiter;
  readonly enqueue: Enqueue;
}

/** Reconciles one PipelineRun. */
export async function reconcilePipelineRun(deps: PipelineRunDeps, key: string): Promise<Result> {
  const run = deps.pipelineRuns.get(key);
  if (run && !isExecuted(run.apiVersion)) return refuseRun(deps.writer, run, deps.clock.date());
  if (!run || !needsReconcile(run)) {
    deps.rateLimiter.forget(key);
    return {};
  }
  const delayMs = deps.rateLimiter.reconcileDelayMs(key);
  if (delayMs > 0) return { requeueAfterMs: delayMs };
  const observed = await observe(deps, run);
  const plan = planPipelineRun(observed, deps.plannerCaches);
  const creations = new Map<string, ChildCreation>();
  for (const actions of batches(plan.actions)) {
    if (deps.pipelineRuns.get(key)?.spec.status !== run.spec.status) return { requeueAfterMs: 0 }; // cancelled meanwhile
    await Promise.all(
      actions.map(async (action) => {
        if (action.kind !== 'create') return apply(deps, run, action);
        creations.set(action.taskRun.metadata.name ?? '', await createTaskRun(deps, run, action.taskRun));
      }),
    );
  }
  const { inherits, requeueAt } = plan;
  const { taskRuns, now } = observed;
  const status = statusAfterCreations(plan.status, creations, now);
  const writeDelayMs = deps.rateLimiter.writeDelayMs(key, run, status, taskRuns.size);
  if (writeDelayMs === 0 && isSignificantChange(run, status)) {
    const write = await deps.writer.writeStatus(run, status);
    if (write !== 'written') return resultAfterWrite(write);
    deps.rateLimiter.statusWritten(key, deps.pipelineRuns.get(key) ?? run);
  }
  for (const [name, taskRun] of taskRuns)
    if (hasDueDelivery(taskRun.status, now)) deps.enqueue('CloudEvent', `${run.metadata.namespace ?? ''}/${name}`);
  if (inherits) await deps.writer.writeMetadata(key, inherits);
  deps.rateLimiter.reconciled(key, taskRuns.size, plan.actions.length > 0);
  const dueMs = requeueAt && !isDone(status) ? requeueAt.getTime() - now.getTime() : undefined;
  return { requeueAfterMs: writeDelayMs > 0 ? Math.min(writeDelayMs, dueMs ?? writeDelayMs) : dueMs };
}

/** TaskRuns that are created at the same time. */
const CREATIONS_AT_ONCE = 20;

/** Returns actions that may be carried out at the same time: TaskRuns in groups, and each other action alone. */
function batches(actions: readonly PipelineRunAction[]): readonly (readonly PipelineRunAction[])[] {
  const groups: PipelineRunAction[][] = [];
  for (const action of actions) {
    const last = groups.at(-1);
    if (action.kind === 'create' && last?.[0]?.kind === 'create' && last.length < CREATIONS_AT_ONCE) last.push(action);
    else groups.push([action]);
  }
  return groups;
}

async function observe(deps: PipelineRunDeps, run: PipelineRunObject): Promise<ObservedPipelineRun> {
  const now = deps.clock.date();
  if (isDone(run.status)) return { run, ...NO_INPUTS, taskRuns: await taskRunsOf(deps, run, []), now };
  const inputs = await gatherPipelineInputs(deps, run, deps.plannerCaches.resolution);
  const taskRuns = await taskRunsOf(deps, run, tasksOf(deps.plannerCaches, run, inputs.pipeline));
  return { run, ...inputs, taskRuns, evaluateCel, now };
}

function tasksOf(
  caches: PlannerCaches,
  run: PipelineRunObject,
  pipeline: PipelineObject | undefined,
): readonly NamedTask[] {
  const { pipelineSpec: spec } = run.spec;
  const found = spec ? { apiVersion: run.apiVersion, spec } : pipeline;
  return found ? caches.names.namedTasks(caches.resolution.pipelineModel(found)) : [];
}

/** The run's TaskRuns. One that the status records and the cache lacks is read from the API server: the cache may lag behind. */
async function taskRunsOf(
  deps: PipelineRunDeps,
  run: PipelineRunObject,
  tasks: readonly NamedTask[],
): Promise<ReadonlyMap<string, TaskRunObject>> {
  const { namespace = '', uid = '' } = run.metadata;
  const { names } = deps.plannerCaches;
  const owned = deps.taskRuns.ownedBy(uid);
  if (!isDone(run.status)) {
    for (const name of names.memory(run).created) {
      if (!owned.has(name) && !deps.taskRuns.get(`${namespace}/${name}`)) await getTaskRun(deps, namespace, name);
    }
  }
  const expected = expectedTaskRuns(run, tasks, names);
  const { isChild } = pipelineRunRulesOf(run).children;
  return new Map(
    [...deps.taskRuns.ownedBy(uid)].filter(
      ([name, { metadata }]) => expected.has(name) || isChild(metadata.labels ?? {}),
    ),
  );
}

async function getTaskRun(deps: PipelineRunDeps, namespace: string, name: string): Promise<TaskRunObject | undefined> {
  const taskRun = await deps.client.get<TaskRunObject>(storedResource('TaskRun'), { namespace, name });
  return taskRun && deps.taskRuns.record(taskRun);
}

/** Creates a TaskRun, or finds the one that an earlier request created. */
async function createTaskRun(
  deps: PipelineRunDeps,
  run: PipelineRunObject,
  taskRun: TaskRunObject,
): Promise<ChildCreation> {
  const { namespace = '', name = '' } = taskRun.metadata;
  try {
    deps.taskRuns.record(await deps.client.create<TaskRunObject>(resourceOf(taskRun), { namespace }, taskRun));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.reason !== 'AlreadyExists') {
      if (!isFinalRejection(error)) throw error;
      return { kind: 'rejected', message: error.message };
    }
    const existing = await getTaskRun(deps, namespace, name);
    if (existing && !isSameChild(existing, taskRun, run)) return { kind: 'name-taken' };
  }
  deps.enqueue('TaskRun', `${namespace}/${name}`);
  return { kind: 'created' };
}

/** Two tasks of one run can compute the same name: `m-0` is that of a task, and of the first combination of the task `m`. */
const isSameChild = (existing: TaskRunObject, wanted: TaskRunObject, run: PipelineRunObject): boolean =>
  isControlledBy(existing, run.metadata.uid) &&
  existing.metadata.labels?.[TEKTON_LABELS.pipelineTask] === wanted.metadata.labels?.[TEKTON_LABELS.pipelineTask];

async function apply(
  deps: PipelineRunDeps,
  run: PipelineRunObject,
  action: Exclude<PipelineRunAction, { readonly kind: 'create' }>,
): Promise<void> {
  const { client, taskRuns } = deps;
  const { namespace = '', name: runName = '' } = run.metadata;
  switch (action.kind) {
    case 'cancel': {
      const name = action.taskRun.metadata.name ?? '';
      const body = { spec: action.fields };
      try {
        taskRuns.record(
          await client.patch<TaskRunObject>(resourceOf(action.taskRun), { namespace, name }, body, { type: 'merge' }),
        );
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error;
      }
      deps.enqueue('TaskRun', `${namespace}/${name}`);
      return;
    }
    case 'retry': {
      const write = await deps.taskRunWriter.writeStatus(action.taskRun, action.status);
      if (write === 'stale') deps.enqueue('PipelineRun', keyOf(run)); // the decision is outdated
      deps.enqueue('TaskRun', `${namespace}/${action.taskRun.metadata.name ?? ''}`);
      return;
    }
    case 'make-claim':
      return createClaim(deps, run);
    case 'make-workspace-claim':
      return createOnce(deps, run, action.claim);
    case 'delete-claim':
      return client.delete(PERSISTENT_VOLUME_CLAIMS, { namespace, name: claimName(runName) });
  }
}

async function createClaim(deps: PipelineRunDeps, run: PipelineRunObject): Promise<void> {
  await createOnce(deps, run, artifactClaim(run, await deps.artifactConfig.settings()));
}

/** Creates a claim unless an earlier request has. */
async function createOnce({ client }: PipelineRunDeps, run: PipelineRunObject, claim: object): Promise<void> {
  try {
    await client.create(PERSISTENT_VOLUME_CLAIMS, { namespace: run.metadata.namespace }, claim);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
}
