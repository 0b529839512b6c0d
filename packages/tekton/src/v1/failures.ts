/** What the failures of TaskRuns and PipelineRuns of tekton.dev/v1 have in common. Texts are those of Tekton v1.15. */

import type { ParamAssignment, ParamModel } from '../model/model.js';
import type { RunFailure } from '../model/run-failure.js';

/** Returns a failure that the user's objects cause, which Tekton marks. */
export const userError = (reason: string, message: string): RunFailure => ({
  reason,
  message: `[User error] ${message}`,
});

/** Returns names as Go prints a list. */
export const goList = (names: readonly string[]): string => `[${names.join(' ')}]`;

/** Returns a message about the first value that its param does not allow. */
export function forbiddenParamValue(
  declared: readonly ParamModel[],
  given: readonly ParamAssignment[],
): string | undefined {
  const values = new Map(given.map(({ name, value }) => [name, value]));
  for (const { name, allowedValues, default: fallback } of declared) {
    const value = values.get(name) ?? fallback;
    if (allowedValues && typeof value === 'string' && !allowedValues.includes(value))
      return `param \`${name}\` value: ${value} is not in the enum list`;
  }
  return undefined;
}
