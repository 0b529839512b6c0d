/**
 * The steps that fetch files from other tasks of the pipeline, and that store files for them.
 *
 * On a claim they copy. In a bucket gsutil synchronizes both sides, so that a repeated attempt leaves no second copy inside the first.
 */

import { isDnsLabel, type PipelineResourceModel, type Step, type Volume } from '@pipewright/tekton';
import type { ArtifactBucket, ArtifactStorage } from './artifact-storage.js';
import { gsutil } from '../scripts/storage/gsutil.js';
import { secretFiles } from './secret-fields.js';
import type { StepBuilder, StepOptions, StepsAndVolumes } from './step.js';

/** The mount path of the claim on which tasks of a pipeline hand over git and storage resources. */
export const ARTIFACT_DIR = '/pvc';

/** The mount path of the bucket's Secret. */
const SECRETS_DIR = '/var/bucketsecret';

/** The types of resource that are handed over as files; for other types `from` only orders the tasks. */
const ARTIFACT_TYPES: ReadonlySet<string> = new Set(['git', 'storage']);

/** Returns those paths of a binding at which files are handed over. */
export function artifactPaths(
  { type }: PipelineResourceModel,
  paths: readonly string[],
  storage: ArtifactStorage | undefined,
): readonly string[] {
  if (!storage || !ARTIFACT_TYPES.has(type)) return [];
  return storage.kind === 'bucket' ? paths : paths.filter((path) => path.startsWith(`${ARTIFACT_DIR}/`));
}

/** Returns the steps that fetch an input. @param from its paths in the storage; later ones overwrite earlier ones */
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

/** Returns the steps that store an output. */
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

/** Returns the claim's name, as Tekton does, if it is a valid name of a volume. */
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
