/**
 * The state of each task of a PipelineRun, and what it has produced.
 *
 * The checks of a task with conditions run first, in parallel; the task starts when all have passed, and is skipped with its dependents when
 * all have ended and one has failed. Pure: derived from the TaskRuns, and from the planner's memory for those that no longer exist.
 */

import {
  DEFAULT_CONFIG,
  hasSucceeded,
  isDone,
  succeededCondition,
  type PipelineRunObject,
  type RecordedCheck,
  type RecordedTask,
  type ResultValues,
  type RunMemory,
  TEKTON_LABELS,
  type TaskReport,
  type TektonConfig,
  type TaskReports,
  type TaskRunObject,
  taskRunFormatOf,
  taskRunModel,
  type TaskPhase,
  type TaskProgress,
} from '@pipewright/tekton';
import { childNames, type ChildNameCache, type ChildNames } from './child-names.js';
import { prepareTask, type PreparedTask } from './prepared-task.js';
import type { ResolvedRun, ResolvedTask } from './resolve.js';
import type { ObservedPipelineRun } from './observed.js';

/** One check of a task. */
export interface CheckState {
  readonly name: string;
  readonly condition: string;
  readonly phase: 'absent' | 'gone' | 'running' | 'passed' | 'failed';
}

/** One run of a task. */
export interface ChildState {
  readonly name: string;
  readonly taskRun?: TaskRunObject;
  readonly phase: TaskPhase;
}

/** One task. */
export interface TaskState extends TaskProgress {
  /** Its runs: one, or one for each combination of its matrix. Empty: it has a matrix and has not started. */
  readonly children: readonly ChildState[];
  readonly checks: readonly CheckState[];
}

/** States that reconciles of the same run use again. A controller owns one; results do not depend on it. */
export interface TaskStateCache {
  readonly names: ChildNameCache;
  readonly states: WeakMap<TaskRunObject, { readonly retries: number; readonly state: TaskState }>;
}

/** What is known of the tasks of one run at one time. Computed when it is asked for, and once. */
export class TaskStates implements TaskReports {
  readonly resolved: ResolvedRun;
  readonly run: PipelineRunObject;
  readonly config: TektonConfig;
  readonly memory: RunMemory;
  readonly #taskRuns: ObservedPipelineRun['taskRuns'];
  readonly #cache: TaskStateCache;
  readonly #names: ReadonlyMap<string, ChildNames>;
  readonly #owner: { readonly name: string; readonly uid: string };
  readonly #startedNames: ReadonlyMap<string, readonly string[]>;
  readonly #states = new Map<string, TaskState>();
  readonly #reports = new Map<string, TaskReport>();
  readonly #prepared = new Map<string, PreparedTask>();

  constructor(
    resolved: ResolvedRun,
    { run, taskRuns, config = DEFAULT_CONFIG }: ObservedPipelineRun,
    cache: TaskStateCache,
  ) {
    this.resolved = resolved;
    this.run = run;
    this.config = config;
    this.#taskRuns = taskRuns;
    this.#cache = cache;
    this.memory = cache.names.memory(run);
    this.#names = childNames(run, cache.names.namedTasks(resolved.pipeline), cache.names);
    this.#owner = { name: run.metadata.name ?? '', uid: run.metadata.uid ?? '' };
    this.#startedNames = startedNames(resolved, this.memory, taskRuns);
  }

  /** Returns the states of all tasks in declared order. */
  all(): readonly TaskState[] {
    // In the order of execution, so that what a task needs of others is known.
    for (const name of this.resolved.order) this.state(name);
    return [...this.resolved.tasks.keys()].map((name) => this.state(name));
  }

  /** Returns the state of a task. */
  state(task: string): TaskState {
    const found = this.#states.get(task) ?? this.#stateOf(task);
    this.#states.set(task, found);
    return found;
  }

  /** Returns a task with the values of its variables. */
  prepared(task: ResolvedTask): PreparedTask {
    const found = this.#prepared.get(task.task.name) ?? prepareTask(this.resolved, task, this);
    this.#prepared.set(task.task.name, found);
    return found;
  }

  /** Returns the names of the runs that a task with a matrix has if it starts. */
  newNames(found: ResolvedTask): readonly string[] {
    const { combinations } = this.prepared(found);
    return this.resolved.rules.children.namesOfMatrix(this.#owner, found.task.name, combinations.length);
  }

  of(task: string): TaskReport {
    const found = this.#reports.get(task) ?? reportOf(this.state(task), this.resolved.tasks.get(task));
    this.#reports.set(task, found);
    return found;
  }

  aggregateStatus(): string {
    const phases = [...this.resolved.tasks.values()]
      .filter(({ section }) => section === 'tasks')
      .map(({ task }) => this.state(task.name).phase);
    if (phases.some(isFailure)) return 'Failed';
    return phases.every((phase) => phase === 'succeeded') ? 'Succeeded' : 'Completed';
  }

  #stateOf(name: string): TaskState {
    const resolved = this.resolved.tasks.get(name);
    const names = this.#names.get(name) ?? { taskRun: '', checks: [] };
    if (!resolved) return { task: name, name: names.taskRun, phase: 'absent', children: [], checks: [] };
    const { task } = resolved;
    if (task.matrix) return this.#matrixState(resolved, names.taskRun);
    const only = task.conditions.length === 0 ? this.#taskRuns.get(names.taskRun) : undefined;
    if (only) return withoutChecks(only, name, this.#retriesOf(resolved), this.#cache);
    const recorded = this.memory.tasks.get(names.taskRun);
    const checks = task.conditions.map(({ condition }, index): CheckState => {
      const check = names.checks[index] ?? '';
      return { name: check, condition, phase: checkPhase(this.#taskRuns.get(check), recorded?.checks.get(check)) };
    });
    const taskRun = this.#taskRuns.get(names.taskRun);
    const phase = taskRun ? phaseOf(taskRun, this.#retriesOf(resolved)) : phaseWithoutTaskRun(recorded, checks);
    const child = { name: names.taskRun, phase, ...(taskRun && { taskRun }) };
    return { task: name, name: names.taskRun, phase, children: [child], checks };
  }

  /** A TaskRun that retries itself has failed when its last attempt has. */
  #retriesOf({ task }: ResolvedTask): number {
    return this.resolved.rules.retriesChildren ? task.retries : 0;
  }

  #matrixState(resolved: ResolvedTask, name: string): TaskState {
    const { task } = resolved;
    const started = this.#startedNames.get(task.name) ?? [];
    if (started.length === 0) return { task: task.name, name, phase: 'absent', children: [], checks: [] };
    const names = this.prepared(resolved).missing.length > 0 ? started : this.newNames(resolved);
    const children = names.map((child): ChildState => {
      const taskRun = this.#taskRuns.get(child);
      if (taskRun) return { name: child, taskRun, phase: phaseOf(taskRun, 0) };
      return { name: child, phase: this.memory.tasks.has(child) ? 'gone' : 'absent' };
    });
    return { task: task.name, name, phase: phaseOfAll(children), children, checks: [] };
  }
}

/** Returns the names of the runs that tasks with a matrix have, by task. */
function startedNames(
  { tasks }: ResolvedRun,
  memory: RunMemory,
  taskRuns: ObservedPipelineRun['taskRuns'],
): ReadonlyMap<string, readonly string[]> {
  const names = new Map([...tasks.values()].flatMap(({ task }) => (task.matrix ? [[task.name, [] as string[]]] : [])));
  if (names.size === 0) return names;
  for (const [name, { task }] of memory.tasks) names.get(task)?.push(name);
  for (const [name, { metadata }] of taskRuns)
    if (!memory.tasks.has(name)) names.get(metadata.labels?.[TEKTON_LABELS.pipelineTask] ?? '')?.push(name);
  return names;
}

const isFailure = (phase: TaskPhase): boolean => phase === 'failed' || phase === 'gone' || phase === 'cancelled';

/** Returns the phase of a task with several runs. It has ended when all of them have. */
function phaseOfAll(children: readonly ChildState[]): TaskPhase {
  const some = (phase: TaskPhase): boolean => children.some((child) => child.phase === phase);
  if (some('running') || some('absent')) return 'running';
  if (some('cancelled')) return 'cancelled';
  if (some('gone')) return 'gone';
  return some('failed') ? 'failed' : 'succeeded';
}

const NOT_EXECUTED: TaskReport = { status: 'None', reason: '', runs: [], hasMatrix: false };

function reportOf({ phase, children }: TaskState, resolved: ResolvedTask | undefined): TaskReport {
  if (!resolved) return NOT_EXECUTED;
  const failed = children.find((child) => isFailure(child.phase)) ?? children[0];
  return {
    status: phase === 'succeeded' ? 'Succeeded' : isFailure(phase) ? 'Failed' : 'None',
    reason: succeededCondition(failed?.taskRun?.status)?.reason ?? '',
    runs: children.map(({ taskRun }) => resultsOf(taskRun)),
    hasMatrix: resolved.task.matrix !== undefined,
  };
}

const resultsOf = (taskRun: TaskRunObject | undefined): ResultValues =>
  new Map(
    taskRun
      ? taskRunFormatOf(taskRun)
          .results(taskRun.status)
          .map(({ name, value }) => [name, value])
      : [],
  );

/** Returns the state of a task whose TaskRun alone determines it. Cached, since between reconciles few tasks of a large run change. */
function withoutChecks(taskRun: TaskRunObject, task: string, retries: number, cache: TaskStateCache): TaskState {
  const last = cache.states.get(taskRun);
  if (last?.retries === retries && last.state.task === task) return last.state;
  const { name = '' } = taskRun.metadata;
  const phase = phaseOf(taskRun, retries);
  const taskState: TaskState = { task, name, phase, children: [{ name, taskRun, phase }], checks: [] };
  cache.states.set(taskRun, { retries, state: taskState });
  return taskState;
}

function phaseOf(taskRun: TaskRunObject, retries: number): TaskPhase {
  const condition = succeededCondition(taskRun.status);
  if (condition?.status === 'True') return 'succeeded';
  if (condition?.status !== 'False') return 'running';
  if (condition.reason === 'TaskRunCancelled') return isTimedOut(taskRun) ? 'failed' : 'cancelled';
  return taskRunFormatOf(taskRun).attempt(taskRun.status) < retries ? 'retry' : 'failed';
}

/** Reports whether a TaskRun was cancelled because its PipelineRun has timed out. */
export const isTimedOut = (taskRun: TaskRunObject): boolean =>
  taskRun.spec.status === 'TaskRunCancelled' && taskRunModel(taskRun).cancelReason?.endsWith('has timed out.') === true;
/** Returns the phase of a task whose TaskRun does not exist. */
function phaseWithoutTaskRun(recorded: RecordedTask | undefined, checks: readonly CheckState[]): TaskPhase {
  if (recorded?.outcome === 'skipped') return 'skipped';
  if (recorded && recorded.outcome !== 'planned') return 'gone';
  const someCheckIs = (state: CheckState['phase']): boolean => checks.some((check) => check.phase === state);
  if (checks.length === 0) return 'absent';
  if (someCheckIs('gone')) return 'gone';
  if (someCheckIs('absent')) return 'absent';
  if (someCheckIs('running')) return 'checking';
  return someCheckIs('failed') ? 'skipped' : 'cleared';
}

/** The outcome of a check stays when its TaskRun is deleted. */
function checkPhase(taskRun: TaskRunObject | undefined, recorded: RecordedCheck | undefined): CheckState['phase'] {
  if (taskRun) return isDone(taskRun.status) ? (hasSucceeded(taskRun.status) ? 'passed' : 'failed') : 'running';
  switch (recorded?.outcome) {
    case 'succeeded':
      return 'passed';
    case 'failed':
      return 'failed';
    case 'running':
      return 'gone';
    case 'planned':
    case undefined:
      return 'absent';
  }
}
