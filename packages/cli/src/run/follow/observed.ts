/**
 * The fields of runs and pods that the command reads. All are optional, because the objects are observed while they are
 * being populated.
 */

import type { KubeObject } from '@pipewright/kube';
import { taskRunFormatOf, type PipelineRunStatus, type StatusCondition, type TaskRunStatus } from '@pipewright/tekton';
import type { ResourceResult, TaskOutcome, TaskResult } from './events.js';

/** A PipelineRun as read from the API server. */
export interface ObservedPipelineRun extends KubeObject {
  readonly status?: ObservedPipelineRunStatus;
}

/** A task that a status of tekton.dev/v1 lists as skipped. */
export interface SkippedTask {
  readonly name: string;
  readonly reason: string;
  readonly whenExpressions?: readonly WhenExpression[];
}

/** A when expression whose variables are replaced. */
export interface WhenExpression {
  readonly input?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
  readonly cel?: string;
}

/** The status of a PipelineRun: of v1alpha1, with what v1 has in addition. */
export interface ObservedPipelineRunStatus extends PipelineRunStatus {
  readonly skippedTasks?: readonly SkippedTask[];
}

/** A TaskRun as read from the API server. */
export interface ObservedTaskRun extends KubeObject {
  readonly status?: TaskRunStatus;
}

/** The state of a container, limited to the fields for logs and exit codes. */
export interface ObservedContainer {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: {
    readonly running?: object;
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number; readonly reason?: string };
  };
}

/** A pod as read from the API server. */
export interface ObservedPod extends KubeObject {
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ObservedContainer[];
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** Returns what is missing from the logs of a pod; undefined if they are complete. */
export const incompleteLogsOf = ({ status }: ObservedPod): string | undefined =>
  status?.conditions?.find((each) => each.type === 'pipewright.dev/LogsIncomplete' && each.status === 'True')?.message;

/** Returns the `Succeeded` condition of a run. */
export const tryFindSucceededCondition = (
  conditions: readonly StatusCondition[] | undefined,
): StatusCondition | undefined => conditions?.find(({ type }) => type === 'Succeeded');

/** Returns the outcome of a run; undefined while it is running. */
export function outcomeOf(condition: StatusCondition | undefined): TaskOutcome | undefined {
  if (condition === undefined || condition.status === 'Unknown') return undefined;
  if (condition.status === 'True') return 'succeeded';
  if (condition.reason === 'ConditionCheckFailed') return 'skipped';
  if (condition.reason?.endsWith('Cancelled') === true) return 'cancelled';
  if (condition.reason !== undefined && STOPPED_REASONS.has(condition.reason)) return 'cancelled';
  return condition.reason?.endsWith('Timeout') === true ? 'timed-out' : 'failed';
}

/** Reasons of PipelineRuns that were stopped and have run `finally`. */
const STOPPED_REASONS: ReadonlySet<string> = new Set(['CancelledRunFinally', 'StoppedRunFinally']);

/** Returns why a TaskRun cannot start; undefined if it is about to start. */
export function pendingTaskRunReason(
  condition: StatusCondition | undefined,
): { readonly reason: string; readonly message: string } | undefined {
  const { status, reason = '', message = '' } = condition ?? {};
  if (status !== 'Unknown' || !PENDING_REASONS.has(reason) || message === 'Pending') return undefined;
  // Omits the number of attempts, so that the message stays the same between them.
  return { reason, message: message.replace(/, reattempted \d+ times/, '') };
}

const PENDING_REASONS: ReadonlySet<string> = new Set(['Pending', 'ExceededNodeResources', 'ExceededResourceQuota']);

/** Returns what steps reported about resources, such as commits and digests. */
export const resourceResultsOf = (status: TaskRunStatus | undefined): readonly ResourceResult[] =>
  (status?.resourcesResult ?? []).map(({ name, key, value, digest, resourceRef }) => ({
    resource: resourceRef.name ?? name,
    key,
    value: value === '' ? digest : value,
  }));

/** Returns the results of a task, in the format of the run's API version. */
export function taskResultsOf(run: ObservedTaskRun | undefined): readonly TaskResult[] {
  const { apiVersion = '', status } = run ?? {};
  if (status === undefined) return [];
  return taskRunFormatOf({ apiVersion, metadata: {}, status })
    .results(status)
    .map(({ name, value }) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));
}
