/**
 * Decides which tasks of a pipeline start, wait or are skipped, for every API version.
 *
 * Pure, and linear in tasks plus dependencies. What differs between versions is in the states that it is given: a version without
 * `when`, matrix and `finally` has none of their skips. The order of the rules is Tekton's.
 */

import type { CelResult } from './when.js';
import type { TaskDependencies } from './task-graph.js';

/** Why a task does not run. `condition`: a Condition of v1alpha1 has failed. */
export type SkipReason =
  | 'condition'
  | 'stopping'
  | 'gracefullyCancelled'
  | 'gracefullyStopped'
  | 'when'
  | 'parents'
  | 'results'
  | 'pipelineTimeout'
  | 'tasksTimeout'
  | 'finallyTimeout'
  | 'emptyMatrix';

/** The outcome of a task that has started. `ignored`: it failed, and the pipeline continues as if it had not. */
export type TaskOutcome = 'running' | 'succeeded' | 'failed' | 'ignored' | 'cancelled';

/** A result that a task refers to and that does not exist. */
export interface MissingResult {
  readonly task: string;
  readonly result: string;
  /** Why a result that exists lacks the part that is referred to. Absent: there is no result. */
  readonly message?: string;
}

/** What decides about a task whose dependencies are done. Evaluated only then, and at most once. */
export interface TaskEvaluation {
  readonly when: () => CelResult;
  readonly missingResults: () => readonly MissingResult[];
  readonly hasEmptyMatrix: () => boolean;
}

/** The state of one task. */
export interface ScheduledTask {
  readonly name: string;
  /** Absent: it has not started. */
  readonly outcome?: TaskOutcome;
  /** Why an earlier schedule skipped it. Absent: it did not. */
  readonly skipped?: SkipReason;
  /** Whether the pipeline continues when it fails. */
  readonly isFailureIgnored: boolean;
}

/** What a run was asked to do, and which of its limits have passed. */
export interface ScheduleState {
  readonly tasks: readonly ScheduledTask[];
  /** Start when all tasks are done. */
  readonly finally: readonly ScheduledTask[];
  readonly dependencies: TaskDependencies;
  /** The tasks, each after its dependencies. */
  readonly order: readonly string[];
  /** Absent: the run is not to be stopped. */
  readonly stopRequest?: 'cancelRunFinally' | 'stopRunFinally';
  readonly hasPassed: { readonly pipeline: boolean; readonly tasks: boolean; readonly finally: boolean };
  readonly evaluate: (task: string) => TaskEvaluation;
}

/** What happens to one task. `invalid`: it refers to a result that a task has not produced, which fails the run. */
export type TaskDecision =
  | { readonly kind: 'started'; readonly outcome: TaskOutcome }
  | { readonly kind: 'start' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string };

/** The decisions about all tasks. */
export interface Schedule {
  /** By name, `tasks` before `finally`, in declared order. */
  readonly decisions: ReadonlyMap<string, TaskDecision>;
  /** Whether no task of `tasks` runs or will run. */
  readonly areTasksDone: boolean;
  /** Whether nothing runs or will run. */
  readonly isDone: boolean;
}

const WAIT: TaskDecision = { kind: 'wait' };
const START: TaskDecision = { kind: 'start' };

/** Decides about all tasks. */
export function schedule(state: ScheduleState): Schedule {
  const hasFailed = state.tasks.some(({ outcome }) => outcome === 'failed' || outcome === 'cancelled');
  let tasks = decideTasks(state, hasFailed);
  // A task that cannot start stops the others, as a failed one does.
  if (!hasFailed && [...tasks.values()].some(({ kind }) => kind === 'invalid')) tasks = decideTasks(state, true, tasks);
  const areTasksDone = [...tasks.values()].every(isSettled);
  const last = state.finally.map(
    (task) => [task.name, areTasksDone ? decideFinally(task, state) : waitOrStarted(task)] as const,
  );
  const decisions = new Map([...tasks, ...last]);
  return { decisions, areTasksDone, isDone: areTasksDone && last.every(([, decision]) => isSettled(decision)) };
}

/** Whether a task has ended or will not run. */
export function isSettled(decision: TaskDecision): boolean {
  if (decision.kind === 'started') return decision.outcome !== 'running';
  return decision.kind === 'skip' || decision.kind === 'invalid' || decision.kind === 'error';
}

const waitOrStarted = ({ outcome }: ScheduledTask): TaskDecision => (outcome ? { kind: 'started', outcome } : WAIT);

const skip = (reason: SkipReason): TaskDecision => ({ kind: 'skip', reason });

/** Decides about `tasks`, each after its dependencies. `before`: decisions of which `invalid` stays. */
function decideTasks(
  state: ScheduleState,
  isStopping: boolean,
  before: ReadonlyMap<string, TaskDecision> = new Map(),
): ReadonlyMap<string, TaskDecision> {
  const decided = new Map<string, TaskDecision>();
  const tasks = new Map(state.tasks.map((task) => [task.name, task]));
  for (const name of state.order) {
    const task = tasks.get(name);
    const kept = before.get(name);
    if (task) decided.set(name, kept?.kind === 'invalid' ? kept : decideTask(task, state, isStopping, decided));
  }
  return new Map(state.tasks.map(({ name }) => [name, decided.get(name) ?? WAIT]));
}

function decideTask(
  task: ScheduledTask,
  state: ScheduleState,
  isStopping: boolean,
  decided: ReadonlyMap<string, TaskDecision>,
): TaskDecision {
  if (task.outcome) return { kind: 'started', outcome: task.outcome };
  if (isStopping) return skip('stopping');
  if (state.stopRequest)
    return skip(state.stopRequest === 'cancelRunFinally' ? 'gracefullyCancelled' : 'gracefullyStopped');
  if (task.skipped) return skip(task.skipped);
  const parents = (state.dependencies.get(task.name) ?? []).map((name) => decided.get(name) ?? WAIT);
  if (!parents.every(isSettled)) return WAIT;
  const evaluation = state.evaluate(task.name);
  const when = evaluation.when();
  if (when.kind === 'error') return when;
  if (!when.value) return skip('when');
  if (parents.some((parent) => parent.kind === 'skip' && parent.reason !== 'when')) return skip('parents');
  const [missing] = evaluation.missingResults();
  if (missing) return missingResult(task, missing, decided.get(missing.task));
  if (state.hasPassed.pipeline) return skip('pipelineTimeout');
  if (state.hasPassed.tasks) return skip('tasksTimeout');
  return evaluation.hasEmptyMatrix() ? skip('emptyMatrix') : START;
}

/** A result of a skipped task skips its consumer; one that a task should have produced fails the run. */
function missingResult(
  task: ScheduledTask,
  { task: producer, result, message: problem }: MissingResult,
  made: TaskDecision | undefined,
): TaskDecision {
  if (problem !== undefined) return { kind: 'invalid', message: problem };
  if (task.isFailureIgnored || made?.kind === 'skip') return skip('results');
  const hasSucceeded = made?.kind === 'started' && made.outcome === 'succeeded';
  const message = hasSucceeded
    ? `task "${producer}" completed successfully but did not emit the result "${result}", which is referenced by task "${task.name}"`
    : `Invalid task result reference: Could not find result with name ${result} for pipeline task ${producer}`;
  return { kind: 'invalid', message };
}

function decideFinally(task: ScheduledTask, { hasPassed, evaluate }: ScheduleState): TaskDecision {
  if (task.outcome) return { kind: 'started', outcome: task.outcome };
  if (task.skipped) return skip(task.skipped);
  const evaluation = evaluate(task.name);
  if (evaluation.missingResults().length > 0) return skip('results');
  const when = evaluation.when();
  if (when.kind === 'error') return when;
  if (!when.value) return skip('when');
  if (hasPassed.pipeline) return skip('pipelineTimeout');
  if (hasPassed.finally) return skip('finallyTimeout');
  return evaluation.hasEmptyMatrix() ? skip('emptyMatrix') : START;
}
