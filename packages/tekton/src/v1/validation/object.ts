/** Checks a whole object of this version on its own. */

import type { V1Object } from '../objects.js';
import { child, type CheckContext } from './check-context.js';
import { checkObjectMetadata } from './metadata.js';
import { checkPipelineSpec, checkPipelineUsage, checkWorkspaceUsage } from './pipeline.js';
import { checkCustomRunSpec, checkPipelineRunSpec, checkTaskRunSpec } from './run.js';
import { checkStepAction } from './step-action.js';
import { checkDeclaredParams, checkTaskSpec } from './task.js';

/** Checks an object that conforms to its schema. `context` is the object. */
export function checkV1Object(object: V1Object, context: CheckContext): void {
  checkObjectMetadata(object.kind, object.metadata, context);
  const spec = child(context, 'spec');
  switch (object.kind) {
    case 'Task':
      checkTaskSpec(object.spec, spec);
      checkDeclaredParams(object.spec, undefined, context, 'spec');
      return;
    case 'Pipeline':
      checkPipelineSpec(object.spec, spec);
      checkPipelineUsage(object.spec, [], spec, 'refused');
      checkWorkspaceUsage(object.spec, spec, 'refused');
      return;
    case 'TaskRun':
      checkTaskRunSpec(object.spec, spec);
      return;
    case 'PipelineRun':
      checkPipelineRunSpec(object.spec, spec);
      return;
    case 'StepAction':
      checkStepAction(object.spec, spec);
      return;
    case 'CustomRun':
      checkCustomRunSpec(object.spec, spec);
      return;
  }
}
