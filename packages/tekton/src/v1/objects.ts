/** Wire types of whole objects of tekton.dev/v1: the specs in `types.ts` with metadata and status. */

import type { ObjectMeta } from '../model/kubernetes.js';
import type { PipelineRunStatus, TaskRunStatus } from './status.js';
import type { CustomRunSpec, PipelineRunSpec, PipelineSpec, StepActionSpec, TaskRunSpec, TaskSpec } from './types.js';

/** `apiVersion` of Task, Pipeline, TaskRun and PipelineRun. */
export const V1 = 'tekton.dev/v1';

/** `apiVersion` of StepAction and CustomRun. */
export const V1BETA1 = 'tekton.dev/v1beta1';

interface ObjectOfKind<Version extends string, Kind extends string, Spec> {
  readonly apiVersion: Version;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
}

/** A list of steps with the inputs they need. */
export type Task = ObjectOfKind<typeof V1, 'Task', TaskSpec>;
/** A graph of tasks. */
export type Pipeline = ObjectOfKind<typeof V1, 'Pipeline', PipelineSpec>;
/** One run of a Task. */
export type TaskRun = ObjectOfKind<typeof V1, 'TaskRun', TaskRunSpec> & { readonly status?: TaskRunStatus };
/** One run of a Pipeline. */
export type PipelineRun = ObjectOfKind<typeof V1, 'PipelineRun', PipelineRunSpec> & {
  readonly status?: PipelineRunStatus;
};
/** A step that Tasks share. */
export type StepAction = ObjectOfKind<typeof V1BETA1, 'StepAction', StepActionSpec>;
/** A run of a custom task, which another controller executes. */
export type CustomRun = ObjectOfKind<typeof V1BETA1, 'CustomRun', CustomRunSpec>;

/** Any object of this version. */
export type V1Object = Task | Pipeline | TaskRun | PipelineRun | StepAction | CustomRun;

/** The kinds of this version. */
export type Kind = V1Object['kind'];
