/**
 * A Condition written as the Task that its check is run as.
 *
 * Conditions say `$(params.x)` where Tasks say `$(inputs.params.x)`; apart from the readers, because what comes out is an object
 * that is written to the API server.
 */

import { readCondition } from './reader.js';
import { substitute } from '../variables/substitution.js';
import { rewriteContainerFields } from '../variables/task-fields.js';
import type { ConditionSpec, TaskResource, TaskSpec } from './types.js';
import { resourceVariableNames } from '../variables/replacements.js';

/**
 * The spec of the Task: the Condition's params and resources as inputs, its check as the only step.
 *
 * @param given names of the resources that the run gives, by default all. Of one that is left out only the path stands for something, a
 *   directory that is not there; its other variables stay in the words of the Condition.
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
