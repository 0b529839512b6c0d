/**
 * Validates a Task, Pipeline or PipelineResource before it runs, with the checks of packages/tekton, as one message.
 *
 * On clusters without the admission webhook, mistakes are found here, with the same messages.
 */

import {
  DEFAULT_CONFIG,
  V1ALPHA1,
  checkObject,
  type PipelineResourceSpec,
  type Problem,
  type TektonConfig,
  type VersionedSpec,
} from '@pipewright/tekton';

/** Returns the errors of a Task's spec; undefined if it has none. */
export const taskSpecProblem = (name: string, task: VersionedSpec): string | undefined =>
  specErrors('Task', name, task);

/** Returns the errors of a Pipeline's spec; undefined if it has none. */
export const pipelineSpecProblem = (pipeline: VersionedSpec, config: TektonConfig): string | undefined =>
  specErrors('Pipeline', 'checked', pipeline, config);

/** Returns the errors of a PipelineRun's spec; undefined if it has none. */
export const runSpecProblem = (run: VersionedSpec, config: TektonConfig): string | undefined =>
  specErrors('PipelineRun', 'checked', run, config);

/**
 * Returns the errors of a PipelineResource's spec; undefined if it has none.
 *
 * Its values become arguments of git, so values that could be an option, a program or a local path are rejected here at the latest.
 */
export const resourceSpecProblem = (name: string, spec: PipelineResourceSpec): string | undefined =>
  specErrors('PipelineResource', name, { apiVersion: V1ALPHA1, spec });

function specErrors(
  kind: string,
  name: string,
  { apiVersion, spec }: VersionedSpec,
  config: TektonConfig = DEFAULT_CONFIG,
): string | undefined {
  const errors = checkObject({ apiVersion, kind, metadata: { name }, spec }, { config }).filter(
    (problem) => problem.severity === 'error' && problem.path[0] === 'spec',
  );
  return errors.length === 0 ? undefined : errors.map(formatProblem).join('; ');
}

const formatProblem = ({ path, message, hint }: Problem): string => `${formatPath(path)}: ${message} (${hint})`;

const formatPath = (path: Problem['path']): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${String(part)}]` : index === 0 ? part : `.${part}`))
    .join('');
