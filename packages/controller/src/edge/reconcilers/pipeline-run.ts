/**
 * Observes one PipelineRun, has `planPipelineRun` decide, and carries the decision out.
 *
 * No rule about runs is here. The first look at a run reads what it names live; later ones read the caches, and ask the
 * server once more before they take something for missing.
 */

import { keyOf, PERSISTENT_VOLUME_CLAIMS, refusedAs, type KubeObject, type WorkDone } from '@pipewright/kube';
import {
  toLabelValue,
  type Condition,
  type PipelineRun,
  type PipelineRunStatus,
  type TaskRun,
} from '@pipewright/tekton';
import { expectedTaskRuns, madeChildren, namedTasks, type NamedTask } from '../../pipelinerun/child-names.js';
import { hasDueDelivery } from '../../resources/cloud-events.js';
import { isDone } from '../../run/condition.js';
import { handedDown, labels } from '../../run/labels.js';
import { planPipelineRun, type PipelineRunAction } from '../../pipelinerun/plan.js';
import {
  handsOver,
  namesIn,
  pipelineIn,
  pipelineRunIn,
  taskIn,
  taskKey,
  type FoundCondition,
  type FoundPipeline,
  type PipelineFacts,
} from '../../pipelinerun/resolve.js';
import { allEnded } from '../../pipelinerun/status.js';
import { worthWriting } from '../../pipelinerun/significant-change.js';
import { statusWithVerdict } from '../../taskrun/status.js';
import {
  afterWrite,
  find,
  findAll,
  isOurs,
  PIPELINE_RUNS,
  recordMetadata,
  recordStatus,
  referenced,
  TASK_RUNS,
  type World,
} from '../reconciler-deps.js';

/** One look at one PipelineRun. */
export async function reconcilePipelineRun(world: World, key: string): Promise<WorkDone> {
  const run = world.runs.get(key);
  if (!run || isQuiet(run)) {
    world.pace.forget(key);
    return {};
  }
  const rest = world.pace.rest(key);
  if (rest > 0) return { again: rest };
  const now = world.clock.date();
  const facts = isDone(run.status) ? NOTHING : await gather(world, run);
  const tasks = isDone(run.status) ? [] : tasksOf(run, facts.pipeline);
  const taskRuns = await taskRunsOf(world, run, tasks);
  const decision = planPipelineRun({ run, ...facts, taskRuns, now });
  let status: PipelineRunStatus = decision.status;
  for (const action of decision.actions) {
    if (world.runs.get(key)?.spec.status !== run.spec.status) return { again: 0 }; // cancelled meanwhile
    const trouble = await apply(world, run, action);
    if (trouble !== undefined)
      status = statusWithVerdict(status, { status: 'False', reason: 'TaskRunCreationFailed', message: trouble }, now);
  }
  const wait = world.pace.wait(key, run, status, taskRuns.size);
  if (wait === 0 && worthWriting(run.status ?? {}, status)) {
    const kind = { shelf: world.runs, of: PIPELINE_RUNS, events: world.runEvents };
    const write = await recordStatus(world, kind, run, status);
    if (write !== 'written') return afterWrite(write);
    world.pace.wrote(key, world.runs.get(key) ?? run);
  }
  for (const [name, taskRun] of taskRuns)
    if (hasDueDelivery(taskRun.status, now)) world.eventQueue.add(`${run.metadata.namespace ?? ''}/${name}`);
  if (decision.pipelineName !== undefined) {
    const wanted = {
      labels: { ...facts.pipeline?.labels, [labels.pipeline]: toLabelValue(decision.pipelineName) },
      annotations: handedDown(facts.pipeline?.annotations),
    };
    await recordMetadata(world, world.runs, PIPELINE_RUNS, key, wanted);
  }
  world.pace.looked(key, taskRuns.size, decision.actions.length > 0);
  const due = decision.againAt && !isDone(status) ? decision.againAt.getTime() - now.getTime() : undefined;
  return { again: wait > 0 ? Math.min(wait, due ?? wait) : due };
}

const NOTHING: Omit<PipelineFacts, 'run'> = {
  pipeline: undefined,
  tasks: new Map(),
  resources: new Map(),
  conditions: new Map(),
};

/** A run that has ended, and all of whose tasks have: thousands of these may lie about, so they cost nothing. */
const isQuiet = ({ status }: PipelineRun): boolean => status !== undefined && isDone(status) && allEnded(status);

async function gather(world: World, run: PipelineRun): Promise<Omit<PipelineFacts, 'run'>> {
  const { namespace = '' } = run.metadata;
  const model = pipelineRunIn(run.spec);
  const options = { namespace, live: run.status?.startTime === undefined };
  const [found, resources] = await Promise.all([
    model.source?.kind === 'reference' ? find(world, world.pipelines, model.source.name, options) : undefined,
    findAll(world, world.resources, referenced(model.resources), options),
  ]);
  const pipeline: FoundPipeline | undefined = found && {
    spec: found.spec,
    labels: found.metadata.labels,
    annotations: found.metadata.annotations,
  };
  const wanted = model.source?.kind === 'embedded' ? model.source.pipeline : found && pipelineIn(found.spec);
  if (!wanted) return { ...NOTHING, pipeline, resources };
  const names = namesIn(wanted);
  const [tasks, clusterTasks, conditions] = await Promise.all([
    findAll(world, world.tasks, names.tasks, options),
    findAll(world, world.clusterTasks, names.clusterTasks, options),
    findAll(world, world.conditions, names.conditions, options),
  ]);
  const all = [...tasks.values(), ...clusterTasks.values()].map(
    (task) => [taskKey({ taskKind: task.kind, name: task.metadata.name ?? '' }), { spec: task.spec }] as const,
  );
  const bucket =
    (names.handsOver || all.some(([, { spec }]) => handsOver(taskIn(spec)))) &&
    (await world.artifacts.settings()).bucket !== undefined;
  return { pipeline, resources, conditions: new Map([...conditions].map(foundCondition)), tasks: new Map(all), bucket };
}

const foundCondition = ([name, { spec, metadata }]: readonly [string, Condition]): [string, FoundCondition] => [
  name,
  { spec, labels: metadata.labels, annotations: metadata.annotations },
];

function tasksOf(run: PipelineRun, pipeline: FoundPipeline | undefined): readonly NamedTask[] {
  const spec = run.spec.pipelineSpec ?? pipeline?.spec;
  return spec ? namedTasks(pipelineIn(spec)) : [];
}

/** The run's TaskRuns. One that the status remembers and the cache does not know is asked for: it may just be new. */
async function taskRunsOf(
  world: World,
  run: PipelineRun,
  tasks: readonly NamedTask[],
): Promise<ReadonlyMap<string, TaskRun>> {
  const { namespace = '', uid = '' } = run.metadata;
  const owned = world.taskRuns.ownedBy(uid);
  if (!isDone(run.status)) {
    for (const name of madeChildren(run.status)) {
      if (!owned.has(name) && !world.taskRuns.get(`${namespace}/${name}`)) await live(world, namespace, name);
    }
  }
  const expected = expectedTaskRuns(run, tasks);
  return new Map([...world.taskRuns.ownedBy(uid)].filter(([name]) => expected.has(name)));
}

async function live(world: World, namespace: string, name: string): Promise<TaskRun | undefined> {
  const taskRun = await world.client.get<TaskRun>(TASK_RUNS, { namespace, name });
  return taskRun && world.taskRuns.note(taskRun);
}

/** @returns why the run cannot go on, if it cannot */
async function apply(world: World, run: PipelineRun, action: PipelineRunAction): Promise<string | undefined> {
  const { client, taskRuns, taskRunQueue } = world;
  const { namespace = '', name: runName = '' } = run.metadata;
  switch (action.do) {
    case 'create':
      return create(world, run, action.taskRun);
    case 'cancel': {
      const name = action.taskRun.metadata.name ?? '';
      const body = { spec: { status: 'TaskRunCancelled' } };
      try {
        taskRuns.note(await client.patch<TaskRun>(TASK_RUNS, { namespace, name }, body, { type: 'merge' }));
      } catch (error) {
        if (!refusedAs(error, 'NotFound')) throw error;
      }
      taskRunQueue.add(`${namespace}/${name}`);
      return undefined;
    }
    case 'retry': {
      const kind = { shelf: taskRuns, of: TASK_RUNS, events: world.taskRunEvents };
      const written = await recordStatus(world, kind, action.taskRun, action.status);
      if (written === 'stale') world.runQueue.add(keyOf(run)); // decided on what is no more: anew
      taskRunQueue.add(`${namespace}/${action.taskRun.metadata.name ?? ''}`);
      return undefined;
    }
    case 'make-claim':
      await makeClaim(world, run);
      return undefined;
    case 'delete-claim':
      await client.delete(PERSISTENT_VOLUME_CLAIMS, { namespace, name: `${runName}-pvc` });
      return undefined;
  }
}

async function create(world: World, run: PipelineRun, taskRun: TaskRun): Promise<string | undefined> {
  const { namespace = '', name = '' } = taskRun.metadata;
  try {
    world.taskRuns.note(await world.client.create<TaskRun>(TASK_RUNS, { namespace }, taskRun));
  } catch (error) {
    if (!refusedAs(error, 'AlreadyExists')) {
      if (!refusedAs(error, 'Invalid') && !refusedAs(error, 'BadRequest')) throw error;
      return `the TaskRun "${name}" was refused: ${error.message}`;
    }
    const there = await live(world, namespace, name);
    if (there && !isOurs(there, run.metadata.uid))
      return `the TaskRun "${name}" exists already and belongs to something else; delete it and run again`;
  }
  world.taskRunQueue.add(`${namespace}/${name}`);
  return undefined;
}

async function makeClaim({ client, artifacts }: World, run: PipelineRun): Promise<void> {
  const { claim: settings } = await artifacts.settings();
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
    if (!refusedAs(error, 'AlreadyExists')) throw error;
  }
}
