/**
 * Reads the specs of objects into the model by their API version, without any check.
 *
 * For execution, which reads the same objects often and has checked them once. `tryReadObject` is for objects of unknown form.
 */

import type {
  CustomRunModel,
  PipelineModel,
  PipelineRunModel,
  StepActionModel,
  TaskModel,
  TaskRunModel,
} from '../model/model.js';
import { findVersion } from './versions.js';

/** A spec, and the API version in which it is written. */
export interface VersionedSpec {
  readonly apiVersion: string;
  readonly spec: object;
}

/** Reads a Task or ClusterTask. Throws if its version is not supported, as all readers below. */
export const taskModel = ({ apiVersion, spec }: VersionedSpec): TaskModel =>
  findVersion(apiVersion).specReaders.readTask(spec);

/** Reads a TaskRun. */
export const taskRunModel = ({ apiVersion, spec }: VersionedSpec): TaskRunModel =>
  findVersion(apiVersion).specReaders.readTaskRun(spec);

/** Reads a Pipeline. */
export const pipelineModel = ({ apiVersion, spec }: VersionedSpec): PipelineModel =>
  findVersion(apiVersion).specReaders.readPipeline(spec);

/** Reads a PipelineRun. */
export const pipelineRunModel = ({ apiVersion, spec }: VersionedSpec): PipelineRunModel =>
  findVersion(apiVersion).specReaders.readPipelineRun(spec);

/** Reads a StepAction. Throws if its version has none. */
export function stepActionModel({ apiVersion, spec }: VersionedSpec): StepActionModel {
  const { specReaders } = findVersion(apiVersion);
  if (!specReaders.readStepAction) throw new Error(`${apiVersion} has no StepActions`);
  return specReaders.readStepAction(spec);
}

/** Reads a CustomRun. Throws if its version has none. */
export function customRunModel({ apiVersion, spec }: VersionedSpec): CustomRunModel {
  const { specReaders } = findVersion(apiVersion);
  if (!specReaders.readCustomRun) throw new Error(`${apiVersion} has no CustomRuns`);
  return specReaders.readCustomRun(spec);
}
