/** Suggests the command that runs a Pipeline or Task, for manifests without a run. Pure. */

import type { TektonObjects } from '../../manifests/tekton-objects.js';
import { PARAM_VALUE_FORMS } from './param-value.js';
import { commandLine } from '../../terminal/shell-words.js';

/** Returns the command for the first Pipeline, or the first Task if no manifest is a Pipeline. */
export function startHint(objects: TektonObjects, paths: readonly string[]): string {
  const [pipeline] = objects.ofKind('Pipeline');
  const target = pipeline ?? objects.ofKind('Task')[0];
  if (target === undefined || target.name === '') return 'add the file that contains one';
  const { model, name } = target;
  const declared =
    model.kind === 'Pipeline'
      ? model.pipeline
      : { params: model.task.params, resources: [...model.task.inputs, ...model.task.outputs] };
  const params = declared.params.flatMap((param) =>
    param.default === undefined ? ['-p', `${param.name}=${PARAM_VALUE_FORMS[param.type]}`] : [],
  );
  const known = objects.resources().map((resource) => resource.name);
  const resources = declared.resources.flatMap((resource) =>
    known.includes(resource.name) || resource.isOptional ? [] : ['--resource', `${resource.name}=PIPELINERESOURCE`],
  );
  const words = ['pipewright', 'run', ...paths, pipeline ? '--pipeline' : '--task', name, ...params, ...resources];
  return `to run the ${model.kind} ${name} without a run object: ${commandLine(words)}`;
}
