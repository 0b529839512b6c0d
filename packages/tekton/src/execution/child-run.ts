/**
 * A run that a PipelineRun creates for one of its tasks, independent of the API version that writes it.
 *
 * Built by the planner; each API version writes it as its own TaskRun, CustomRun or PipelineRun.
 */

import type { ObjectMeta } from '../model/kubernetes.js';
import type {
  ParamAssignment,
  PipelineTaskSettings,
  ResourceBindingModel,
  RunModel,
  TaskSource,
} from '../model/model.js';
import type { PodTemplate } from '../model/pod.js';

type StringMap = Readonly<Record<string, string>>;

/** Labels and annotations. */
export interface MetadataMaps {
  readonly labels?: StringMap | undefined;
  readonly annotations?: StringMap | undefined;
}

/** The run of one task, or of one combination of its matrix. */
export interface ChildRun {
  readonly name: string;
  /** Metadata of the PipelineRun, which owns it. */
  readonly owner: ObjectMeta;
  readonly pipelineName: string;
  /** Metadata of the Pipeline, which its runs inherit. */
  readonly inherited: MetadataMaps;
  /** Metadata of its own: of a Condition, or of an embedded definition. */
  readonly own: MetadataMaps;
  /** Name of the pipeline task. */
  readonly task: string;
  readonly section: 'tasks' | 'finally';
  readonly source: TaskSource;
  /** The embedded definition as it is written, with the values of its variables. Absent: `source` is not embedded. */
  readonly embedded?: object;
  readonly params: readonly ParamAssignment[];
  readonly inputs: readonly ResourceBindingModel[];
  readonly outputs: readonly ResourceBindingModel[];
  readonly workspaces: RunModel['workspaces'];
  readonly serviceAccount?: string;
  readonly podTemplate?: PodTemplate;
  /** What the PipelineRun sets for this task alone. */
  readonly settings?: PipelineTaskSettings;
  readonly timeouts: {
    /** Of the pipeline task. */
    readonly taskMs?: number | undefined;
    /** Of the whole PipelineRun. */
    readonly runMs?: number | undefined;
    /** Of runs that set none. */
    readonly defaultMs: number;
  };
  readonly retries: number;
  /** Whether the pipeline continues when it fails. */
  readonly isFailureIgnored: boolean;
}
