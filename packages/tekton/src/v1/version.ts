/**
 * Implements the API version interface for tekton.dev/v1.
 *
 * Only `versions/` and `v1beta1/` import this file.
 */

import type { ObjectModel } from '../model/object.js';
import type { ApiVersion, VersionedObject } from '../validation/api-version.js';
import type { ValidationContext } from '../validation/context.js';
import { checkNamespace } from '../validation/metadata.js';
import type { ReferenceScope } from '../validation/pipeline-references.js';
import { DEFAULT_CONFIG } from '../model/config.js';
import { denial, webhookAnswer } from './admission.js';
import { DECODE_MESSAGES } from './decode-messages.js';
import { withDefaults } from './defaults.js';
import { KINDS } from './kinds.js';
import { V1, type V1Object } from './objects.js';
import { readPipeline, readStepAction, readTask } from './reader.js';
import { readCustomRun, readPipelineRun, readTaskRun } from './run-reader.js';
import { FIELD_PATHS, withParams, writeRun } from './run-writer.js';
import { taskRunRules } from './task-run-rules.js';
import { pipelineRunRules } from './pipeline-run-rules.js';
import { pipelineRunFormat } from './pipeline-run-status.js';
import { taskRunFormat } from './task-run-status.js';
import { checkV1Object } from './validation/object.js';
import { checkUpdate } from './validation/update.js';
import {
  checkPipelineArguments,
  checkPipelineRunArguments,
  checkTaskRunArguments,
} from './validation/run-references.js';

/** The API version tekton.dev/v1. Its checks and readers are also those of StepAction and CustomRun, which are v1beta1. */
export const v1: ApiVersion = {
  apiVersion: V1,
  kinds: KINDS,
  messages: DECODE_MESSAGES,
  areFieldNamesExact: true,
  specReaders: { readTask, readTaskRun, readPipeline, readPipelineRun, readStepAction, readCustomRun },
  interpret: (conforming) => {
    const object = { spec: {}, metadata: {}, ...conforming } as V1Object; // it conforms to the schema of its kind
    let model: ObjectModel | undefined;
    return {
      kind: object.kind,
      read: () => (model ??= read(object)),
      check: ({ report }, { config = DEFAULT_CONFIG, celCompileError }) => {
        checkNamespace(object.metadata.namespace, report);
        checkV1Object(object, { path: [], report, config, celCompileError });
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
  checkUpdate: (before, after, report) => {
    const [old, updated] = [before, after].map((object) => withDefaults(object, {}));
    if (old && updated) checkUpdate(old, updated, { path: [], report, config: DEFAULT_CONFIG });
  },
  admissionMessage: (problems) => webhookAnswer(problems)?.message,
  taskRunFormat,
  taskRunRules,
  admissionDenial: denial,
  pipelineRunFormat,
  pipelineRunRules,
};

function read(object: V1Object): ObjectModel {
  const { kind } = object;
  switch (kind) {
    case 'Task':
      return { kind, task: readTask(object.spec) };
    case 'Pipeline':
      return { kind, pipeline: readPipeline(object.spec) };
    case 'TaskRun':
      return { kind, run: readTaskRun(object.spec) };
    case 'PipelineRun':
      return { kind, run: readPipelineRun(object.spec) };
    case 'StepAction':
      return { kind, action: readStepAction(object.spec) };
    case 'CustomRun':
      return { kind, run: readCustomRun(object.spec) };
  }
}

function checkReferences(object: V1Object, scope: ReferenceScope, context: ValidationContext): void {
  if (object.kind === 'Pipeline') checkPipelineArguments(object.spec, readPipeline(object.spec), scope, context);
  if (object.kind === 'TaskRun') checkTaskRunArguments(object.spec, readTaskRun(object.spec), scope, context);
  if (object.kind === 'PipelineRun')
    checkPipelineRunArguments(object.spec, readPipelineRun(object.spec), scope, context);
}
