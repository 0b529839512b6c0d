/**
 * Observes one TaskRun, lets `planTaskRun` and `planAttempt` decide, and carries the decision out.
 *
 * Contains no rule about runs. A pod is created before the status is written, because users wait for the pod; all other changes follow
 * the status, so that a crash leaves the reason without its effect and not the reverse.
 */

import { isControlledBy, keyOf, PODS, type Result } from '@pipewright/kube';
import { awaitsDelivery, isDone, isExecuted, READY_ANNOTATION, type TaskRunObject } from '@pipewright/tekton';
import { podNameOf } from '../../pod/pod.js';
import type { Pod } from '../../pod/pod-types.js';
import type { AttemptDecision } from '../../taskrun/attempt.js';
import { attemptOf, planTaskRun, type TaskRunAction } from '../../taskrun/plan.js';
import { enqueueOwner } from '../enqueue.js';
import { resultAfterWrite } from '../run-writer.js';
import { refuseRun } from './unexecuted-run.js';
import { startAttempt, type StartAttemptDeps } from './start-attempt.js';

/** What TaskRuns are reconciled with. */
export type TaskRunDeps = StartAttemptDeps;

/** Reconciles one TaskRun. */
export async function reconcileTaskRun(deps: TaskRunDeps, key: string): Promise<Result> {
  const run = deps.taskRuns.get(key);
  if (!run) {
    deps.quotaWaitQueue.remove(key);
    deps.unnamedPods.delete(key);
    return {};
  }
  if (!isExecuted(run.apiVersion, 'TaskRun')) return refuseRun(deps.writer, run, deps.clock.date());
  const now = deps.clock.date();
  const plan = planTaskRun({ run, ...(await podsOf(deps, run)), now });
  const start = plan.actions.find((action) => action.kind === 'start');
  const result = start
    ? await startAttempt(deps, { run, status: plan.status, now }, start)
    : { kind: 'decided' as const, run, decision: unchanged(plan.status) };
  if (result.kind === 'not-written') return resultAfterWrite(result.write);
  const { decision, run: current } = result;
  const { status, quotaWait } = decision;
  if (!quotaWait) deps.quotaWaitQueue.remove(key);
  else if (quotaWait.isNew) deps.quotaWaitQueue.enqueue(key, quotaWait.delayMs);
  deps.writer.recordEvents(current, decision.events);
  const write = await deps.writer.writeStatus(current, status);
  if (current.status !== status) enqueueOwner(deps.enqueue, current, status);
  if (write !== 'written') return resultAfterWrite(write);
  deps.unnamedPods.delete(key);
  for (const action of plan.actions) await apply(deps, action);
  if (awaitsDelivery(status)) deps.enqueue('CloudEvent', key);
  if (decision.inherits) await deps.writer.writeMetadata(key, decision.inherits);
  const dueMs = plan.requeueAt && !isDone(status) ? plan.requeueAt.getTime() - now.getTime() : undefined;
  return { requeueAfterMs: earliest(dueMs, quotaWait?.delayMs) };
}

const unchanged = (status: AttemptDecision['status']): AttemptDecision => ({ kind: 'decided', status, events: [] });

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

/** The attempt's pods. A pod that the status names and the cache lacks is read from the API server: the cache may lag behind. */
async function podsOf(
  { client, pods }: TaskRunDeps,
  run: TaskRunObject,
): Promise<{ readonly pod?: Pod; readonly replacement?: Pod }> {
  const { name = '', uid = '', namespace = '' } = run.metadata;
  const attempt = attemptOf(run);
  const owner = { name, uid, apiVersion: run.apiVersion };
  const find = async (podName: string): Promise<Pod | undefined> => {
    let pod = pods.get(`${namespace}/${podName}`);
    if (!pod && run.status?.podName === podName && !isDone(run.status)) {
      pod = await client.get<Pod>(PODS, { namespace, name: podName });
      if (pod) pods.record(pod);
    }
    return pod && isControlledBy(pod, uid) ? pod : undefined;
  };
  const pod = await find(podNameOf(owner, attempt, false));
  const replacement = await find(podNameOf(owner, attempt, true));
  return { ...(pod && { pod }), ...(replacement && { replacement }) };
}

async function apply({ client, pods, images }: TaskRunDeps, action: TaskRunAction): Promise<void> {
  if (action.kind === 'start') return;
  const { namespace, name = '', uid } = action.pod.metadata;
  const key = { namespace, name };
  switch (action.kind) {
    case 'delete':
      await client.delete(PODS, key, { uid });
      pods.forget(keyOf(action.pod));
      return;
    case 'announce': {
      const body = { metadata: { annotations: { [READY_ANNOTATION]: 'READY' } } };
      pods.record(await client.patch<Pod>(PODS, key, body, { type: 'merge' }));
      return;
    }
    case 'stop-sidecars': {
      const path = (index: number): string => `/spec/containers/${String(index)}/image`;
      const stop = action.containers
        .filter((index) => action.pod.spec.containers[index]?.image !== images.nop)
        .map((index) => ({ op: 'replace', path: path(index), value: images.nop }));
      if (stop.length > 0) pods.record(await client.patch<Pod>(PODS, key, stop, { type: 'json' }));
    }
  }
}
