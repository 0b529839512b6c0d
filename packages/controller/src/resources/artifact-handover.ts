/**
 * The steps that take over what another task of the pipeline made, and that hand over what this one did.
 *
 * On the claim they are plain copies. In a bucket both sides are made alike by gsutil, so that an attempt that is repeated
 * leaves no second copy inside the first.
 */

import { isDnsLabel, type PipelineResourceModel, type Step, type Volume } from '@pipewright/tekton';
import type { ArtifactBucket, ArtifactStorage } from './artifact-storage.js';
import { gsutil } from '../scripts/gsutil.js';
import { secretFiles } from './secret-fields.js';
import type { StepBuilder, StepOptions, StepsAndVolumes } from './step.js';

/** Where the claim is mounted on which tasks of a pipeline hand over git and storage resources. */
export const ARTIFACT_DIR = '/pvc';

/** Where the bucket's Secret is mounted. */
const SECRETS_DIR = '/var/bucketsecret';

/** The types of resource that are handed over as files; of the others `from` only orders the tasks. */
const ARTIFACT_TYPES: ReadonlySet<string> = new Set(['git', 'storage']);

/** The paths, of those that a binding has, at which files are really handed over. */
export function artifactPaths(
  { type }: PipelineResourceModel,
  paths: readonly string[],
  storage: ArtifactStorage | undefined,
): readonly string[] {
  if (!storage || !ARTIFACT_TYPES.has(type)) return [];
  return storage.kind === 'bucket' ? paths : paths.filter((path) => path.startsWith(`${ARTIFACT_DIR}/`));
}

/** Takes over an input. @param from where it was handed over; of several, later ones are laid over earlier ones */
export function fetchArtifacts(
  input: string,
  path: string,
  from: readonly string[],
  storage: ArtifactStorage,
  make: StepBuilder,
): StepsAndVolumes {
  if (storage.kind === 'claim') {
    const steps = from.flatMap((source) => [
      make.directory(`create-dir-${input.toLowerCase()}`, path, `input ${input} ${source}`),
      copyStep(`source-copy-${input}`, source, path, `input ${input} ${source}`, storage.claim, make),
    ]);
    return { steps, volumes: [claimVolume(storage.claim)] };
  }
  const { bucket } = storage;
  const { needs, volumes } = secretFiles('bucket', SECRETS_DIR, bucket.secrets);
  const steps = from.flatMap((source) => [
    make.directory(`artifact-dest-mkdir-${input}`, path, `input ${input} ${source}`),
    syncStep(
      `artifact-copy-from-${input}`,
      `${bucket.location}/${source}`,
      path,
      bucket,
      `input ${input} ${source}`,
      needs,
      make,
    ),
  ]);
  return { steps, volumes };
}

/** Hands over an output. */
export function storeArtifacts(
  resource: PipelineResourceModel,
  output: string,
  path: string,
  to: readonly string[],
  storage: ArtifactStorage,
  make: StepBuilder,
): StepsAndVolumes {
  const { name } = resource;
  if (storage.kind === 'claim') {
    const { claim } = storage;
    const steps = to.flatMap((target) => [
      make.directory(`source-mkdir-${name}`, target, output, onClaim(claim)),
      copyStep(`source-copy-${name}`, path, target, `output ${output}`, claim, make),
    ]);
    return { steps, volumes: [claimVolume(claim)] };
  }
  const { bucket } = storage;
  const { needs, volumes } = secretFiles('bucket', SECRETS_DIR, bucket.secrets);
  const steps = to.map((target) =>
    syncStep(`artifact-copy-to-${name}`, path, `${bucket.location}/${target}`, bucket, `output ${output}`, needs, make),
  );
  return { steps, volumes };
}

/** Named after the claim, as Tekton does, where a volume may be called so. */
const volumeName = (claim: string): string => (isDnsLabel(claim) ? claim : 'handover');

const claimVolume = (claimName: string): Volume => ({
  name: volumeName(claimName),
  persistentVolumeClaim: { claimName },
});

const onClaim = (claim: string): StepOptions => ({
  volumeMounts: [{ name: volumeName(claim), mountPath: ARTIFACT_DIR }],
});

const copyStep = (
  base: string,
  source: string,
  target: string,
  detail: string,
  claim: string,
  make: StepBuilder,
): Step => make.shell(base, detail, ['cp', '-r', `${source}/.`, target], onClaim(claim));

function syncStep(
  base: string,
  source: string,
  target: string,
  { location }: ArtifactBucket,
  detail: string,
  needs: StepOptions,
  make: StepBuilder,
): Step {
  return make.step(
    base,
    detail,
    make.images.gsutil,
    gsutil(make.scripts, location, ['rsync', '-P', '-r', source, target]),
    needs,
  );
}
