/**
 * Reads and writes the status of a PipelineRun of tekton.dev/v1, in which `childReferences` lists the runs of its tasks.
 *
 * The list has no outcomes: those are in the children. A child that the list has and that does not exist was deleted.
 */

import { conditionsOf, statusWithCondition, timeOrNow } from '../execution/condition.js';
import type { ChildReference, PipelineProgress, RunProgress } from '../execution/run-progress.js';
import type { RecordedSkip, RecordedTask, RunMemory } from '../execution/run-memory.js';
import type { SkipReason } from '../execution/schedule.js';
import type { PipelineRunFormat } from '../execution/status-format.js';
import type { WhenModel } from '../model/model.js';
import { featureFlagsOf } from '../model/feature-flags.js';
import type { PipelineRun } from './objects.js';
import { readWhen } from './reader.js';
import { SKIP_REASONS } from './run-counts.js';
import type { ChildStatusReference, PipelineRunStatus, SkippedTask } from './status.js';
import type { PipelineSpec, WhenExpression } from './types.js';

/** The format. */
export const pipelineRunFormat: PipelineRunFormat<PipelineRun> = {
  write: writeStatus,
  readMemory,
  withoutSteps: (status) => status, // the status does not repeat those of its children
  areChildrenDone: () => true, // likewise
};

function writeStatus({ status: before = {} }: PipelineRun, { update, pipeline, now }: RunProgress): PipelineRunStatus {
  const status = update ? withUpdate(before, update, now) : before;
  return pipeline ? withPipeline(status, pipeline, now) : status;
}

/** A pending run has no start time. */
const withUpdate = (
  before: PipelineRunStatus,
  update: NonNullable<RunProgress['update']>,
  now: Date,
): PipelineRunStatus =>
  update.reason === 'PipelineRunPending'
    ? { ...before, conditions: conditionsOf(before, update, now) }
    : statusWithCondition(before, update, now);

function withPipeline(status: PipelineRunStatus, pipeline: PipelineProgress, now: Date): PipelineRunStatus {
  const { children, skipped, hasFinallyStarted, results = [], config } = pipeline;
  const known = new Set(children.map(({ name }) => name));
  const others = (status.childReferences ?? []).filter(({ name = '' }) => !known.has(name));
  const references = [...children.map(reference), ...others];
  const { skippedTasks: _, ...rest } = status;
  return {
    ...rest,
    ...(references.length > 0 && { childReferences: references }),
    ...(skipped.length > 0 && { skippedTasks: skipped.map(skippedTask) }),
    ...(hasFinallyStarted && { finallyStartTime: timeOrNow(status.finallyStartTime, now) }),
    ...(results.length > 0 && { results }),
    pipelineSpec: status.pipelineSpec ?? (pipeline.pipeline as PipelineSpec), // of this version
    ...(config.enableProvenanceInStatus && {
      provenance: { ...status.provenance, featureFlags: featureFlagsOf(config) },
    }),
  };
}

const reference = ({ apiVersion, kind, name, task, displayName, when }: ChildReference): ChildStatusReference => ({
  apiVersion,
  kind,
  name,
  pipelineTaskName: task,
  ...(displayName !== undefined && { displayName }),
  ...(when && when.length > 0 && { whenExpressions: when.map(writeWhen) }),
});

const skippedTask = ({ task, reason, when }: PipelineProgress['skipped'][number]): SkippedTask => ({
  name: task,
  reason: reason === 'condition' ? SKIP_REASONS.parents : SKIP_REASONS[reason], // this version has no Conditions
  ...(when && when.length > 0 && { whenExpressions: when.map(writeWhen) }),
});

const writeWhen = (expression: WhenModel): WhenExpression =>
  expression.kind === 'cel'
    ? { cel: expression.expression }
    : {
        ...(expression.input !== '' && { input: expression.input }),
        operator: expression.operator,
        values: expression.values,
      };

const REASONS: ReadonlyMap<string, SkipReason> = new Map(
  Object.entries(SKIP_REASONS).map(([reason, text]) => [text, reason as SkipReason]), // its keys
);

function readMemory(status: PipelineRunStatus | undefined): RunMemory {
  const { childReferences = [], skippedTasks = [], pipelineSpec } = status ?? {};
  const known = childReferences.map(({ name = '', pipelineTaskName: task = '', ...rest }) => ({ name, task, ...rest }));
  return {
    tasks: new Map(
      known.map(({ name, task }): [string, RecordedTask] => [
        name,
        { task, attempt: 0, outcome: 'running', checks: new Map() },
      ]),
    ),
    created: new Set(known.map(({ name }) => name)),
    skipped: new Map(skippedTasks.map(readSkip)),
    references: new Map(
      known.map(({ name, displayName, whenExpressions }) => [
        name,
        {
          ...(displayName !== undefined && { displayName }),
          ...(whenExpressions && { when: readWhen(whenExpressions) }),
        },
      ]),
    ),
    ...(pipelineSpec && { pipeline: pipelineSpec }),
  };
}

const readSkip = ({ name, reason, whenExpressions }: SkippedTask): [string, RecordedSkip] => [
  name,
  { reason: REASONS.get(reason) ?? 'stopping', ...(whenExpressions && { when: readWhen(whenExpressions) }) },
];
