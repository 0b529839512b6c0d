/** Finds unknown tasks and cycles in the order of a pipeline's tasks, in Tekton's words. Pure. */

import { dependencyCycles, type TaskDependencies } from '@pipewright/tekton';

/** Returns the first problem; undefined if the tasks can be ordered. */
export function graphProblem(dependencies: TaskDependencies): string | undefined {
  for (const [task, before] of dependencies) {
    const unknown = before.find((name) => !dependencies.has(name));
    if (unknown !== undefined) return `task ${task} depends on ${unknown} but ${unknown} wasn't present in Pipeline`;
  }
  const [cycle] = dependencyCycles(dependencies);
  if (!cycle) return undefined;
  const [only = ''] = cycle;
  return cycle.length === 2
    ? `cycle detected; task "${only}" depends on itself`
    : `cycle detected: ${cycle.join(' -> ')}`;
}
