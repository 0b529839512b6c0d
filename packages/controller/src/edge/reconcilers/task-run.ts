/**
 * Observes one TaskRun, has `planTaskRun` decide, and carries the decision out.
 *
 * No rule about runs is here. A pod is made before the status is written, because that is what the user waits for; all
 * other changes come after it, so that a crash leaves the reason behind rather than its effect.
 */

import { ApiError, keyOf, PODS, refusedAs, TerminalError, type WorkDone } from '@pipewright/kube';
import { readTaskRun, type TaskRun, type TaskRunStatus } from '@pipewright/tekton';
import { awaitsDelivery, undelivered } from '../../resources/cloud-events.js';
import { isDone, succeeded } from '../../run/condition.js';
import { labels } from '../../run/labels.js';
import type { Pod } from '../../pod/pod-types.js';
import { isAboutQuota, overQuota, pauseFor, quotaTries } from '../../taskrun/pod-creation-failure.js';
import { podNameOf } from '../../pod/pod.js';
import { attemptOf, planTaskRun, type TaskRunAction } from '../../taskrun/plan.js';
import { ofTask, type Start } from '../../taskrun/start.js';
import { statusWithPod, statusWithVerdict } from '../../taskrun/status.js';
import { startOf } from './start-inputs.js';
import {
  afterWrite,
  isOurs,
  recordMetadata,
  recordStatus,
  TASK_RUNS,
  tellRun,
  type StatusWrite,
  type World,
} from '../reconciler-deps.js';

/** One look at one TaskRun. */
export async function reconcileTaskRun(world: World, key: string): Promise<WorkDone> {
  const run = world.taskRuns.get(key);
  if (!run) {
    world.room.leave(key);
    world.createdPods.delete(key);
    return {};
  }
  const now = world.clock.date();
  const decision = planTaskRun({ run, ...(await podsOf(world, run)), now });
  let started: Started = { run, status: decision.status };
  for (const action of decision.actions)
    if (action.do === 'start') started = await start(world, run, action, started.status);
  const { status, wanted, again, unwritten } = started;
  if (unwritten) return afterWrite(unwritten);
  if (again === undefined) world.room.leave(key);
  const write = await record(world, started.run, status);
  if (write !== 'written') return afterWrite(write);
  world.createdPods.delete(key);
  for (const action of decision.actions) await apply(world, action);
  if (awaitsDelivery(status)) world.eventQueue.add(key);
  if (wanted) await recordMetadata(world, world.taskRuns, TASK_RUNS, key, wanted.inherits);
  const due = decision.againAt && !isDone(status) ? decision.againAt.getTime() - now.getTime() : undefined;
  return { again: again === undefined || (due !== undefined && due < again) ? due : again };
}

/** The attempt's pods. What the status remembers and the cache does not know is asked for: it may just be new. */
async function podsOf(world: World, run: TaskRun): Promise<{ readonly pod?: Pod; readonly replacement?: Pod }> {
  const { name = '', uid = '', namespace = '' } = run.metadata;
  const attempt = attemptOf(run.status);
  const look = async (podName: string): Promise<Pod | undefined> => {
    const cached = world.pods.get(`${namespace}/${podName}`);
    const pod =
      cached ??
      (run.status?.podName === podName && !isDone(run.status) ? await live(world, namespace, podName) : undefined);
    return pod && isOurs(pod, uid) ? pod : undefined;
  };
  const pod = await look(podNameOf({ name, uid }, attempt, false));
  const replacement = await look(podNameOf({ name, uid }, attempt, true));
  return { ...(pod && { pod }), ...(replacement && { replacement }) };
}

async function live(world: World, namespace: string, name: string): Promise<Pod | undefined> {
  const pod = await world.client.get<Pod>(PODS, { namespace, name });
  if (pod) world.pods.note(pod);
  return pod;
}

interface Started {
  /** The run as it is known by then, and its status as it should be. */
  readonly run: TaskRun;
  readonly status: TaskRunStatus;
  readonly wanted?: Start;
  readonly again?: number;
  /** What had to be written before the pod was made, and was not: it is not made. */
  readonly unwritten?: Exclude<StatusWrite, 'written'>;
}

async function start(
  world: World,
  seen: TaskRun,
  action: TaskRunAction & { readonly do: 'start' },
  before: TaskRunStatus,
): Promise<Started> {
  const wait = world.room.wait(keyOf(seen));
  if (wait > 0) return { run: seen, status: seen.status ?? before, again: wait };
  for (const image of action.shellLess) world.shellLess.add(image);
  const wanted = await startOf(world, seen, action);
  const now = world.clock.date();
  const noted = await noteReceivers(world, seen, before, wanted);
  if (noted.unwritten) return noted;
  const { run, status } = noted;
  if ('refused' in wanted) {
    const { reason, message } = wanted.refused;
    if (reason === 'CouldntGetTask') announceRefusal(world, run, message.slice(message.indexOf(': ') + 2));
    return { run, status: statusWithVerdict(status, { status: 'False', reason, message }, now), wanted };
  }
  const made = await makePod(world, run, wanted.pod);
  if (made.is !== 'made') announceRefusal(world, run, made.why);
  if (made.is === 'refused') {
    const { namespace = '' } = run.metadata;
    const message = `${ofTask(readTaskRun(run.spec), namespace)}: ${made.why}`;
    return { run, status: statusWithVerdict(status, { status: 'False', reason: 'CouldntGetTask', message }, now) };
  }
  if (made.is === 'no-quota') {
    const tries = quotaTries(run.status) + 1;
    const again = pauseFor(tries);
    world.room.await(keyOf(run), again);
    return { run, status: statusWithVerdict(status, overQuota(tries, made.why), now), again };
  }
  const pending = { status: 'Unknown', reason: 'Pending', message: 'Pending' } as const;
  return { run, status: statusWithPod(status, made.pod, pending, now), wanted };
}

/** Writes where the run's events will go, before there is a pod: afterwards nobody would ask who is to be told. */
async function noteReceivers(world: World, run: TaskRun, before: TaskRunStatus, { tells }: Start): Promise<Started> {
  if (!tells?.length || before.cloudEvents) return { run, status: before };
  const status = { ...before, cloudEvents: undelivered(tells) };
  const write = await record(world, run, status);
  if (write !== 'written') return { run, status, unwritten: write };
  return { run: world.taskRuns.get(keyOf(run)) ?? run, status };
}

function announceRefusal(world: World, run: TaskRun, why: string): void {
  const message = `Failed to create build pod ${JSON.stringify(run.metadata.name)}: ${why}`;
  world.taskRunEvents.record(run, { type: 'Warning', reason: 'BuildCreationFailed', message });
}

type Made =
  | { readonly is: 'made'; readonly pod: Pod }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'no-quota'; readonly why: string };

/**
 * Creates the pod, or finds the one that an earlier try created. A pod that was deleted before the status named it is not created
 * again, because its steps may have run.
 */
async function makePod(world: World, run: TaskRun, pod: Pod): Promise<Made> {
  const { namespace = '', name = '' } = pod.metadata;
  const before = world.createdPods.get(keyOf(run));
  if (before?.metadata.name === name) return { is: 'made', pod: before };
  try {
    return made(world, run, world.pods.note(await world.client.create<Pod>(PODS, { namespace }, pod)));
  } catch (error) {
    if (refusedAs(error, 'AlreadyExists')) {
      const there = await live(world, namespace, name);
      if (there && isOurs(there, run.metadata.uid)) return made(world, run, there);
      if (there) return { is: 'refused', why: `pod "${name}" exists already and belongs to something else; delete it` };
    }
    if (!(error instanceof ApiError)) throw error;
    if (isAboutQuota(error.message)) return { is: 'no-quota', why: error.message };
    if (/being terminated/.test(error.message)) throw new TerminalError(error.message);
    const ourFault = /cannot create resource/.test(error.message);
    if ((error.status === 403 && !ourFault) || error.status === 422 || error.status === 400)
      return { is: 'refused', why: error.message };
    throw error;
  }
}

function made(world: World, run: TaskRun, pod: Pod): Made {
  world.createdPods.set(keyOf(run), pod);
  return { is: 'made', pod };
}

const lacksRoom = (status: TaskRunStatus | undefined): boolean => succeeded(status)?.reason === 'ExceededNodeResources';

async function record(world: World, run: TaskRun, status: TaskRunStatus): Promise<StatusWrite> {
  const kind = { shelf: world.taskRuns, of: TASK_RUNS, events: world.taskRunEvents };
  const written = await recordStatus(world, kind, run, status);
  if (written === 'written' && lacksRoom(status) && !lacksRoom(run.status)) {
    const message = `Insufficient resources to schedule pod ${JSON.stringify(status.podName ?? '')}`;
    world.taskRunEvents.record(run, { type: 'Warning', reason: 'ExceededNodeResources', message });
  }
  if (run.status !== status) tellRun(world.runQueue, run, status);
  return written;
}

async function apply({ client, pods, images }: World, action: TaskRunAction): Promise<void> {
  if (action.do === 'start') return;
  const { namespace, name = '', uid } = action.pod.metadata;
  const at = { namespace, name };
  switch (action.do) {
    case 'delete':
      await client.delete(PODS, at, { uid });
      pods.forget(keyOf(action.pod));
      return;
    case 'announce': {
      const body = { metadata: { annotations: { [labels.ready]: 'READY' } } };
      pods.note(await client.patch<Pod>(PODS, at, body, { type: 'merge' }));
      return;
    }
    case 'stop-sidecars': {
      const path = (index: number): string => `/spec/containers/${String(index)}/image`;
      const stop = action.containers
        .filter((index) => action.pod.spec.containers[index]?.image !== images.nop)
        .map((index) => ({ op: 'replace', path: path(index), value: images.nop }));
      if (stop.length > 0) pods.note(await client.patch<Pod>(PODS, at, stop, { type: 'json' }));
    }
  }
}
