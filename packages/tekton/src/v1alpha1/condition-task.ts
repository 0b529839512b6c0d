/**
 * Converts a Condition to the Task that runs its check.
 *
 * Conditions use `$(params.x)`, Tasks use `$(inputs.params.x)`.
 */

import { readCondition } from './reader.js';
import { substitute } from '../variables/substitution.js';
import { rewriteContainerFields } from '../variables/task-fields.js';
import type { ConditionSpec, TaskResource, TaskSpec } from './types.js';
import { resourceVariableNames } from '../variables/replacements.js';

/**
 * Returns the spec of the Task: the Condition's params and resources as inputs, and its check as the only step.
 *
 * @param given names of the bound resources. Default: all. For an unbound resource, only the path is substituted, with
 *   a directory that does not exist.
 */
export function conditionTaskSpec(name: string, spec: ConditionSpec, given?: ReadonlySet<string>): TaskSpec {
  const { params = [], resources = [] } = spec;
  const keysOf = (resource: TaskResource): readonly string[] =>
    given?.has(resource.name) === false ? ['path'] : resourceVariableNames(resource.type);
  const variables = [
    ...params.map((param) => `params.${param.name}`),
    ...resources.flatMap((one) => keysOf(one).map((key) => `resources.${one.name}.${key}`)),
  ];
  const strings = new Map(variables.map((variable) => [variable, `$(inputs.${variable})`]));
  const text = (value: string): string => substitute(value, { strings });
  const { steps } = readCondition(name, spec).task;
  return {
    inputs: { ...(params.length > 0 && { params }), ...(resources.length > 0 && { resources }) },
    steps: steps.map((step) => rewriteContainerFields(step, [], { text, list: (values) => values.map(text) })),
  };
}
