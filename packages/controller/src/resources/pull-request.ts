/**
 * The steps of a pullRequest: one writes its state as files before the Task's steps, one uploads their changes.
 */

import { resourceVariables, type PipelineResourceModel, type Step } from '@pipewright/tekton';
import { pullRequest } from '../scripts/pull-request/pull-request.js';
import { secretEnv } from './secret-fields.js';
import type { StepBuilder } from './step.js';

/** Names of the field with the token: `githubToken` up to Tekton v0.8. */
const TOKEN_FIELDS: ReadonlySet<string> = new Set(['authtoken', 'githubtoken']);

/** @param path the directory of the request's files */
export function pullRequestStep(
  resource: PipelineResourceModel,
  mode: 'download' | 'upload',
  path: string,
  detail: string,
  make: StepBuilder,
): Step {
  const value = resourceVariables(resource);
  const token = resource.secrets.find(({ fieldName }) => TOKEN_FIELDS.has(fieldName.toLowerCase()));
  const command = pullRequest(make.scripts, {
    mode,
    url: (value.get('url') ?? '').trim(),
    path,
    provider: value.get('provider') ?? '',
    skipTlsVerify: value.get('insecure-skip-tls-verify') === 'true',
  });
  const env = token ? [secretEnv('AUTH_TOKEN', token)] : [];
  return make.step(`pr-source-${resource.name}`, `${mode} ${detail}`, make.images.node, command, { env });
}
