/**
 * The Secrets that a PipelineResource names for its fields, as environment or files of the one step that needs them.
 *
 * Values are read by the kubelet; the controller passes on names and keys alone.
 */

import { internalStepName, isDnsLabel, type PipelineResourceModel, type Volume } from '@pipewright/tekton';
import type { StepOptions } from './step.js';

type SecretField = PipelineResourceModel['secrets'][number];
type Env = NonNullable<StepOptions['env']>;

/** A variable whose value is a Secret's. */
export const secretEnv = (name: string, { secretName, secretKey }: SecretField): Env[number] => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key: secretKey } },
});

/**
 * Files of Secrets, and variables that name them: gsutil and gcloud look for theirs so.
 *
 * @param owner what the volumes are named after
 * @param directory where the Secrets are mounted, each under its name
 */
export function secretFiles(
  owner: string,
  directory: string,
  fields: readonly SecretField[],
): { readonly needs: StepOptions; readonly volumes: readonly Volume[] } {
  const secrets = [...new Set(fields.map(({ secretName }) => secretName))];
  return {
    needs: {
      env: fields.map(({ fieldName, secretName, secretKey }) => ({
        name: fieldName.toUpperCase(),
        value: `${directory}/${secretName}/${secretKey}`,
      })),
      volumeMounts: secrets.map((secret) => ({ name: volumeName(owner, secret), mountPath: `${directory}/${secret}` })),
    },
    volumes: secrets.map((secretName) => ({ name: volumeName(owner, secretName), secret: { secretName } })),
  };
}

function volumeName(owner: string, secret: string): string {
  const name = `volume-${owner}-${secret}`;
  return isDnsLabel(name) ? name : internalStepName(name);
}
