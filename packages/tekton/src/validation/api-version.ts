/**
 * The interface of an API version, used by the shared checks and by execution.
 *
 * Each version's directory has one implementation; `versions/versions.ts` lists them.
 */

import type { ConformanceMessages } from '../schema/conformance.js';
import type { PipelineRunFormat, TaskRunFormat } from '../execution/status-format.js';
import type { PipelineRunRules } from '../execution/pipeline-run-rules.js';
import type { TaskRunRules } from '../execution/task-run-rules.js';
import type { FieldPaths } from '../model/field-paths.js';
import type { DefaultOptions } from '../model/default-options.js';
import type {
  CustomRunModel,
  ParamAssignment,
  PipelineModel,
  PipelineRunModel,
  StepActionModel,
  TaskModel,
  TaskRunModel,
} from '../model/model.js';
import type { NewRun } from '../model/new-run.js';
import type { Problem } from '../problems/problem.js';
import type { Report } from '../problems/report.js';
import type { KindDefinition } from '../schema/kind-definition.js';
import type { ClusterSettings } from './cluster-settings.js';
import type { ReadableObject } from './catalog.js';
import type { ValidationContext } from './context.js';
import type { ReferenceScope } from './pipeline-references.js';

/** An object before or after an update. */
export interface UpdatedObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** One version of the API group tekton.dev. */
export interface ApiVersion {
  readonly apiVersion: string;
  readonly kinds: Readonly<Record<string, KindDefinition>>;
  readonly messages: ConformanceMessages;
  /** Whether a field name in another case is unknown. Absent: Tekton decodes names in any case. */
  readonly areFieldNamesExact?: true;
  /** Kinds that Tekton removed from this version, with what replaces them. */
  readonly removedKinds?: Readonly<Record<string, string>>;
  /** Reads specs of this version's kinds. */
  readonly specReaders: SpecReaders;
  /** Whether a spec has fields that no other version has, which tells its version. Absent: its fields tell nothing. */
  readonly hasOwnFields?: (kind: string, spec: Readonly<Record<string, unknown>>) => boolean;
  /** Wraps an object that conforms to the schema of its kind. */
  readonly interpret: (object: object) => VersionedObject;
  /** Paths of the fields in objects of this version that hold the lists of the model. */
  readonly fieldPaths: FieldPaths;
  /** Creates the object of a new run. */
  readonly writeRun: (run: NewRun) => object;
  /** Returns a copy of a run of this version with these params added. Existing params are overwritten. */
  readonly withParams: <T extends object>(run: T, params: readonly ParamAssignment[]) => T;
  /** Returns a copy of an object of this version with the defaults of the webhook. Does not validate it. */
  readonly applyDefaults: <T extends object>(object: T, options: DefaultOptions) => T;
  /** Checks an update. Absent: the webhook of this version admits all. */
  readonly checkUpdate?: (before: UpdatedObject, after: UpdatedObject, report: Report) => void;
  /** Returns the webhook's message for an object with these problems; undefined if it admits the object. */
  readonly admissionMessage: (problems: readonly Problem[]) => string | undefined;
  /** Returns the text in which an API server passes that message on, with the name of the webhook. */
  readonly admissionDenial: (problems: readonly Problem[]) => string | undefined;
  /** Whether controllers execute PipelineRuns of this version. Absent: they end them with a message. */
  readonly isExecuted?: true;
  /** The statuses of this version. Absent: its runs are checked and not executed. */
  readonly taskRunFormat?: TaskRunFormat;
  readonly pipelineRunFormat?: PipelineRunFormat;
  /** The rules of this version for TaskRuns. Absent: as for `taskRunFormat`. */
  readonly taskRunRules?: TaskRunRules;
  /** The rules of this version for PipelineRuns. Absent: as for `pipelineRunFormat`. */
  readonly pipelineRunRules?: PipelineRunRules;
}

/**
 * Reads specs into the model, without any check.
 *
 * Members are methods, so that an implementation takes the types of its own version; the table of versions passes it no other specs.
 */
export interface SpecReaders {
  readTask(spec: object): TaskModel;
  readTaskRun(spec: object): TaskRunModel;
  readPipeline(spec: object): PipelineModel;
  readPipelineRun(spec: object): PipelineRunModel;
  /** Absent: this version has no such kind. */
  readStepAction?(spec: object): StepActionModel;
  readCustomRun?(spec: object): CustomRunModel;
}

/** A Tekton object with the checks and the reader of its API version. */
export interface VersionedObject extends ReadableObject {
  /** Checks the object on its own. */
  readonly check: (context: ValidationContext, settings: ClusterSettings) => void;
  /** Checks the references of the object. */
  readonly checkReferences: (scope: ReferenceScope, context: ValidationContext) => void;
}
