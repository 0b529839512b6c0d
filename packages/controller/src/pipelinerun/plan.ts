/**
 * Decides what to do about one PipelineRun.
 *
 *     reconcile:  observe ──▶  plan  ──▶ apply
 *                   I/O        pure       I/O
 *
 * `planPipelineRun` is pure and does not depend on events, so lost or repeated events make no difference. Rules are Tekton v0.9.2's: a task
 * starts when all its dependencies have succeeded and then all of its checks; one failure ends the run, running tasks continue, no task
 * starts; a retry is the same TaskRun with a new pod, without new checks.
 */

import {
  deadlineOf,
  DEFAULT_TIMEOUT_MS,
  formatDuration,
  inheritedAnnotations,
  isDone,
  readyTasks,
  statusWithCondition,
  succeededCondition,
  taskRunFormatOf,
  TEKTON_LABELS,
  toLabelValue,
  type ConditionUpdate,
  type Inherited,
  type RunStatus,
  type RunFailure,
  type TaskPhase,
  type TaskRunObject,
  type TaskRunObjectStatus,
} from '@pipewright/tekton';
import { timestamp } from '@pipewright/apimachinery';
import { ARTIFACT_DIR } from '../resources/artifact-handover.js';
import { creationFailure, type ChildCreation } from './child-creation.js';
import { PlannerCaches } from './planner-caches.js';
import { resolvePipelineRun, type ResolvedRun, type ResolvedTask } from './resolve.js';
import type { ObservedPipelineRun } from './observed.js';
import { pipelineRunStatus } from './status.js';
import { conditionCheckRunFor, taskRunFor } from './child-task-run.js';
import { withResults, type ResultsOf } from './task-results.js';
import { isComplete, skippedTasks, taskStates, type TaskState } from './task-state.js';

/** One idempotent change to the cluster. */
export type PipelineRunAction =
  /** The TaskRun of a task, or of one of its checks. */
  | { readonly kind: 'create'; readonly task: string; readonly taskRun: TaskRunObject }
  | { readonly kind: 'cancel'; readonly taskRun: TaskRunObject }
  /** Write this status: the TaskRun begins its next attempt. */
  | { readonly kind: 'retry'; readonly taskRun: TaskRunObject; readonly status: TaskRunObjectStatus }
  /** The volume on which tasks hand over files, named after the run. */
  | { readonly kind: 'make-claim' }
  | { readonly kind: 'delete-claim' };

/** The status and the actions that follow from the observed state. */
export interface PipelineRunDecision {
  /** The desired status; equal to the observed one if nothing changes. */
  readonly status: RunStatus;
  readonly actions: readonly PipelineRunAction[];
  /** When to decide again if nothing changes first. Absent: only a change matters. */
  readonly requeueAt?: Date;
  /** The Pipeline's name, once it is known. */
  readonly pipelineName?: string;
  /** Labels and annotations that the run gets from its Pipeline. */
  readonly inherits?: Inherited;
}

/** Returns the planned status after the API server's answers to the creations of the plan. */
export function statusAfterCreations(
  status: RunStatus,
  creations: ReadonlyMap<string, ChildCreation>,
  now: Date,
): RunStatus {
  const failure = creationFailure(creations);
  return failure ? statusWithCondition(status, failure, now) : status;
}

/** Decides. The rules, first match wins. */
export function planPipelineRun(
  observed: ObservedPipelineRun,
  caches: PlannerCaches = new PlannerCaches(),
): PipelineRunDecision {
  const { run, now } = observed;
  const status = run.status ?? {};
  if (run.metadata.deletionTimestamp !== undefined) return { status, actions: [] };
  if (isDone(status)) return planFinishedRun(observed, status);

  const model = caches.resolution.pipelineRunModel(run);
  const name = run.metadata.name ?? '';
  const timeout = model.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = deadlineOf(status.startTime, timeout);
  const resolved = resolvePipelineRun(observed, caches.resolution);
  const hasStarted = observed.taskRuns.size > 0;
  if (model.isCancelRequested && (hasStarted || resolved.kind === 'resolved'))
    return endRun(observed, 'PipelineRunCancelled', `PipelineRun "${name}" was cancelled`);
  if (resolved.kind === 'refused') {
    const { failure, pipelineName } = resolved;
    const actions = hasStarted ? [{ kind: 'delete-claim' } as const] : [];
    const ended = pipelineRunStatus(observed, { update: { status: 'False', ...failure } });
    return { status: ended, actions, ...nameAndInherits(observed, pipelineName) };
  }
  const all = taskStates(resolved, observed, caches);
  const skipped = skippedTasks(all, resolved.dependencies);
  if (deadline && now >= deadline && !isComplete(all, skipped))
    return endRun(
      observed,
      'PipelineRunTimeout',
      `PipelineRun "${name}" failed to finish within "${formatDuration(timeout)}"`,
    );

  const decision = planTasks(observed, resolved, all, skipped);
  const deadlineOfRun = deadlineOf(status.startTime ?? timestamp(now), timeout);
  return {
    ...decision,
    ...nameAndInherits(observed, resolved.pipelineName),
    ...(deadlineOfRun && { requeueAt: deadlineOfRun }),
  };
}

function nameAndInherits(
  { pipeline }: ObservedPipelineRun,
  pipelineName: string | undefined,
): Pick<PipelineRunDecision, 'pipelineName' | 'inherits'> {
  if (pipelineName === undefined) return {};
  const inherits = {
    labels: { ...pipeline?.labels, [TEKTON_LABELS.pipeline]: toLabelValue(pipelineName) },
    annotations: inheritedAnnotations(pipeline?.annotations),
  };
  return { pipelineName, inherits };
}

function planTasks(
  observed: ObservedPipelineRun,
  resolved: ResolvedRun,
  all: readonly TaskState[],
  skipped: ReadonlySet<string>,
): PipelineRunDecision {
  const withPhase = (...states: readonly TaskPhase[]): readonly TaskState[] =>
    all.filter(({ phase }) => states.includes(phase));
  const claim = resolved.artifactPath === ARTIFACT_DIR;
  const end = (update: ConditionUpdate): PipelineRunDecision => ({
    status: pipelineRunStatus(observed, { update, taskStates: all }),
    actions: claim ? [{ kind: 'delete-claim' }] : [],
  });
  const [failure] = withPhase('failed', 'gone');
  if (failure) return end({ status: 'False', reason: 'Failed', message: `TaskRun ${failureOf(failure)}` });
  if (isComplete(all, skipped))
    return end({ status: 'True', reason: 'Succeeded', message: 'All Tasks have completed executing' });
  const done = new Set(withPhase('succeeded').map(({ task }) => task));
  const idle = new Set(withPhase('absent', 'cleared').map(({ task }) => task));
  const started = new Set(all.filter(({ task }) => !idle.has(task)).map(({ task }) => task));
  const ready = new Set(readyTasks(resolved.dependencies, started, done));
  const creations = createTaskRuns(observed, resolved, all, ready);
  if (creations.kind === 'refused') return end({ status: 'False', ...creations.failure });
  const retries = withPhase('retry').flatMap(({ taskRun }) => (taskRun ? [retryAction(taskRun, observed.now)] : []));
  const isUntouched = all.every(
    ({ phase, checks }) => phase === 'absent' && checks.every((it) => it.phase === 'absent'),
  );
  const claimActions = isUntouched && claim ? [{ kind: 'make-claim' } as const] : [];
  const running: ConditionUpdate = {
    status: 'Unknown',
    reason: 'Running',
    message: 'Not all Tasks in the Pipeline have finished executing',
  };
  const creating = new Set(creations.actions.map(({ taskRun }) => taskRun.metadata.name ?? ''));
  const status = pipelineRunStatus(observed, { update: running, taskStates: all, creating });
  return { status, actions: [...claimActions, ...creations.actions, ...retries] };
}

function failureOf({ name, phase, checks }: TaskState): string {
  if (phase !== 'gone') return `${name} has failed`;
  const check = checks.find((it) => it.phase === 'gone');
  return `${check?.name ?? name} was deleted before it had finished`;
}

type Creation = PipelineRunAction & { readonly kind: 'create' };

type Creations =
  | { readonly kind: 'creations'; readonly actions: readonly Creation[] }
  | { readonly kind: 'refused'; readonly failure: RunFailure };

/** Returns the TaskRuns of ready tasks or of their checks, or the failure of one that cannot be created. */
function createTaskRuns(
  observed: ObservedPipelineRun,
  resolved: ResolvedRun,
  all: readonly TaskState[],
  next: ReadonlySet<string>,
): Creations {
  const statesByTask = new Map(all.map((one) => [one.task, one]));
  const resultsOf: ResultsOf = (task) => {
    const taskRun = statesByTask.get(task)?.taskRun;
    return taskRun ? taskRunFormatOf(taskRun).results(taskRun.status) : [];
  };
  const creations: Creation[] = [];
  for (const found of resolved.tasks) {
    const task = found.task.name;
    const taskState = statesByTask.get(task);
    if (!taskState || !next.has(task)) continue;
    if (taskState.phase !== 'cleared' && taskState.checks.length > 0) {
      const checkCreations = createChecks(observed, resolved, found, taskState, resultsOf);
      if (checkCreations.kind === 'refused') return checkCreations;
      creations.push(...checkCreations.actions);
      if (checkCreations.actions.length > 0) continue;
    }
    const withParams = withResults(
      `task "${task}"`,
      { written: found.task.params, params: found.params },
      resolved,
      resultsOf,
    );
    if (withParams.kind === 'refused') return withParams;
    creations.push({
      kind: 'create',
      task,
      taskRun: taskRunFor(observed.run, resolved, { ...found, params: withParams.params }, taskState.name),
    });
  }
  return { kind: 'creations', actions: creations };
}

/** Returns the TaskRuns of checks that do not exist yet. */
function createChecks(
  { run }: ObservedPipelineRun,
  resolved: ResolvedRun,
  { task, checks }: ResolvedTask,
  taskState: TaskState,
  resultsOf: ResultsOf,
): Creations {
  const creations: Creation[] = [];
  for (const [index, check] of checks.entries()) {
    const { name, phase } = taskState.checks[index] ?? {};
    if (name === undefined || phase !== 'absent') continue;
    const { condition, params: written } = check.use;
    const subject = `the condition "${condition}" of task "${task.name}"`;
    const withParams = withResults(subject, { written, params: check.params }, resolved, resultsOf);
    if (withParams.kind === 'refused') return withParams;
    creations.push({
      kind: 'create',
      task: task.name,
      taskRun: conditionCheckRunFor(run, resolved, task, { ...check, params: withParams.params }, name),
    });
  }
  return { kind: 'creations', actions: creations };
}

/** Starts the next attempt of a TaskRun. */
const retryAction = (taskRun: TaskRunObject, now: Date): PipelineRunAction => ({
  kind: 'retry',
  taskRun,
  status: taskRunFormatOf(taskRun).nextAttempt(taskRun.status, now),
});

/** Ends the run and cancels its running TaskRuns. */
function endRun(observed: ObservedPipelineRun, reason: string, message: string): PipelineRunDecision {
  return {
    status: pipelineRunStatus(observed, { update: { status: 'False', reason, message } }),
    actions: [...cancellations(observed), { kind: 'delete-claim' }],
  };
}

const cancellations = ({ taskRuns }: ObservedPipelineRun): readonly PipelineRunAction[] =>
  [...taskRuns.values()]
    .filter((taskRun) => !isDone(taskRun.status) && taskRun.spec.status !== 'TaskRunCancelled')
    .map((taskRun) => ({ kind: 'cancel', taskRun }));

const FORCED_REASONS: ReadonlySet<string> = new Set(['PipelineRunCancelled', 'PipelineRunTimeout']);

/** Updates the status of a run that has ended with its last tasks. */
function planFinishedRun(observed: ObservedPipelineRun, status: RunStatus): PipelineRunDecision {
  const isForced = FORCED_REASONS.has(succeededCondition(status)?.reason ?? '');
  return {
    status: pipelineRunStatus(observed, {}),
    actions: isForced ? cancellations(observed) : [],
  };
}
