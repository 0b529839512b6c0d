/**
 * Tells receivers how a TaskRun ended, and writes down what became of it.
 *
 * A queue of its own, so that a receiver that takes its time holds up no run. What was sent is written at once; only a crash between
 * the two sends an event twice, and then it is the same one.
 */

import type { WorkDone } from '@pipewright/kube';
import type { CloudEventDelivery, TaskRun } from '@pipewright/tekton';
import { afterTry, awaitsDelivery, dueDeliveries, eventOf, toldBy, type Told } from '../cloud-events.js';
import { isDone } from '../condition.js';
import { ownerKey, recordStatus, TASK_RUNS, type World } from './world.js';

/** How often a write that met another one is tried again at once. */
const TRIES = 5;

/** One look at one TaskRun: sends what is due. */
export async function deliverCloudEvents(world: World, key: string): Promise<WorkDone> {
  const run = world.taskRuns.get(key);
  if (!run || !awaitsDelivery(run.status) || mayBeRetried(world, run)) return {};
  const now = world.clock.date();
  const { due } = dueDeliveries(run.status?.cloudEvents ?? [], now);
  const event = eventOf(run);
  const told = await Promise.all(
    due.map(
      async (index) => [index, await tell(world, run.status?.cloudEvents?.[index]?.target ?? '', event)] as const,
    ),
  );
  const deliveries = await record(world, key, run, new Map(told));
  return { again: dueDeliveries(deliveries, world.clock.date()).again };
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

/** @returns the deliveries as they are now */
async function record(
  world: World,
  key: string,
  run: TaskRun,
  told: ReadonlyMap<number, Told>,
): Promise<readonly CloudEventDelivery[]> {
  const kind = { shelf: world.taskRuns, of: TASK_RUNS, events: world.taskRunEvents };
  for (let tries = 0; tries < TRIES; tries++) {
    const latest = tries === 0 ? run : world.taskRuns.get(key);
    if (!latest || latest.metadata.uid !== run.metadata.uid) break;
    const cloudEvents = (latest.status?.cloudEvents ?? []).map((delivery, index) => {
      const outcome = told.get(index);
      return outcome ? afterTry(delivery, outcome, world.clock.date()) : delivery;
    });
    if (await recordStatus(world, kind, latest, { ...latest.status, cloudEvents })) {
      const owner = ownerKey(run, 'PipelineRun');
      if (owner !== undefined) world.runQueue.add(owner);
      return cloudEvents;
    }
  }
  return [];
}
