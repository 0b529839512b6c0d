/**
 * The rules of an API version for the runs of its Pipelines: the part of its interface, beside the format of statuses, that the planner
 * of PipelineRuns uses.
 *
 * Members are methods, so that an implementation takes the types of its own version; the table of versions passes it no other objects.
 */

import type { PipelineModel, PipelineRunModel, PipelineTaskModel, TaskModel } from '../model/model.js';
import type { ResourceType } from '../model/resource.js';
import type { RunObject } from '../model/run-status.js';
import type { ValueReplacements } from '../variables/pipeline-values.js';
import type { TaskReference } from '../variables/task-references.js';
import type { ChildRun, MetadataMaps } from './child-run.js';
import type { Owner } from './child-names.js';
import type { ConditionUpdate } from './condition.js';
import type { RunFailure } from '../model/run-failure.js';
import type { MissingResult, TaskDecision } from './schedule.js';

/** Names in messages: of the run, of its Pipeline, and their namespace. */
export interface PipelineRunNames {
  readonly namespace: string;
  readonly run: string;
  readonly pipeline: string;
}

/** The limits of the cluster that a run must keep to. */
export interface PipelineLimits {
  readonly maxMatrixCombinations: number;
}

/** A pipeline that is about to run. */
export interface CheckedPipeline {
  readonly names: PipelineRunNames;
  readonly run: PipelineRunModel;
  readonly pipeline: PipelineModel;
  /** The spec of the run as it is written. */
  readonly writtenRun: object;
  /** The pipeline as it is written. */
  readonly written: object;
  readonly limits: PipelineLimits;
  readonly hasResource: (name: string) => boolean;
}

/** A task of a pipeline with the Task that it runs. */
export interface CheckedTask {
  /** With the values of the pipeline's variables. */
  readonly task: PipelineTaskModel;
  /** Before. */
  readonly declared: PipelineTaskModel;
  /** Absent: another controller knows it. */
  readonly model: TaskModel | undefined;
  /** Types of the resources bound to its inputs and outputs. */
  readonly bound: {
    readonly inputs: ReadonlyMap<string, ResourceType>;
    readonly outputs: ReadonlyMap<string, ResourceType>;
  };
}

/** The state of a run whose tasks are decided about. */
export interface DecidedRun {
  readonly name: string;
  readonly run: PipelineRunModel;
  /** In declared order. */
  readonly tasks: ReadonlyMap<string, TaskDecision>;
  readonly finally: ReadonlyMap<string, TaskDecision>;
  /** The timeout of `tasks` as text, if it has passed. */
  readonly tasksTimeout: string | undefined;
  /** The first run of a task that has failed, and whether it was deleted. Absent: none has. */
  readonly failure: { readonly name: string; readonly isGone: boolean } | undefined;
}

/** What identifies a task by its definition in messages: its kind and name. */
export interface TaskId {
  readonly kind: 'Task' | 'ClusterTask';
  readonly name: string;
}

/** How pipelines are written, and what their variables stand for. */
export interface PipelineDefinitions {
  /** Returns the tasks of a pipeline as they are written. */
  tasksOf(pipeline: object): { readonly tasks: readonly object[]; readonly finally: readonly object[] };
  readTask(written: object): PipelineTaskModel;
  /** Returns the references of a task to other tasks. They make it depend on those of kind `result` and `matrixLength`. */
  referencesOf(written: object): readonly TaskReference[];
  /** Returns the values of a pipeline's params and of what else does not change while it runs. */
  valuesOf(pipeline: CheckedPipeline, runUid: string): ValueReplacements;
  /** Returns a task with the values of its variables. Other variables stay. */
  withValues(written: object, values: ValueReplacements): object;
  /** Returns a pipeline with the values of variables in its tasks. */
  pipelineWithValues(pipeline: object, values: ValueReplacements): object;
  /** Returns the embedded definition of a task, without what only pipelines have. */
  embeddedOf(written: object): { readonly spec: object; readonly metadata: MetadataMaps } | undefined;
}

/** Why a run cannot run, in the order in which Tekton finds out, and in its words. */
export interface PipelineFailures {
  pipelineNotFound(names: PipelineRunNames): RunFailure;
  taskNotFound(names: PipelineRunNames, task: TaskId): RunFailure;
  conditionNotFound(names: PipelineRunNames, condition: string): RunFailure;
  invalidGraph(names: PipelineRunNames, problem: string): RunFailure;
  invalidSpec(names: PipelineRunNames, problem: string): RunFailure;
  /** What the run passes to the pipeline. */
  arguments(checked: CheckedPipeline): RunFailure | undefined;
  /** What the pipeline passes to one of its tasks. */
  taskArguments(checked: CheckedPipeline, task: CheckedTask): RunFailure | undefined;
  /** What the tasks take from each other, and the pipeline from them. */
  references(checked: CheckedPipeline, tasks: readonly CheckedTask[]): RunFailure | undefined;
  /** A task that needs a result that does not exist. Absent: the schedule has the message. */
  missingResult?(subject: string, missing: MissingResult): string;
}

/** The condition of a run. */
export interface PipelineConditions {
  readonly pending: (name: string) => ConditionUpdate;
  readonly cancelled: (name: string) => ConditionUpdate;
  readonly timedOut: (name: string, timeout: string) => ConditionUpdate;
  /** Returns the condition that follows from its tasks: running, or ended. */
  readonly ofTasks: (run: DecidedRun) => ConditionUpdate;
  /** A result of the pipeline that a successful task has not produced. */
  readonly resultsMissing: (name: string, results: readonly string[]) => ConditionUpdate;
  /** A CEL expression that fails. */
  readonly celFailed: (name: string, message: string) => ConditionUpdate;
}

/** Why a PipelineRun cancels the runs of its tasks. */
export type CancelCause = 'cancelled' | 'timedOut';

/** The runs of the tasks. */
export interface PipelineChildren {
  /** Returns the names of the runs of all tasks, by task. */
  namesOf(owner: Owner, tasks: readonly string[]): ReadonlyMap<string, string>;
  /** Returns the names of the runs of one task with a matrix. */
  namesOfMatrix(owner: Owner, task: string, count: number): readonly string[];
  write(child: ChildRun): RunObject;
  /** Whether a run that the PipelineRun owns was created for one of its tasks, whatever its name is. */
  isChild(labels: Readonly<Record<string, string>>): boolean;
  /** Returns the fields of the spec that cancel a run of this kind. */
  cancellation(kind: string, because: CancelCause): Readonly<Record<string, string>>;
  /** Returns the labels and annotations that a run gets from its Pipeline. */
  inheritedBy(run: MetadataMaps, pipeline: MetadataMaps, pipelineName: string): MetadataMaps;
}

/** The rules. */
export interface PipelineRunRules {
  /** Whether the PipelineRun starts the next attempt of a TaskRun. Otherwise the TaskRun does. */
  readonly retriesChildren: boolean;
  /** Whether params of a run can be used in the pipeline that it embeds without a declaration. */
  readonly paramsPropagate: boolean;
  readonly definitions: PipelineDefinitions;
  readonly failures: PipelineFailures;
  readonly conditions: PipelineConditions;
  readonly children: PipelineChildren;
}
