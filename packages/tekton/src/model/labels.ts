/** Tekton's labels and annotations, by which tkn and dashboards select objects, and which annotations are inherited. */

/** Keys of labels. */
export const TEKTON_LABELS = {
  pipeline: 'tekton.dev/pipeline',
  pipelineRun: 'tekton.dev/pipelineRun',
  pipelineTask: 'tekton.dev/pipelineTask',
  pipelineRunUid: 'tekton.dev/pipelineRunUID',
  /** `tasks` or `finally`. */
  memberOf: 'tekton.dev/memberOf',
  task: 'tekton.dev/task',
  taskRun: 'tekton.dev/taskRun',
  taskRunUid: 'tekton.dev/taskRunUID',
  /** On the TaskRun and pod of a condition's check: the TaskRun's name. */
  conditionCheck: 'tekton.dev/conditionCheck',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Value of the label `managedBy` on all pods of TaskRuns. */
export const MANAGED_BY_TEKTON = 'tekton-pipelines';

/** Annotation of a pod whose sidecars have all been ready: its steps have started. */
export const READY_ANNOTATION = 'tekton.dev/ready';

/**
 * Annotation with the `apiVersion` in which the spec of an object is written. Conversion webhooks set it, and users for an object whose
 * version cannot be determined.
 */
export const SPEC_VERSION = 'pipewright.dev/spec-version';

/** Annotation of a TaskRun whose failure does not fail its pipeline. */
export const ON_ERROR_ANNOTATION = 'pipeline.tekton.dev/pipeline-task-on-error';

/** Annotations that describe only one object and are not inherited. */
const NOT_INHERITED: ReadonlySet<string> = new Set(['kubectl.kubernetes.io/last-applied-configuration', SPEC_VERSION]);

type StringMap = Readonly<Record<string, string>>;

/** Returns the annotations that objects created for this one inherit. */
export const inheritedAnnotations = (annotations: StringMap | undefined): StringMap =>
  Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !NOT_INHERITED.has(key)));

/** Labels and annotations that an object gets from the one that it refers to. */
export interface Inherited {
  readonly labels: StringMap;
  readonly annotations: StringMap;
}
