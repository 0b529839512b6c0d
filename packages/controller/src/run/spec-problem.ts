/**
 * What the checks of packages/tekton say about a Task, Pipeline or PipelineResource that is about to run, as one sentence.
 *
 * Most have passed an admission; on a cluster without one this is where a mistake is found, with the same words.
 */

import {
  V1ALPHA1,
  checkObject,
  type PipelineResourceSpec,
  type PipelineSpec,
  type Problem,
  type TaskSpec,
} from '@pipewright/tekton';

/** The errors of a Task's spec; undefined when there are none. */
export const taskSpecProblem = (name: string, spec: TaskSpec): string | undefined => specErrors('Task', name, spec);

/** Returns the errors of a Pipeline's spec; undefined if it has none. */
export const pipelineSpecProblem = (spec: PipelineSpec): string | undefined => specErrors('Pipeline', 'checked', spec);

/**
 * The errors of a PipelineResource's spec; undefined when there are none.
 *
 * Its values become arguments of git, so what could be an option, a program or a path of the machine ends here at the latest.
 */
export const resourceSpecProblem = (name: string, spec: PipelineResourceSpec): string | undefined =>
  specErrors('PipelineResource', name, spec);

function specErrors(kind: string, name: string, spec: object): string | undefined {
  const errors = checkObject({ apiVersion: V1ALPHA1, kind, metadata: { name }, spec }).filter(
    (problem) => problem.severity === 'error' && problem.path[0] === 'spec',
  );
  return errors.length === 0 ? undefined : errors.map(formatProblem).join('; ');
}

const formatProblem = ({ path, message, hint }: Problem): string => `${formatPath(path)}: ${message} (${hint})`;

const formatPath = (path: Problem['path']): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${String(part)}]` : index === 0 ? part : `.${part}`))
    .join('');
