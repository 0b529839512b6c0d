/**
 * Decides what to do about one PipelineRun, of any API version.
 *
 *     reconcile:  observe ──▶  plan  ──▶ apply
 *                   I/O        pure       I/O
 *
 * `planPipelineRun` is pure and does not depend on events, so lost or repeated events make no difference. What differs between versions is
 * in their rules (packages/tekton): conditions, messages, names and forms of children, and who retries.
 */

import {
  DEFAULT_CONFIG,
  elapsedTimeouts,
  formatDuration,
  isDone,
  pipelineRunRulesOf,
  statusWithCondition,
  succeededCondition,
  timeoutsOf,
  type CancelCause,
  type ConditionUpdate,
  type ElapsedTimeouts,
  type PipelineRunModel,
  type PipelineRunRules,
  type RunStatus,
  type RunTimeouts,
} from '@pipewright/tekton';
import { timestamp } from '@pipewright/apimachinery';
import { creationFailure, type ChildCreation } from './child-creation.js';
import { cancelAction, type PipelineRunAction, type PipelineRunDecision } from './decision.js';
import type { ObservedPipelineRun } from './observed.js';
import { PlannerCaches } from './planner-caches.js';
import { progressOf, reportedResults } from './progress.js';
import { resolvePipelineRun } from './resolve.js';
import { planTasks } from './task-plan.js';
import { TaskStates } from './task-state.js';
import { pipelineRunStatus } from './status.js';

/** Returns the planned status after the API server's answers to the creations of the plan. */
export function statusAfterCreations(
  status: RunStatus,
  creations: ReadonlyMap<string, ChildCreation>,
  now: Date,
): RunStatus {
  const failure = creationFailure(creations);
  return failure ? statusWithCondition(status, failure, now) : status;
}

/** What is the same in all decisions about a run. */
interface RunContext {
  readonly observed: ObservedPipelineRun;
  readonly rules: PipelineRunRules;
  readonly model: PipelineRunModel;
  readonly name: string;
  readonly timeouts: RunTimeouts;
  readonly elapsed: ElapsedTimeouts;
}

/** Decides. The rules, first match wins. */
export function planPipelineRun(
  observed: ObservedPipelineRun,
  caches: PlannerCaches = new PlannerCaches(),
): PipelineRunDecision {
  const { run } = observed;
  const status = run.status ?? {};
  if (run.metadata.deletionTimestamp !== undefined) return { status, actions: [] };
  if (isDone(status)) return planFinishedRun(observed, status);
  const context = contextOf(observed, caches);
  const { rules, model, name } = context;
  if (model.isPending && status.startTime === undefined) {
    const pipelineName = model.source?.kind === 'reference' ? model.source.name : name;
    const pending = pipelineRunStatus(observed, { update: rules.conditions.pending(name) });
    return { status: pending, actions: [], ...nameAndInherits(context, pipelineName) };
  }
  return planStartedRun(context, caches);
}

function contextOf(observed: ObservedPipelineRun, caches: PlannerCaches): RunContext {
  const { run, now, config = DEFAULT_CONFIG } = observed;
  const model = caches.resolution.pipelineRunModel(run);
  const timeouts = timeoutsOf(model, config.defaultTimeoutMs);
  const { startTime, finallyStartTime: finallyStart } = run.status ?? {};
  const times = { start: startTime, finallyStart: typeof finallyStart === 'string' ? finallyStart : undefined };
  return {
    observed,
    rules: pipelineRunRulesOf(run),
    model,
    name: run.metadata.name ?? '',
    timeouts,
    elapsed: elapsedTimeouts(timeouts, times, now),
  };
}

function planStartedRun(context: RunContext, caches: PlannerCaches): PipelineRunDecision {
  const { observed, rules, model, name, timeouts, elapsed } = context;
  const resolved = resolvePipelineRun(observed, caches.resolution, caches.names.memory(observed.run).pipeline);
  const hasStarted = observed.taskRuns.size > 0;
  const isCancelled = model.isCancelRequested && (model.stopRequest ?? 'cancel') === 'cancel';
  if (resolved.kind === 'refused') {
    if (isCancelled && hasStarted) return endRun(context, undefined, rules.conditions.cancelled(name), 'cancelled');
    const { failure, pipelineName, definition: pipeline } = resolved;
    const { config = DEFAULT_CONFIG } = observed;
    const progress = pipeline && { children: [], skipped: [], hasFinallyStarted: false, pipeline, config };
    const actions = hasStarted ? [{ kind: 'delete-claim' } as const] : [];
    const update = { status: 'False', ...failure } as const;
    const ended = pipelineRunStatus(observed, { update, ...(progress && { progress }) });
    return { status: ended, actions, ...nameAndInherits(context, pipelineName) };
  }
  const states = new TaskStates(resolved, observed, caches);
  const named = nameAndInherits(context, resolved.pipelineName);
  if (isCancelled) return { ...endRun(context, states, rules.conditions.cancelled(name), 'cancelled'), ...named };
  const plan = planTasks(observed, resolved, states, elapsed, timeouts);
  // A task may have failed at the same time, because its own timeout is what remained of the run's.
  if (elapsed.pipeline && succeededCondition(plan.status)?.status !== 'True') {
    const update = rules.conditions.timedOut(name, formatDuration(timeouts.pipeline ?? 0));
    return { ...endRun(context, states, update, 'timedOut'), ...named };
  }
  const start = observed.run.status?.startTime ?? timestamp(observed.now);
  const { finallyStartTime } = plan.status as { readonly finallyStartTime?: string }; // of a version that has `finally`
  const { next } = elapsedTimeouts(timeouts, { start, finallyStart: finallyStartTime }, observed.now);
  return { status: plan.status, actions: plan.actions, ...named, ...(next && { requeueAt: next }) };
}

function nameAndInherits(
  { observed: { run, pipeline }, rules }: RunContext,
  pipelineName: string | undefined,
): Pick<PipelineRunDecision, 'pipelineName' | 'inherits'> {
  if (pipelineName === undefined) return {};
  const { labels = {}, annotations = {} } = rules.children.inheritedBy(run.metadata, pipeline ?? {}, pipelineName);
  return { pipelineName, inherits: { labels, annotations } };
}

/** Ends the run and cancels its running TaskRuns. */
function endRun(
  { observed, rules }: RunContext,
  states: TaskStates | undefined,
  update: ConditionUpdate,
  because: CancelCause,
): PipelineRunDecision {
  const hasStarted = observed.run.status?.startTime !== undefined || observed.taskRuns.size > 0;
  const results = states && reportedResults(states).results;
  const progress = states && hasStarted && { ...progressOf(states, new Map(), new Set()), ...(results && { results }) };
  return {
    status: pipelineRunStatus(observed, { update, ...(progress && { progress }) }),
    actions: [...cancellations(observed, rules, because), { kind: 'delete-claim' }],
  };
}

const cancellations = (
  { taskRuns }: ObservedPipelineRun,
  { children }: PipelineRunRules,
  because: CancelCause,
): readonly PipelineRunAction[] =>
  [...taskRuns.values()].flatMap((taskRun) => cancelAction(taskRun, children.cancellation('TaskRun', because)) ?? []);

const FORCED_REASONS: ReadonlySet<string> = new Set(['PipelineRunCancelled', 'Cancelled', 'PipelineRunTimeout']);

/** Updates the status of a run that has ended with its last tasks. */
function planFinishedRun(observed: ObservedPipelineRun, status: RunStatus): PipelineRunDecision {
  const reason = succeededCondition(status)?.reason ?? '';
  const because = reason === 'PipelineRunTimeout' ? 'timedOut' : 'cancelled';
  return {
    status: pipelineRunStatus(observed, {}),
    actions: FORCED_REASONS.has(reason) ? cancellations(observed, pipelineRunRulesOf(observed.run), because) : [],
  };
}
