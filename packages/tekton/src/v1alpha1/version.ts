/**
 * Implements the API version interface for tekton.dev/v1alpha1: kinds, messages, checks, readers and writers.
 *
 * Only `versions/` imports this file.
 */

import type { ObjectModel } from '../model/object.js';
import type { ApiVersion, VersionedObject } from '../validation/api-version.js';
import type { ValidationContext } from '../validation/context.js';
import { checkMetadata, checkNamespace } from '../validation/metadata.js';
import { checkPipelineReferences, type ReferenceScope } from '../validation/pipeline-references.js';
import { denial, firstMessage } from './admission.js';
import { DECODE_MESSAGES } from './decode-messages.js';
import { withDefaults } from './defaults.js';
import { KINDS } from './kinds.js';
import { hasOwnFields } from './own-fields.js';
import { readCondition, readPipeline, readPipelineResource, readPipelineRun, readTask, readTaskRun } from './reader.js';
import { FIELD_PATHS, withParams, writeRun } from './run-writer.js';
import { pipelineRunRules } from './pipeline-run-rules.js';
import { pipelineRunFormat, taskRunFormat } from './status-writer.js';
import { taskRunRules } from './task-run-rules.js';
import { V1ALPHA1, type V1alpha1Object } from './types.js';
import { checkPipeline } from './validation/pipeline.js';
import { checkResource } from './validation/resource.js';
import { checkPipelineRun, checkTaskRun } from './validation/run.js';
import { checkPipelineRunReferences, checkTaskRunReferences } from './validation/run-references.js';
import { checkCondition, checkTask } from './validation/task.js';

/** The API version tekton.dev/v1alpha1. */
export const v1alpha1: ApiVersion = {
  apiVersion: V1ALPHA1,
  kinds: KINDS,
  messages: DECODE_MESSAGES,
  specReaders: { readTask, readTaskRun, readPipeline, readPipelineRun },
  hasOwnFields,
  interpret: (conforming) => {
    const object = { spec: {}, metadata: {}, ...conforming } as V1alpha1Object; // it conforms to the schema of its kind
    return {
      kind: object.kind,
      read: () => read(object),
      check: (context) => {
        check(object, context);
      },
      checkReferences: (scope, context) => {
        checkReferences(object, scope, context);
      },
    } satisfies VersionedObject;
  },
  fieldPaths: FIELD_PATHS,
  writeRun,
  withParams,
  applyDefaults: withDefaults,
  admissionMessage: firstMessage,
  admissionDenial: denial,
  taskRunFormat,
  pipelineRunFormat,
  taskRunRules,
  pipelineRunRules,
  isExecuted: true,
};

function read(object: V1alpha1Object): ObjectModel {
  const { kind } = object;
  const { name = '' } = object.metadata;
  switch (kind) {
    case 'Task':
    case 'ClusterTask':
      return { kind, task: readTask(object.spec) };
    case 'Pipeline':
      return { kind, pipeline: readPipeline(object.spec) };
    case 'TaskRun':
      return { kind, run: readTaskRun(object.spec) };
    case 'PipelineRun':
      return { kind, run: readPipelineRun(object.spec) };
    case 'Condition':
      return { kind, condition: readCondition(name, object.spec) };
    case 'PipelineResource':
      return { kind, resource: readPipelineResource(name, object.spec) };
  }
}

function checkReferences(object: V1alpha1Object, scope: ReferenceScope, context: ValidationContext): void {
  if (object.kind === 'Pipeline') checkPipelineReferences(readPipeline(object.spec), scope, context);
  if (object.kind === 'TaskRun') checkTaskRunReferences(readTaskRun(object.spec), scope, context);
  if (object.kind === 'PipelineRun') checkPipelineRunReferences(object.spec, scope, context);
}

function check(object: V1alpha1Object, context: ValidationContext): void {
  checkMetadata(object.kind, object.metadata, context);
  checkNamespace(object.metadata.namespace, context.report);
  switch (object.kind) {
    case 'Task':
    case 'ClusterTask':
      checkTask(object.spec, context);
      return;
    case 'Pipeline':
      checkPipeline(object.spec, context);
      return;
    case 'TaskRun':
      checkTaskRun(object.spec, context);
      return;
    case 'PipelineRun':
      checkPipelineRun(object.spec, context);
      return;
    case 'Condition':
      checkCondition(object.metadata.name ?? '', object.spec, context);
      return;
    case 'PipelineResource':
      checkResource(object.spec, context);
      return;
  }
}
