/** The little that the command reads of runs and pods. Everything may be missing: they are seen while they grow. */

import type { KubeObject } from '@pipewright/kube';
import type { PipelineRunStatus, StatusCondition, TaskRunStatus } from '@pipewright/tekton';
import type { ResourceResult, TaskOutcome, TaskResult } from './events.js';

/** A PipelineRun on the API server. */
export interface ObservedPipelineRun extends KubeObject {
  readonly status?: PipelineRunStatus;
}

/** A TaskRun on the API server. */
export interface ObservedTaskRun extends KubeObject {
  readonly status?: TaskRunStatus;
}

/** A container's state, as far as logs and exit codes need it. */
export interface ObservedContainer {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: {
    readonly running?: object;
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number; readonly reason?: string };
  };
}

/** A pod on the API server. */
export interface ObservedPod extends KubeObject {
  readonly spec?: { readonly containers?: readonly { readonly name: string }[] };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly ObservedContainer[];
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** What the logs of a pod lack; undefined if they are complete. */
export const incompleteLogsOf = ({ status }: ObservedPod): string | undefined =>
  status?.conditions?.find((each) => each.type === 'pipewright.dev/LogsIncomplete' && each.status === 'True')?.message;

/** The `Succeeded` condition of a run. */
export const succeededCondition = (conditions: readonly StatusCondition[] | undefined): StatusCondition | undefined =>
  conditions?.find(({ type }) => type === 'Succeeded');

/** How a run ended; undefined while it goes on. */
export function outcomeOf(condition: StatusCondition | undefined): TaskOutcome | undefined {
  if (condition === undefined || condition.status === 'Unknown') return undefined;
  if (condition.status === 'True') return 'succeeded';
  if (condition.reason === 'ConditionCheckFailed') return 'skipped';
  if (condition.reason?.endsWith('Cancelled') === true) return 'cancelled';
  return condition.reason?.endsWith('Timeout') === true ? 'timed-out' : 'failed';
}

/** What keeps a TaskRun from beginning; undefined while it is merely about to. */
export function pendingReason(
  condition: StatusCondition | undefined,
): { readonly reason: string; readonly message: string } | undefined {
  const { status, reason = '', message = '' } = condition ?? {};
  if (status !== 'Unknown' || !PENDING_REASONS.has(reason) || message === 'Pending') return undefined;
  // Without the number of attempts, so that the message stays equal between them.
  return { reason, message: message.replace(/, reattempted \d+ times/, '') };
}

const PENDING_REASONS: ReadonlySet<string> = new Set(['Pending', 'ExceededNodeResources', 'ExceededResourceQuota']);

/** What steps reported about resources: commits, digests. */
export const resourceResultsOf = (status: TaskRunStatus | undefined): readonly ResourceResult[] =>
  (status?.resourcesResult ?? []).map(({ name, key, value, digest, resourceRef }) => ({
    resource: resourceRef.name ?? name,
    key,
    value: value === '' ? digest : value,
  }));

/** What the task reported under the names of its results. */
export const taskResultsOf = (status: TaskRunStatus | undefined): readonly TaskResult[] =>
  (status?.taskResults ?? []).map(({ name, value }) => ({ name, value }));
