/**
 * The rules of an API version for the runs of its Tasks: the part of its interface, beside the format of statuses, that execution uses.
 *
 * Members are methods, so that an implementation takes the types of its own version.
 */

import type { StatusCondition } from '../model/run-status.js';
import type { RunFailure } from '../model/run-failure.js';
import type { PipelineResourceModel, StepActionModel, TaskModel, TaskRunModel } from '../model/model.js';
import type { RunWorkspaceBinding } from '../model/pod.js';
import type { ResourceType } from '../model/resource.js';

/** A TaskRun and its Task in messages. */
export interface TaskRunNames {
  readonly name: string;
  readonly namespace: string;
  /** Name of the Task. Absent: it is embedded. */
  readonly task?: string;
}

/** The TaskRun whose timeout has passed. */
export interface ExpiredTaskRun {
  readonly name: string;
  /** The timeout as text. */
  readonly timeout: string;
  /** Why none of its steps has started, as the end of a message. Empty: steps have started. */
  readonly pendingReason: string;
  /** Its condition before. */
  readonly condition?: StatusCondition | undefined;
}

/** The containers that a message can be about. */
export type ContainerRole = 'step' | 'sidecar' | 'init';

/** Why the pod of a TaskRun has failed. */
export type PodProblem =
  /** A container has ended with an exit code other than 0, or because of its timeout. */
  | {
      readonly kind: 'exited';
      readonly role: ContainerRole;
      readonly container: string;
      readonly exitCode: number;
      /** The kubelet's reason. */
      readonly reason: string;
      readonly imageID: string;
      readonly hasTimedOut: boolean;
      /** Why it was stopped from outside. */
      readonly stopReason?: string;
      readonly podName: string;
      readonly namespace: string;
    }
  /** The container runtime could not start a container. */
  | {
      readonly kind: 'not-started';
      readonly container: string;
      readonly image: string;
      /** Present: it has ended with this exit code. */
      readonly exitCode?: number;
      readonly reason: string;
      readonly message?: string;
    }
  | { readonly kind: 'config-error'; readonly container: string; readonly message?: string }
  | {
      readonly kind: 'image-pull';
      readonly taskRun: string;
      readonly step: string;
      readonly image: string;
      readonly message: string;
    }
  /** The pod has failed, and no container says why. */
  | { readonly kind: 'pod-failed'; readonly reason: string; readonly message: string; readonly initFailure?: string }
  /** The pod was deleted, and its node does not say that it has ended. */
  | { readonly kind: 'node-lost'; readonly message: string }
  /** The pod was deleted before its end was seen. */
  | { readonly kind: 'deleted'; readonly podName: string };

/** What a TaskRun passes to its Task, and what its variables refer to. */
export interface TaskRunArguments {
  readonly run: TaskRunModel;
  readonly task: TaskModel;
  readonly names: TaskRunNames;
  /** Types of the resources that are bound to its inputs and outputs. */
  readonly bound: {
    readonly inputs: ReadonlyMap<string, ResourceType>;
    readonly outputs: ReadonlyMap<string, ResourceType>;
  };
  /** Whether its workspaces may be on several claims, so that no node may have all of them. */
  readonly allowsSeveralClaims: boolean;
}

/** What the variables of a Task stand for in one run. */
export interface TaskValues {
  readonly run: TaskRunModel;
  readonly names: TaskRunNames;
  readonly uid: string;
  /** Number of earlier attempts. */
  readonly attempt: number;
  readonly inputs: ReadonlyMap<string, PipelineResourceModel>;
  readonly outputs: ReadonlyMap<string, PipelineResourceModel>;
  /** Names of the pod's volumes, by name of the workspace. */
  readonly workspaceVolumes: ReadonlyMap<string, string>;
  /** The StepActions that its steps refer to and that exist, by name. */
  readonly stepActions: ReadonlyMap<string, StepActionModel>;
}

/** A Task with the values of its variables and the bindings of its workspaces, or why it cannot be executed. */
export type ResolvedTaskModel =
  | { readonly kind: 'task'; readonly task: TaskModel; readonly workspaces: readonly RunWorkspaceBinding[] }
  | { readonly kind: 'refused'; readonly failure: RunFailure };

/** The rules. */
export interface TaskRunRules {
  /** Layout of pods: paths, names, defaults of containers. */
  readonly podLayout: 'v0.9' | 'v1';
  /** Whether a TaskRun is retried by its own reconciler; otherwise by that of its PipelineRun. */
  readonly retriesItself: boolean;
  /** Whether the start of a run is an event. */
  readonly reportsStart: boolean;
  /** Whether the settings of the cluster hold for its runs. */
  readonly hasSettings: boolean;
  /** Whether a Task is checked again when its run starts, for clusters without admission. */
  readonly checksSpecs: boolean;
  /** Whether labels and annotations of the Task replace those of the TaskRun. */
  readonly taskLabelsTakePrecedence: boolean;
  /** Reasons of a waiting container that cannot recover. */
  readonly permanentWaitingReasons: ReadonlyMap<string, 'not-started' | 'image-pull'>;
  /** Whether steps count as ended as soon as their pod is to be deleted. */
  readonly reportsKilledSteps: boolean;
  /** Whether a failed sidecar is reported in place of a failed step. */
  readonly sidecarsFailFirst: boolean;
  /** A TaskRun that is cancelled. `cancelReason`: as its spec gives it. */
  cancelled(name: string, cancelReason: string | undefined): RunFailure;
  timedOut(expired: ExpiredTaskRun): RunFailure;
  /** `duringTranslation`: before the API server was asked for the pod. */
  podNotCreated(names: TaskRunNames, cause: string, duringTranslation: boolean): RunFailure;
  taskNotFound(taskRun: string, kind: 'task' | 'clustertask', name: string): RunFailure;
  podFailure(problem: PodProblem): RunFailure;
  /** Returns the first mismatch between a Task and what its TaskRun passes. */
  argumentsFailure(given: TaskRunArguments): RunFailure | undefined;
  /** Fills in the variables that are known before the pod exists. */
  resolveTask(task: TaskModel, values: TaskValues): ResolvedTaskModel;
}
