/**
 * The step of a cluster input: a kubeconfig for the Task's steps.
 *
 * Tekton writes it below the name of the resource, not of the input. Here it is written there and below the input's path, to which
 * `$(inputs.resources.NAME.path)` refers. A param `name` replaces the resource's name.
 */

import {
  isGoTrue,
  containsPath,
  joinPath,
  resourceVariables,
  type PipelineResourceModel,
  type Step,
} from '@pipewright/tekton';
import { kubeconfig } from '../scripts/kubeconfig/kubeconfig.js';
import { secretEnv } from './secret-fields.js';
import { unexpanded, type StepBuilder } from './step.js';

const CREDENTIALS = ['username', 'password', 'token', 'cadata'] as const;

/** @param path the directory of the input */
export function clusterInput(resource: PipelineResourceModel, path: string, input: string, make: StepBuilder): Step {
  const param = (name: string): string => resource.params.get(name) ?? '';
  const secretOf = (name: string): PipelineResourceModel['secrets'][number] | undefined =>
    resource.secrets.find(({ fieldName }) => fieldName.toLowerCase() === name);
  const env = CREDENTIALS.flatMap((name) => {
    const secret = secretOf(name);
    if (secret) return [secretEnv(name.toUpperCase(), secret)];
    return param(name) === '' ? [] : [{ name: name.toUpperCase(), value: unexpanded(param(name)) }];
  });
  const name = resourceVariables(resource).get('name') ?? resource.name;
  const own = joinPath('/workspace', name);
  const command = kubeconfig(make.scripts, {
    name,
    url: param('url').trim(),
    namespace: param('namespace'),
    insecure: isGoTrue(param('insecure')),
    caFromSecret: secretOf('cadata') !== undefined,
    directories: [...new Set([...(containsPath('/workspace', own) ? [own] : []), path])],
  });
  return make.shell('kubeconfig', `input ${input}`, command, { env });
}
