/**
 * The condition of a PipelineRun of tekton.dev/v1 from the decisions about its tasks: counts, reason and message.
 *
 * Reasons and messages are Tekton's, since users and tools search for them.
 */

import type { ConditionUpdate } from '../execution/condition.js';
import type { SkipReason, TaskDecision } from '../execution/schedule.js';
import type { StopRequest } from '../model/model.js';

interface Counts {
  readonly completed: number;
  /** Without those that are ignored. */
  readonly failed: number;
  readonly ignored: number;
  readonly cancelled: number;
  readonly incomplete: number;
  readonly skipped: number;
  readonly skippedByTimeout: number;
  /** Messages of tasks that refer to results that do not exist. */
  readonly invalid: readonly string[];
}

function count(decisions: readonly TaskDecision[]): Counts {
  const having = (test: (decision: TaskDecision) => boolean): number => decisions.filter(test).length;
  const outcome = (wanted: string): number =>
    having((decision) => decision.kind === 'started' && decision.outcome === wanted);
  const [failed, ignored, cancelled] = [outcome('failed'), outcome('ignored'), outcome('cancelled')];
  return {
    completed: outcome('succeeded') + failed + ignored + cancelled,
    failed,
    ignored,
    cancelled,
    incomplete: outcome('running') + having(({ kind }) => kind === 'start' || kind === 'wait'),
    skipped: having(({ kind }) => kind === 'skip'),
    skippedByTimeout: having((one) => one.kind === 'skip' && TIMEOUTS.has(one.reason)),
    invalid: decisions.flatMap((decision) => (decision.kind === 'invalid' ? [decision.message] : [])),
  };
}

const TIMEOUTS: ReadonlySet<string> = new Set(['pipelineTimeout', 'tasksTimeout', 'finallyTimeout']);

/** The most characters of messages about tasks that refer to results that do not exist. */
const INVALID_LIMIT = 1024;

function completedText({ completed, failed, ignored, cancelled }: Counts): string {
  const failures = ignored > 0 ? `${String(failed + ignored)} (Ignored: ${String(ignored)})` : String(failed);
  return `Tasks Completed: ${String(completed)} (Failed: ${failures}, Cancelled ${String(cancelled)})`;
}

/** What the condition depends on beside the tasks. */
export interface CountedRun {
  readonly name: string;
  readonly stopRequest?: StopRequest | undefined;
  /** The timeout of `tasks` as text, if it has passed. */
  readonly tasksTimeout?: string | undefined;
  /** Whether all tasks of `finally` have ended or are skipped. */
  readonly isFinallyDone: boolean;
}

/** Returns the condition of a run whose tasks have these states, in any order. */
export function countedCondition(decisions: readonly TaskDecision[], run: CountedRun): ConditionUpdate {
  const counts = count(decisions);
  return counts.incomplete > 0 ? runningCondition(counts, run) : finishedCondition(counts, run);
}

function runningCondition(counts: Counts, { stopRequest, tasksTimeout, isFinallyDone }: CountedRun): ConditionUpdate {
  const message = `${completedText(counts)}, Incomplete: ${String(counts.incomplete)}, Skipped: ${String(counts.skipped)}`;
  const isStopping = counts.cancelled > 0 || (counts.failed > 0 && isFinallyDone);
  const reason =
    stopRequest === 'cancelRunFinally'
      ? 'CancelledRunningFinally'
      : stopRequest === 'stopRunFinally'
        ? 'StoppedRunningFinally'
        : tasksTimeout !== undefined
          ? 'PipelineRunTimeoutRunningFinally'
          : isStopping
            ? 'PipelineRunStopping'
            : 'Running';
  return { status: 'Unknown', reason, message };
}

function finishedCondition(counts: Counts, { name, stopRequest, tasksTimeout }: CountedRun): ConditionUpdate {
  const message = `${completedText(counts)}, Skipped: ${String(counts.skipped)}`;
  const failure = (reason: string, text = message): ConditionUpdate => ({ status: 'False', reason, message: text });
  if (tasksTimeout !== undefined)
    return failure(
      'PipelineRunTimeout',
      `PipelineRun "${name}" failed due to tasks failed to finish within "${tasksTimeout}"`,
    );
  if (counts.invalid.length > 0) {
    const details = counts.invalid.join('; ').slice(0, INVALID_LIMIT);
    const text = `${message}, Failed Validation: ${String(counts.invalid.length)} (${details})`;
    return failure('PipelineValidationFailed', text);
  }
  if (counts.failed > 0 || counts.skippedByTimeout > 0) return failure('Failed');
  if (stopRequest) return failure('Cancelled', `PipelineRun "${name}" was cancelled`);
  if (counts.cancelled > 0) return failure('Cancelled');
  return { status: 'True', reason: counts.skipped > 0 ? 'Completed' : 'Succeeded', message };
}

/** Texts of `skippedTasks[].reason`. */
export const SKIP_REASONS: Readonly<Record<Exclude<SkipReason, 'condition'>, string>> = {
  stopping: 'PipelineRun was stopping',
  gracefullyCancelled: 'PipelineRun was gracefully cancelled',
  gracefullyStopped: 'PipelineRun was gracefully stopped',
  when: 'When Expressions evaluated to false',
  parents: 'Parent Tasks were skipped',
  results: 'Results were missing',
  pipelineTimeout: 'PipelineRun timeout has been reached',
  tasksTimeout: 'PipelineRun Tasks timeout has been reached',
  finallyTimeout: 'PipelineRun Finally timeout has been reached',
  emptyMatrix: 'Matrix Parameters have an empty array',
};
