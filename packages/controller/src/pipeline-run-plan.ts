/**
 * Decides what to do about one PipelineRun.
 *
 *     reconcile:  observe ──▶  plan  ──▶ apply
 *                   I/O        pure       I/O
 *
 * `planPipelineRun` reads no clock, calls no API and remembers nothing. It is never told which event woke it, so a lost or
 * repeated event cannot mislead it. Rules are Tekton v0.9.2's: a task starts when all that it waits for have succeeded; one
 * failure ends the run, running tasks go on, nothing new starts; a retry is the same TaskRun with a new pod.
 */

import {
  DEFAULT_TIMEOUT,
  formatDuration,
  ready,
  readPipelineRun,
  taskRunNames,
  type PipelineRun,
  type PipelineRunStatus,
  type PipelineRunTaskRunStatus,
  type Refusal,
  type TaskRun,
  type TaskRunStatus,
} from '@pipewright/tekton';
import {
  conditionsOf,
  deadlineOf,
  hasFailed,
  hasSucceeded,
  isDone,
  succeeded,
  timestamp,
  type Verdict,
} from './condition.js';
import { resolvePipelineRun, type PipelineFacts, type ResolvedRun } from './pipeline-run-resolve.js';
import { taskRunFor } from './pipeline-task-run.js';
import { paramsWithResults } from './task-results.js';

/** All that a decision may depend on. */
export interface ObservedPipelineRun extends PipelineFacts {
  /** The run's TaskRuns that are there and ours, by name. */
  readonly taskRuns: ReadonlyMap<string, TaskRun>;
  readonly now: Date;
}

/** One change to the cluster. Doing it twice is the same as doing it once. */
export type PipelineRunAction =
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

  const model = readPipelineRun(run.spec);
  const name = run.metadata.name ?? '';
  if (model.cancelRequested) return stop(seen, 'PipelineRunCancelled', `PipelineRun "${name}" was cancelled`);
  const timeout = model.timeout ?? DEFAULT_TIMEOUT;
  const deadline = deadlineOf(status.startTime, timeout);
  const resolved = resolvePipelineRun(seen);
  if ('refused' in resolved) return { status: statusOf(seen, { status: 'False', ...resolved.refused }), actions: [] };
  if (deadline && now >= deadline && !allSucceeded(resolved, seen))
    return stop(
      seen,
      'PipelineRunTimeout',
      `PipelineRun "${name}" failed to finish within "${formatDuration(timeout)}"`,
    );

  const decision = planTasks(seen, resolved);
  const again = deadlineOf(status.startTime ?? timestamp(now), timeout);
  return { ...decision, pipelineName: resolved.pipelineName, ...(again && { againAt: again }) };
}

type State = 'absent' | 'gone' | 'running' | 'retry' | 'succeeded' | 'failed';

interface Standing {
  readonly task: string;
  readonly name: string;
  readonly taskRun?: TaskRun;
  readonly state: State;
}

/** How each task of the pipeline stands, in declared order. */
function standings({ pipeline }: Pick<ResolvedRun, 'pipeline'>, seen: ObservedPipelineRun): readonly Standing[] {
  const names = namesOf(
    pipeline.tasks.map(({ name }) => name),
    seen.run,
  );
  return pipeline.tasks.map(({ name: task, retries }) => {
    const name = names.get(task) ?? '';
    const taskRun = seen.taskRuns.get(name);
    const known = seen.run.status?.taskRuns?.[name] !== undefined;
    if (!taskRun) return { task, name, state: known ? 'gone' : 'absent' };
    return { task, name, taskRun, state: stateOf(taskRun, retries) };
  });
}

function stateOf({ status }: TaskRun, retries: number): State {
  if (hasSucceeded(status)) return 'succeeded';
  if (!hasFailed(status)) return 'running';
  const cancelled = succeeded(status)?.reason === 'TaskRunCancelled';
  return !cancelled && (status?.retriesStatus?.length ?? 0) < retries ? 'retry' : 'failed';
}

/** The names that the status remembers, else computed ones. */
function namesOf(tasks: readonly string[], { metadata, status }: PipelineRun): ReadonlyMap<string, string> {
  const computed = taskRunNames({ name: metadata.name ?? '', uid: metadata.uid ?? '' }, tasks);
  const remembered = Object.entries(status?.taskRuns ?? {}).map(
    ([name, { pipelineTaskName }]) => [pipelineTaskName, name] as const,
  );
  return new Map([...computed, ...remembered]);
}

const allSucceeded = (resolved: ResolvedRun, seen: ObservedPipelineRun): boolean =>
  standings(resolved, seen).every(({ state }) => state === 'succeeded');

function planTasks(seen: ObservedPipelineRun, resolved: ResolvedRun): PipelineRunDecision {
  const all = standings(resolved, seen);
  const where = (...states: readonly State[]): readonly Standing[] => all.filter(({ state }) => states.includes(state));
  const claim = resolved.handsOver;
  const [failure] = where('failed', 'gone');
  if (failure) {
    const what = failure.state === 'gone' ? 'was deleted before it had finished' : 'has failed';
    const verdict: Verdict = { status: 'False', reason: 'Failed', message: `TaskRun ${failure.name} ${what}` };
    return { status: statusOf(seen, verdict), actions: claim ? [{ do: 'delete-claim' }] : [] };
  }
  const done = new Set(where('succeeded').map(({ task }) => task));
  if (done.size === all.length) {
    const verdict: Verdict = { status: 'True', reason: 'Succeeded', message: 'All Tasks have completed executing' };
    return { status: statusOf(seen, verdict), actions: claim ? [{ do: 'delete-claim' }] : [] };
  }
  const started = new Set(all.filter(({ state }) => state !== 'absent').map(({ task }) => task));
  const next = new Set(ready(resolved.waits, started, done));
  const creations = create(seen, resolved, all, next);
  if ('refused' in creations) {
    const verdict: Verdict = { status: 'False', ...creations.refused };
    return { status: statusOf(seen, verdict), actions: claim ? [{ do: 'delete-claim' }] : [] };
  }
  const retries = where('retry').flatMap(({ taskRun }) => (taskRun ? [retry(taskRun, seen.now)] : []));
  const first = started.size === 0 && claim ? [{ do: 'make-claim' } as const] : [];
  const running: Verdict = {
    status: 'Unknown',
    reason: 'Running',
    message: 'Not all Tasks in the Pipeline have finished executing',
  };
  return { status: statusOf(seen, running, creations), actions: [...first, ...creations, ...retries] };
}

type Creation = PipelineRunAction & { readonly do: 'create' };

/** The TaskRuns of the tasks whose turn it is, or why there is one that cannot be made. */
function create(
  seen: ObservedPipelineRun,
  resolved: ResolvedRun,
  all: readonly Standing[],
  next: ReadonlySet<string>,
): readonly Creation[] | { readonly refused: Refusal } {
  const standing = new Map(all.map((one) => [one.task, one]));
  const creations: Creation[] = [];
  for (const found of resolved.tasks) {
    const task = found.task.name;
    if (!next.has(task)) continue;
    const given = paramsWithResults(found, resolved, (name) => standing.get(name)?.taskRun?.status?.taskResults ?? []);
    if ('refused' in given) return given;
    const taskRun = taskRunFor(seen.run, resolved, { ...found, ...given }, standing.get(task)?.name ?? '');
    creations.push({ do: 'create', task, taskRun });
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
    status: { ...status, ...taskRunsOf(seen, []) },
    actions: forced ? cancellations(seen) : [],
  };
}

function statusOf(
  seen: ObservedPipelineRun,
  verdict: Verdict,
  creations: readonly { readonly task: string; readonly taskRun: TaskRun }[] = [],
): PipelineRunStatus {
  const before = seen.run.status ?? {};
  return {
    ...before,
    conditions: conditionsOf(before, verdict, seen.now),
    startTime: before.startTime ?? timestamp(seen.now),
    ...(verdict.status !== 'Unknown' && { completionTime: timestamp(seen.now) }),
    ...taskRunsOf(seen, creations),
  };
}

/** `taskRuns` of the status: what is remembered, with what is seen now. */
function taskRunsOf(
  { run, taskRuns }: ObservedPipelineRun,
  creations: readonly { readonly task: string; readonly taskRun: TaskRun }[],
): Pick<PipelineRunStatus, 'taskRuns'> {
  const entries: Record<string, PipelineRunTaskRunStatus> = { ...run.status?.taskRuns };
  for (const { task, taskRun } of creations) entries[taskRun.metadata.name ?? ''] ??= { pipelineTaskName: task };
  for (const [name, taskRun] of taskRuns) {
    const task = entries[name]?.pipelineTaskName ?? taskRun.metadata.labels?.['tekton.dev/pipelineTask'];
    if (task !== undefined)
      entries[name] = { ...entries[name], pipelineTaskName: task, ...(taskRun.status && { status: taskRun.status }) };
  }
  return Object.keys(entries).length === 0 ? {} : { taskRuns: entries };
}

/** Names of the TaskRuns that a run has or may have, so that the edge can look them up. */
export function expectedTaskRuns(run: PipelineRun, tasks: readonly string[]): readonly string[] {
  return [...new Set([...namesOf(tasks, run).values(), ...Object.keys(run.status?.taskRuns ?? {})])];
}
