/** The fields that the statuses of runs share in every API version. Names and formats are Tekton's, since kubectl, tkn and dashboards read them. */

import type { AdditionalFields, ObjectMeta } from './kubernetes.js';

/** A condition. Runs have exactly one, of type `Succeeded`: Unknown while running, then True or False. */
export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly severity?: string;
}

/** Status of a run. Times are RFC 3339 with a precision of seconds. */
export interface RunStatus extends AdditionalFields {
  readonly conditions?: readonly StatusCondition[];
  readonly startTime?: string;
  readonly completionTime?: string;
}

/** A TaskRun or PipelineRun of any API version. */
export interface RunObject {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly status?: RunStatus;
}
