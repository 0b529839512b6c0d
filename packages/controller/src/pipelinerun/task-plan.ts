/**
 * Plans the tasks of a PipelineRun that has neither been cancelled nor timed out: which start, which are retried or cancelled, and how the
 * run ends.
 *
 * Pure. Which tasks start is decided by the schedule (packages/tekton), the same for every API version.
 */

import {
  evaluateWhen,
  formatDuration,
  schedule,
  taskRunFormatOf,
  type ConditionUpdate,
  type ElapsedTimeouts,
  type EvaluateCel,
  type MissingResult,
  type RunTimeouts,
  type Schedule,
  type ScheduledTask,
  type TaskDecision,
  type TaskEvaluation,
  type TaskOutcome,
  type TaskPhase,
} from '@pipewright/tekton';
import { ARTIFACT_DIR } from '../resources/artifact-handover.js';
import { createdRuns, subjectOf } from './creation.js';
import { workspaceClaims } from '../run/workspace-claims.js';
import type { ObservedPipelineRun } from './observed.js';
import { cancelAction, type PipelineRunAction, type PipelineRunDecision } from './decision.js';
import { progressOf, reportedResults } from './progress.js';
import type { ResolvedRun, ResolvedTask } from './resolve.js';
import { pipelineRunStatus } from './status.js';
import { isTimedOut, type TaskState, type TaskStates } from './task-state.js';

/** The plan of the tasks. */
export interface TaskPlan extends Pick<PipelineRunDecision, 'status' | 'actions'> {
  /** Whether no task runs or will run. */
  readonly isDone: boolean;
}

const NO_CEL: EvaluateCel = () => ({ kind: 'error', message: 'CEL is not available' });

/** Plans the tasks. */
export function planTasks(
  observed: ObservedPipelineRun,
  resolved: ResolvedRun,
  states: TaskStates,
  elapsed: ElapsedTimeouts,
  timeouts: RunTimeouts,
): TaskPlan {
  const all = states.all();
  const hadTimedOut = haveTimedOut(states);
  const before = scheduleOf(observed, resolved, states, { ...elapsed, tasks: hadTimedOut });
  const areOver = hadTimedOut || (elapsed.tasks && !before.areTasksDone);
  const plan = areOver === hadTimedOut ? before : scheduleOf(observed, resolved, states, { ...elapsed, tasks: true });
  const condition = conditionOf(observed, resolved, all, plan, areOver ? timeouts.tasks : undefined);
  if (condition.status !== 'Unknown') return endOf(observed, states, plan, condition);
  const cancelled = cancellationsOf(resolved, states, { tasks: areOver, finally: elapsed.finally });
  const starting = createdRuns(observed, resolved, states, plan.decisions);
  const retries = all.flatMap(({ phase, children: [child] }): readonly PipelineRunAction[] =>
    phase === 'retry' && child?.taskRun
      ? [
          {
            kind: 'retry',
            taskRun: child.taskRun,
            status: taskRunFormatOf(child.taskRun).nextAttempt(child.taskRun.status, observed.now),
          },
        ]
      : [],
  );
  const isUntouched = all.every(isAbsent);
  const claims = isUntouched ? claimActions(observed, resolved) : [];
  const creating = new Set(starting.map(({ taskRun }) => taskRun.metadata.name ?? ''));
  const progress = progressOf(states, plan.decisions, creating);
  return {
    status: pipelineRunStatus(observed, { update: condition, taskStates: all, creating, progress }),
    actions: [...claims, ...cancelled, ...starting, ...retries],
    isDone: plan.isDone,
  };
}

const isAbsent = ({ phase, checks }: TaskState): boolean =>
  phase === 'absent' && checks.every((check) => check.phase === 'absent');

function claimActions(observed: ObservedPipelineRun, resolved: ResolvedRun): readonly PipelineRunAction[] {
  const claims = workspaceClaims(observed.run, resolved.run.workspaces).map(
    ({ claim }) => ({ kind: 'make-workspace-claim', claim }) as const,
  );
  return resolved.artifactPath === ARTIFACT_DIR ? [{ kind: 'make-claim' }, ...claims] : claims;
}

/** Whether tasks were cancelled or skipped because the time of `tasks` was over. It stays over when they have ended. */
function haveTimedOut(states: TaskStates): boolean {
  const { resolved, memory } = states;
  return (
    [...memory.skipped.values()].some(({ reason }) => reason === 'tasksTimeout') ||
    [...resolved.tasks.values()].some(
      ({ section, task }) =>
        section === 'tasks' &&
        states.state(task.name).children.some(({ taskRun }) => taskRun !== undefined && isTimedOut(taskRun)),
    )
  );
}

function scheduleOf(
  { evaluateCel = NO_CEL }: ObservedPipelineRun,
  resolved: ResolvedRun,
  states: TaskStates,
  hasPassed: ElapsedTimeouts,
): Schedule {
  const { dependencies, order, run } = resolved;
  const { stopRequest } = run;
  const scheduled = (section: ResolvedTask['section']): readonly ScheduledTask[] =>
    [...resolved.tasks.values()].filter((one) => one.section === section).map((one) => scheduledTask(one, states));
  return schedule({
    tasks: scheduled('tasks'),
    finally: scheduled('finally'),
    dependencies,
    order,
    ...(stopRequest && stopRequest !== 'cancel' && { stopRequest }),
    hasPassed: { ...hasPassed, pipeline: false }, // decided before
    evaluate: (task) => evaluationOf(resolved.tasks.get(task), resolved, states, evaluateCel),
  });
}

function scheduledTask({ task }: ResolvedTask, states: TaskStates): ScheduledTask {
  const { phase } = states.state(task.name);
  const isFailureIgnored = task.onError === 'continue';
  const outcome = outcomeOf(phase, isFailureIgnored);
  const skipped = phase === 'skipped' ? 'condition' : states.memory.skipped.get(task.name)?.reason;
  return { name: task.name, isFailureIgnored, ...(outcome && { outcome }), ...(skipped && { skipped }) };
}

function outcomeOf(phase: TaskPhase, isFailureIgnored: boolean): TaskOutcome | undefined {
  switch (phase) {
    case 'absent':
    case 'cleared':
    case 'skipped':
      return undefined;
    case 'checking':
    case 'running':
    case 'retry':
      return 'running';
    case 'succeeded':
      return 'succeeded';
    case 'cancelled':
      return isFailureIgnored ? 'ignored' : 'cancelled';
    case 'failed':
    case 'gone':
      return isFailureIgnored ? 'ignored' : 'failed';
  }
}

function evaluationOf(
  found: ResolvedTask | undefined,
  { rules }: ResolvedRun,
  states: TaskStates,
  evaluateCel: EvaluateCel,
): TaskEvaluation {
  if (!found) throw new Error('the schedule has a task that the pipeline has not');
  const { task } = found;
  return {
    when: () => evaluateWhen(states.prepared(found).task.when, evaluateCel),
    missingResults: () => missingResults(found, states, rules.failures.missingResult),
    hasEmptyMatrix: () => task.matrix !== undefined && states.prepared(found).combinations.length === 0,
  };
}

/** Returns the results that a task, or the check that is to start before it, lacks. */
function missingResults(
  found: ResolvedTask,
  states: TaskStates,
  messageOf: ((subject: string, missing: MissingResult) => string) | undefined,
): readonly MissingResult[] {
  const { missing } = states.prepared(found);
  if (!messageOf || missing.length === 0) return missing;
  return missing.map((one) => ({ ...one, message: messageOf(subjectOf(found, one), one) }));
}

function conditionOf(
  observed: ObservedPipelineRun,
  { rules, run, tasks }: ResolvedRun,
  all: readonly TaskState[],
  { decisions }: Schedule,
  tasksTimeout: number | undefined,
): ConditionUpdate {
  const name = observed.run.metadata.name ?? '';
  const failed = all.find(({ phase }) => phase === 'failed' || phase === 'gone' || phase === 'cancelled');
  const of = (section: ResolvedTask['section']): ReadonlyMap<string, TaskDecision> =>
    new Map([...decisions].filter(([task]) => tasks.get(task)?.section === section));
  for (const [task, decision] of decisions)
    if (decision.kind === 'error') return rules.conditions.celFailed(task, decision.message);
  const gone = failed?.phase === 'gone' ? failed.checks.find(({ phase }) => phase === 'gone') : undefined;
  return rules.conditions.ofTasks({
    name,
    run,
    tasks: of('tasks'),
    finally: of('finally'),
    tasksTimeout: tasksTimeout === undefined ? undefined : formatDuration(tasksTimeout),
    failure: failed && { name: gone?.name ?? failed.name, isGone: failed.phase === 'gone' },
  });
}

function endOf(
  observed: ObservedPipelineRun,
  states: TaskStates,
  { decisions, isDone }: Schedule,
  condition: ConditionUpdate,
): TaskPlan {
  const { resolved } = states;
  const { results, missing } = reportedResults(states);
  const update =
    missing.length > 0
      ? resolved.rules.conditions.resultsMissing(observed.run.metadata.name ?? '', missing)
      : condition;
  const progress = { ...progressOf(states, decisions, new Set()), results };
  return {
    status: pipelineRunStatus(observed, { update, taskStates: states.all(), progress }),
    actions: resolved.artifactPath === ARTIFACT_DIR ? [{ kind: 'delete-claim' }] : [],
    isDone,
  };
}

/** Cancels the runs of a section whose time is over, and those of `tasks` that are to be cancelled before `finally`. */
function cancellationsOf(
  { rules, run, tasks }: ResolvedRun,
  states: TaskStates,
  isOver: { readonly tasks: boolean; readonly finally: boolean },
): readonly PipelineRunAction[] {
  return [...tasks.values()].flatMap(({ task, section }) => {
    const isCancelled = section === 'tasks' && run.stopRequest === 'cancelRunFinally';
    if (!isOver[section] && !isCancelled) return [];
    const fields = rules.children.cancellation('TaskRun', isOver[section] ? 'timedOut' : 'cancelled');
    return states.state(task.name).children.flatMap(({ taskRun }) => (taskRun && cancelAction(taskRun, fields)) ?? []);
  });
}
