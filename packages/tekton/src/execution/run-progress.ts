/**
 * The state of a run as its status reports it, independent of the API version.
 *
 * The planner determines it from TaskRuns and pods; the status format of each version writes it.
 */

import type { ContainerState } from '../model/kubernetes.js';
import type { TektonConfig } from '../model/config.js';
import type { TaskModel } from '../model/model.js';
import type { RunObject } from '../model/run-status.js';
import type { ParamValue } from '../model/param.js';
import type { ConditionUpdate } from './condition.js';
import type { RecordedReference, RecordedSkip } from './run-memory.js';

/**
 * The phase of a task.
 *
 * - `absent`: not started; `checking`: its checks run; `cleared`: they have passed, and it may start
 * - `skipped`: one of them has failed
 * - `gone`: its TaskRun, or that of a check, was deleted before it ended
 * - `retry`: failed, and may be retried
 * - `cancelled`: its run was cancelled, not by its PipelineRun's timeout
 */
export type TaskPhase =
  'absent' | 'checking' | 'cleared' | 'skipped' | 'gone' | 'running' | 'retry' | 'succeeded' | 'failed' | 'cancelled';

/** The state of a pipeline task. */
export interface TaskProgress {
  readonly task: string;
  /** Name of its TaskRun, whether it exists or not. */
  readonly name: string;
  readonly phase: TaskPhase;
  /** Its condition checks, by name of their TaskRuns. */
  readonly checks: readonly { readonly name: string; readonly condition: string }[];
}

/** A run of a task, as the status of its PipelineRun refers to it. */
export interface ChildReference extends RecordedReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly task: string;
}

/** What a status reports of a pipeline. */
export interface PipelineProgress {
  /** Runs that exist or are about to be created, in the order of the tasks. */
  readonly children: readonly ChildReference[];
  /** In the order of the tasks. */
  readonly skipped: readonly (RecordedSkip & { readonly task: string })[];
  /** Whether a task of `finally` has started. */
  readonly hasFinallyStarted: boolean;
  /** Absent: the run has not ended. */
  readonly results?: readonly { readonly name: string; readonly value: ParamValue }[];
  /** The pipeline as it is written, with the values of its params. */
  readonly pipeline: object;
  readonly config: TektonConfig;
}

/** The state of a PipelineRun. `C`: its TaskRuns, which have the API version of the run. */
export interface RunProgress<C extends RunObject = RunObject> {
  /** Absent if the condition does not change. */
  readonly update?: ConditionUpdate;
  /** Empty if the pipeline is unknown, or if its tasks no longer matter. */
  readonly tasks: readonly TaskProgress[];
  /** The TaskRuns that exist and belong to the run, by name. */
  readonly taskRuns: ReadonlyMap<string, C>;
  /** Names of the TaskRuns that are about to be created, including those of checks. */
  readonly creating: ReadonlySet<string>;
  /** Absent: nothing is reported of the pipeline beside the condition. */
  readonly pipeline?: PipelineProgress;
  readonly now: Date;
}

/** The state of a container of a TaskRun's pod. */
export interface ContainerReport {
  /** Name of the step or sidecar. */
  readonly name: string;
  /** Name of the container: the name with a prefix. */
  readonly container: string;
  readonly imageID?: string;
  readonly state: ContainerState;
  /** Why it ended, in Tekton's terms. Absent: it has not ended, or did not start. */
  readonly terminationReason?: string;
}

/** What a step has written into its termination message. */
export type StepOutput =
  /** The value of a Task result. */
  | { readonly kind: 'result'; readonly name: string; readonly value: string }
  /** The value of a result of a step. */
  | { readonly kind: 'step-result'; readonly step: string; readonly name: string; readonly value: string }
  /** A property of a PipelineResource, for example the cloned commit. */
  | {
      readonly kind: 'resource';
      readonly name: string;
      readonly digest: string;
      readonly key: string;
      readonly value: string;
      readonly resourceRef: { readonly name?: string };
    };

/** The state of a TaskRun's pod. */
export interface PodReport {
  readonly podName?: string;
  /** In the order in which they run. */
  readonly steps: readonly ContainerReport[];
  readonly sidecars: readonly ContainerReport[];
  /** In the order of the steps. Empty while steps run. */
  readonly outputs: readonly StepOutput[];
  readonly hasSucceeded: boolean;
}

/** The Task of a TaskRun that starts. */
export interface StartedTask {
  /** Its spec, as it is written in the API version of the run. */
  readonly written: object;
  /** The same with the values of its variables. */
  readonly task: TaskModel;
  /** Where it comes from. Absent: from the run or its namespace. */
  readonly source?: {
    readonly uri: string;
    readonly digest: Readonly<Record<string, string>>;
    readonly entryPoint?: string;
  };
  /** The settings of the cluster, as statuses record them. */
  readonly featureFlags: Readonly<Record<string, unknown>>;
}
