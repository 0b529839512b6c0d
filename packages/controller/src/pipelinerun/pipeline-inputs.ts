/** The objects that a PipelineRun refers to, as the edge reads them. Separate because the edge reads by the names that a pipeline has. */

import type {
  ConditionSpec,
  PipelineModel,
  PipelineResource,
  PipelineRunObject,
  PipelineTaskModel,
  TaskModel,
  TektonConfig,
} from '@pipewright/tekton';
import type { TaskObject } from '../taskrun/start.js';

/** The fields of a Pipeline that a run uses. */
export interface PipelineObject {
  /** The version in which `spec` is written. */
  readonly apiVersion: string;
  readonly spec: object;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The objects that a PipelineRun refers to. */
export interface PipelineInputs {
  readonly run: PipelineRunObject;
  /** The Pipeline referred to; undefined if it does not exist, or if the run has a pipelineSpec. */
  readonly pipeline: PipelineObject | undefined;
  /** Existing Tasks and ClusterTasks, by `kind/name`. */
  readonly tasks: ReadonlyMap<string, TaskObject>;
  /** Existing PipelineResources, by name. */
  readonly resources: ReadonlyMap<string, PipelineResource>;
  /** Existing Conditions, by name. */
  readonly conditions: ReadonlyMap<string, ConditionObject>;
  /** Whether files are handed over in a bucket, not on a claim. */
  readonly bucket?: boolean;
  /** The settings of the cluster. Default: Tekton's. */
  readonly config?: TektonConfig;
}

/** The fields of a Condition that a run uses. */
export interface ConditionObject {
  readonly spec: ConditionSpec;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Returns the key of a task in {@link PipelineInputs.tasks}. */
export const taskKey = ({ taskKind, name }: { readonly taskKind: string; readonly name: string }): string =>
  `${taskKind}/${name}`;

/** Names of the objects that a pipeline refers to, each once. */
export interface ReferencedNames {
  readonly tasks: readonly string[];
  readonly clusterTasks: readonly string[];
  readonly conditions: readonly string[];
  /** Whether an embedded task may hand over files. */
  readonly handsOver: boolean;
}

const allTasks = ({ tasks, finally: last }: PipelineModel): readonly PipelineTaskModel[] => [...tasks, ...last];

/** Returns the names of the objects that a pipeline refers to. */
export function referencedNames(pipeline: PipelineModel): ReferencedNames {
  const of = (kind: 'Task' | 'ClusterTask'): readonly string[] => [
    ...new Set(
      allTasks(pipeline).flatMap(({ source: use }) =>
        use?.kind === 'reference' && use.taskKind === kind ? [use.name] : [],
      ),
    ),
  ];
  const conditions = pipeline.tasks.flatMap((task) => task.conditions.map(({ condition }) => condition));
  return {
    tasks: of('Task'),
    clusterTasks: of('ClusterTask'),
    conditions: [...new Set(conditions)],
    handsOver: pipeline.tasks.some(({ source: use }) => use?.kind === 'embedded' && producesArtifacts(use.task)),
  };
}

/** Reports whether the outputs of a task may be handed over as files. */
export const producesArtifacts = ({ outputs }: TaskModel): boolean =>
  outputs.some(({ type }) => type === 'git' || type === 'storage');
