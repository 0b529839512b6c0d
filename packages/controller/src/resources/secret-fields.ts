/**
 * The Secrets of a PipelineResource's fields, as environment or files of the one step that needs them.
 *
 * The kubelet reads the values; the controller passes only names and keys.
 */

import { internalStepName, isDnsLabel, type PipelineResourceModel, type Volume } from '@pipewright/tekton';
import type { StepOptions } from './step.js';

type SecretField = PipelineResourceModel['secrets'][number];
type Env = NonNullable<StepOptions['env']>;

/** Returns an environment variable with the value of a Secret. */
export const secretEnv = (name: string, { secretName, secretKey }: SecretField): Env[number] => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key: secretKey } },
});

/**
 * Returns files of Secrets, and environment variables with their paths, which gsutil and gcloud read.
 *
 * @param owner prefix of the volumes' names
 * @param directory mount path of the Secrets, each under its name
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
