/** Finds variables of artifacts, which a cluster must enable. */

import type { FieldPath } from '../../model/field-path.js';
import { formatFieldPath } from '../../problems/field-error.js';
import { fail, type CheckContext } from './check-context.js';

const OF_STEP = /\$\((?:steps\.[^.]+\.(?:inputs|outputs)\.[^.)]+|step\.artifacts\.path|artifacts\.path)\)/;
const OF_TASK = /\$\(tasks\.[^.]+\.(?:inputs|outputs)\.[^.)]+\)/;

/** Returns the first variable in a text that refers to artifacts of a task of the pipeline. */
export const taskArtifactVariableIn = (text: string): string | undefined => OF_TASK.exec(text)?.[0];

/** Returns the first variable in a text of a step that refers to artifacts. */
export const artifactVariableIn = (text: string): string | undefined =>
  OF_STEP.exec(text)?.[0] ?? taskArtifactVariableIn(text);

/** Reports that the cluster does not enable artifacts. `at`: the field, relative to the context. */
export function reportArtifacts(variable: string, context: CheckContext, at: FieldPath): void {
  const flag = 'enable-artifacts';
  const message = `feature flag ${flag} should be set to true to use artifacts feature.`;
  const details = { feature: variable, flag, needed: 'true' };
  fail(context, 'FEATURE_DISABLED', details, { at, webhook: { message, fields: [formatFieldPath(at)] } });
}
