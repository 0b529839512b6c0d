/**
 * Decides what to do about one PipelineRun.
 *
 *     reconcile:  observe ──▶  plan  ──▶ apply
 *                   I/O        pure       I/O
 *
 * `planPipelineRun` reads no clock, calls no API and remembers nothing. It is never told which event woke it, so a lost or
 * repeated event cannot mislead it. Rules are Tekton v0.9.2's: a task starts when all that it waits for have succeeded and
 * then all of its conditions have held; one failure ends the run, running tasks go on, nothing new starts; a retry is the same
 * TaskRun with a new pod, and its conditions are not asked again.
 */

import {
  DEFAULT_TIMEOUT_MS,
  formatDuration,
  readyTasks,
  type PipelineRunStatus,
  type RunFailure,
  type TaskRun,
  type TaskRunStatus,
} from '@pipewright/tekton';
import { conditionsOf, deadlineOf, isDone, succeeded, timestamp, type Verdict } from '../run/condition.js';
import { HANDOVER_DIR } from '../resources/artifact-handover.js';
import {
  pipelineRunIn,
  resolvePipelineRun,
  type PipelineFacts,
  type ResolvedRun,
  type ResolvedTask,
} from './resolve.js';
import { statusOf, taskRunsOf } from './status.js';
import { checkRunFor, taskRunFor } from './child-task-run.js';
import { withResults, type ResultsOf } from './task-results.js';
import { isOver, skippedTasks, standings, type Standing, type State } from './task-state.js';

/** All that a decision may depend on. */
export interface ObservedPipelineRun extends PipelineFacts {
  /** The run's TaskRuns that are there and ours, by name. */
  readonly taskRuns: ReadonlyMap<string, TaskRun>;
  readonly now: Date;
}

/** One change to the cluster. Doing it twice is the same as doing it once. */
export type PipelineRunAction =
  /** The TaskRun of a task, or of one of its checks. */
  | { readonly do: 'create'; readonly task: string; readonly taskRun: TaskRun }
  | { readonly do: 'cancel'; readonly taskRun: TaskRun }
  /** Write this status: the TaskRun begins its next attempt. */
  | { readonly do: 'retry'; readonly taskRun: TaskRun; readonly status: TaskRunStatus }
  /** The volume on which tasks hand over files, named after the run. */
  | { readonly do: 'make-claim' }
  | { readonly do: 'delete-claim' };

/** What is to be. */
export interface PipelineRunDecision {
  /** The status as it should be; equal to the observed one when nothing is to be written. */
  readonly status: PipelineRunStatus;
  readonly actions: readonly PipelineRunAction[];
  /** When to decide again if nothing changes first. Absent: only a change can matter. */
  readonly againAt?: Date;
  /** The Pipeline's name, once it is known: the run is labelled with it. */
  readonly pipelineName?: string;
}

/** The rules, first match wins. */
export function planPipelineRun(seen: ObservedPipelineRun): PipelineRunDecision {
  const { run, now } = seen;
  const status = run.status ?? {};
  if (run.metadata.deletionTimestamp !== undefined) return { status, actions: [] };
  if (isDone(status)) return afterwards(seen, status);

  const model = pipelineRunIn(run.spec);
  const name = run.metadata.name ?? '';
  const timeout = model.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = deadlineOf(status.startTime, timeout);
  const resolved = resolvePipelineRun(seen);
  const begun = seen.taskRuns.size > 0;
  if (model.isCancelRequested && (begun || !('refused' in resolved)))
    return stop(seen, 'PipelineRunCancelled', `PipelineRun "${name}" was cancelled`);
  if ('refused' in resolved) {
    const { refused, ...known } = resolved;
    const actions = begun ? [{ do: 'delete-claim' } as const] : [];
    return { status: statusOf(seen, { status: 'False', ...refused }), actions, ...known };
  }
  const all = standings(resolved, seen);
  const skipped = skippedTasks(all, resolved.waits);
  if (deadline && now >= deadline && !isOver(all, skipped))
    return stop(
      seen,
      'PipelineRunTimeout',
      `PipelineRun "${name}" failed to finish within "${formatDuration(timeout)}"`,
    );

  const decision = planTasks(seen, resolved, all, skipped);
  const again = deadlineOf(status.startTime ?? timestamp(now), timeout);
  return { ...decision, pipelineName: resolved.pipelineName, ...(again && { againAt: again }) };
}

function planTasks(
  seen: ObservedPipelineRun,
  resolved: ResolvedRun,
  all: readonly Standing[],
  skipped: ReadonlySet<string>,
): PipelineRunDecision {
  const where = (...states: readonly State[]): readonly Standing[] => all.filter(({ state }) => states.includes(state));
  const claim = resolved.handover === HANDOVER_DIR;
  const end = (verdict: Verdict): PipelineRunDecision => ({
    status: statusOf(seen, verdict, { standings: all }),
    actions: claim ? [{ do: 'delete-claim' }] : [],
  });
  const [failure] = where('failed', 'gone');
  if (failure) return end({ status: 'False', reason: 'Failed', message: `TaskRun ${whatFailed(failure)}` });
  if (isOver(all, skipped))
    return end({ status: 'True', reason: 'Succeeded', message: 'All Tasks have completed executing' });
  const done = new Set(where('succeeded').map(({ task }) => task));
  const idle = new Set(where('absent', 'cleared').map(({ task }) => task));
  const started = new Set(all.filter(({ task }) => !idle.has(task)).map(({ task }) => task));
  const next = new Set(readyTasks(resolved.waits, started, done));
  const creations = create(seen, resolved, all, next);
  if ('refused' in creations) return end({ status: 'False', ...creations.refused });
  const retries = where('retry').flatMap(({ taskRun }) => (taskRun ? [retry(taskRun, seen.now)] : []));
  const untouched = all.every(({ state, checks }) => state === 'absent' && checks.every((it) => it.state === 'absent'));
  const first = untouched && claim ? [{ do: 'make-claim' } as const] : [];
  const running: Verdict = {
    status: 'Unknown',
    reason: 'Running',
    message: 'Not all Tasks in the Pipeline have finished executing',
  };
  const making = new Map(creations.map(({ task, taskRun }) => [taskRun.metadata.name ?? '', task]));
  const status = statusOf(seen, running, { standings: all, making });
  return { status, actions: [...first, ...creations, ...retries] };
}

function whatFailed({ name, state, checks }: Standing): string {
  if (state !== 'gone') return `${name} has failed`;
  const check = checks.find((it) => it.state === 'gone');
  return `${check?.name ?? name} was deleted before it had finished`;
}

type Creation = PipelineRunAction & { readonly do: 'create' };

/** The TaskRuns of the tasks whose turn it is, or of their checks; or why there is one that cannot be made. */
function create(
  seen: ObservedPipelineRun,
  resolved: ResolvedRun,
  all: readonly Standing[],
  next: ReadonlySet<string>,
): readonly Creation[] | { readonly refused: RunFailure } {
  const standing = new Map(all.map((one) => [one.task, one]));
  const resultsOf: ResultsOf = (task) => standing.get(task)?.taskRun?.status?.taskResults ?? [];
  const creations: Creation[] = [];
  for (const found of resolved.tasks) {
    const task = found.task.name;
    const stands = standing.get(task);
    if (!stands || !next.has(task)) continue;
    const made =
      stands.state === 'cleared' || stands.checks.length === 0
        ? []
        : checksOf(seen, resolved, found, stands, resultsOf);
    if ('refused' in made) return made;
    creations.push(...made);
    if (made.length > 0) continue;
    const given = withResults(
      `task "${task}"`,
      { written: found.task.params, params: found.params },
      resolved,
      resultsOf,
    );
    if ('refused' in given) return given;
    creations.push({
      do: 'create',
      task,
      taskRun: taskRunFor(seen.run, resolved, { ...found, ...given }, stands.name),
    });
  }
  return creations;
}

/** The checks of a task that are not there yet. */
function checksOf(
  { run }: ObservedPipelineRun,
  resolved: ResolvedRun,
  { task, checks }: ResolvedTask,
  stands: Standing,
  resultsOf: ResultsOf,
): readonly Creation[] | { readonly refused: RunFailure } {
  const creations: Creation[] = [];
  for (const [index, check] of checks.entries()) {
    const { name, state } = stands.checks[index] ?? {};
    if (name === undefined || state !== 'absent') continue;
    const { condition, params: written } = check.use;
    const who = `the condition "${condition}" of task "${task.name}"`;
    const given = withResults(who, { written, params: check.params }, resolved, resultsOf);
    if ('refused' in given) return given;
    creations.push({
      do: 'create',
      task: task.name,
      taskRun: checkRunFor(run, resolved, task, { ...check, ...given }, name),
    });
  }
  return creations;
}

/** The next attempt: what was goes into `retriesStatus`, and the TaskRun is as if it had never started. */
function retry(taskRun: TaskRun, now: Date): PipelineRunAction {
  const { retriesStatus = [], ...attempt } = taskRun.status ?? {};
  const fresh: TaskRunStatus = {
    conditions: conditionsOf(undefined, { status: 'Unknown', reason: 'Pending', message: 'Pending' }, now),
    retriesStatus: [...retriesStatus, attempt],
  };
  return { do: 'retry', taskRun, status: fresh };
}

/** Ends the run by force: what runs is cancelled. */
function stop(seen: ObservedPipelineRun, reason: string, message: string): PipelineRunDecision {
  return {
    status: statusOf(seen, { status: 'False', reason, message }),
    actions: [...cancellations(seen), { do: 'delete-claim' }],
  };
}

const cancellations = ({ taskRuns }: ObservedPipelineRun): readonly PipelineRunAction[] =>
  [...taskRuns.values()]
    .filter((taskRun) => !isDone(taskRun.status) && taskRun.spec.status !== 'TaskRunCancelled')
    .map((taskRun) => ({ do: 'cancel', taskRun }));

const FORCED: ReadonlySet<string> = new Set(['PipelineRunCancelled', 'PipelineRunTimeout']);

/** A run that has ended still shows how its last tasks end. */
function afterwards(seen: ObservedPipelineRun, status: PipelineRunStatus): PipelineRunDecision {
  const forced = FORCED.has(succeeded(status)?.reason ?? '');
  return {
    status: { ...status, ...taskRunsOf(seen) },
    actions: forced ? cancellations(seen) : [],
  };
}
