/**
 * Lists the steps that still run after their run was stopped, and when they are killed. Pure.
 *
 * A step that handles SIGTERM late or not at all delays the end of the command until its pod's grace period is over.
 */

import { TEKTON_LABELS } from '@pipewright/tekton';
import type { ObservedPod } from './observed.js';
import { taskTitle } from './task-title.js';

/** A running container of a TaskRun. */
export interface RunningContainer {
  /** The pipeline task, prefixed with its run if there are several; for a standalone TaskRun, its name. */
  readonly task: string;
  /** `step build`, `sidecar database`. */
  readonly container: string;
  /** When it is killed, in milliseconds since the Unix epoch; undefined if its pod is not being deleted. */
  readonly killedAt: number | undefined;
}

/** Maximum number of containers to list by name; the rest are counted. */
const MAX_LISTED = 4;

/** Returns the running steps and sidecars of TaskRun pods, in the order of the pods. */
export function runningContainers(pods: readonly ObservedPod[]): readonly RunningContainer[] {
  const runOf = ({ metadata: { labels = {} } }: ObservedPod): string | undefined =>
    labels[TEKTON_LABELS.pipelineRun] ?? labels[TEKTON_LABELS.taskRun];
  const hasSeveralRuns = new Set(pods.flatMap((pod) => runOf(pod) ?? [])).size > 1;
  return pods.flatMap((pod) => {
    const { labels = {}, deletionTimestamp } = pod.metadata;
    const own = labels[TEKTON_LABELS.pipelineTask] ?? labels[TEKTON_LABELS.taskRun];
    const run = runOf(pod);
    if (own === undefined || run === undefined) return [];
    const task = hasSeveralRuns ? taskTitle(run, own) : own;
    const killedAt = deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp);
    return (pod.status?.containerStatuses ?? [])
      .filter(({ state }) => state?.running !== undefined)
      .map(({ name }) => ({ task, container: name.replace(/^(step|sidecar)-/, '$1 '), killedAt }));
  });
}

/**
 * Returns a message with the containers that a stopped run waits for, and when they are killed; undefined if none is
 * running. `hint` explains how to kill them at once.
 */
export function waitingNotice(running: readonly RunningContainer[], now: number, hint: string): string | undefined {
  if (running.length === 0) return undefined;
  const listed = running.slice(0, MAX_LISTED).map(({ task, container }) => `${task} (${container})`);
  const more = running.length > MAX_LISTED ? [`${String(running.length - MAX_LISTED)} more`] : [];
  const ends = running.flatMap(({ killedAt }) => killedAt ?? []);
  const seconds = Math.max(0, Math.ceil((Math.max(...ends) - now) / 1000));
  const end = ends.length === 0 ? '' : `; killed within ${String(seconds)}s`;
  return `still running after SIGTERM: ${[...listed, ...more].join(', ')}${end}; ${hint}`;
}
