/**
 * Delivers the CloudEvents of TaskRuns that have ended, and writes to their status how each delivery went.
 *
 * A queue of its own, so that a slow receiver holds up no run; its schedule is that of the deliveries (`dueDeliveries`), whoever adds
 * a key and however often. An attempt is written at once and never repeated because the write failed: only a crash between
 * the two sends an event twice, and then it is the same one.
 */

import type { WorkDone } from '@pipewright/kube';
import type { TaskRun } from '@pipewright/tekton';
import { afterTry, awaitsDelivery, dueDeliveries, eventOf, toldBy, type Told } from '../../resources/cloud-events.js';
import { isDone } from '../../run/condition.js';
import { afterWrite, ownerKey, recordStatus, TASK_RUNS, type World } from '../reconciler-deps.js';

/** Attempts that the status does not show yet, by place in `cloudEvents`, with the time of each. */
interface Unrecorded {
  readonly uid: string | undefined;
  readonly attempts: ReadonlyMap<number, { readonly told: Told; readonly at: Date }>;
}

/** Attempts whose outcome could not be written yet, by key of the TaskRun. */
export type UnrecordedAttempts = Map<string, Unrecorded>;

/** Reconciles the deliveries of one TaskRun: sends what is due. */
export async function deliverCloudEvents(world: World, key: string): Promise<WorkDone> {
  const run = world.taskRuns.get(key);
  const unrecorded = world.unrecordedAttempts.get(key);
  if (unrecorded && unrecorded.uid === run?.metadata.uid) return record(world, key, unrecorded);
  world.unrecordedAttempts.delete(key);
  if (!run || !awaitsDelivery(run.status) || mayBeRetried(world, run)) return {};
  const { due, again } = dueDeliveries(run.status?.cloudEvents ?? [], world.clock.date());
  if (due.length === 0) return { again };
  const event = eventOf(run);
  const attempts = await Promise.all(
    due.map(async (index) => {
      const told = await tell(world, run.status?.cloudEvents?.[index]?.target ?? '', event);
      return [index, { told, at: world.clock.date() }] as const;
    }),
  );
  return record(world, key, { uid: run.metadata.uid, attempts: new Map(attempts) });
}

/** Its PipelineRun may be about to try it again, and until it has said so nobody is told of a failure that is none. */
function mayBeRetried({ runs }: World, run: TaskRun): boolean {
  const owner = ownerKey(run, 'PipelineRun');
  const pipelineRun = owner === undefined ? undefined : runs.get(owner);
  if (!pipelineRun || isDone(pipelineRun.status)) return false;
  const seen = pipelineRun.status?.taskRuns?.[run.metadata.name ?? '']?.status;
  const sameAttempt = (seen?.retriesStatus?.length ?? 0) === (run.status?.retriesStatus?.length ?? 0);
  return !sameAttempt || seen?.completionTime !== run.status?.completionTime;
}

async function tell(
  { sendEvent, log }: World,
  target: string,
  { headers, body }: ReturnType<typeof eventOf>,
): Promise<Told> {
  if (!URL.canParse(target)) return { is: 'failed', why: 'the targetURI is no url', again: false };
  try {
    return toldBy(await sendEvent(new Request(target, { method: 'POST', headers, body })));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.warn('a CloudEvent was not delivered', { host: new URL(target).host, error: why });
    return { is: 'failed', why, again: true };
  }
}

/** Writes how attempts went. Rejects when that is not possible now; they are remembered until it is. */
async function record(world: World, key: string, unrecorded: Unrecorded): Promise<WorkDone> {
  world.unrecordedAttempts.set(key, unrecorded);
  const run = world.taskRuns.get(key);
  if (run?.metadata.uid !== unrecorded.uid || !run) return { again: 0 }; // deleted meanwhile
  const cloudEvents = (run.status?.cloudEvents ?? []).map((delivery, index) => {
    const attempt = unrecorded.attempts.get(index);
    return attempt ? afterTry(delivery, attempt.told, attempt.at) : delivery;
  });
  const kind = { shelf: world.taskRuns, of: TASK_RUNS, events: world.taskRunEvents };
  const write = await recordStatus(world, kind, run, { ...run.status, cloudEvents });
  if (write !== 'stale') world.unrecordedAttempts.delete(key);
  if (write !== 'written') return afterWrite(write);
  const owner = ownerKey(run, 'PipelineRun');
  if (owner !== undefined) world.runQueue.add(owner);
  return { again: dueDeliveries(cloudEvents, world.clock.date()).again };
}
