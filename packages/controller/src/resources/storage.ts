/**
 * The steps of storage resources: a fetch before the Task's steps, an upload after them.
 *
 * `type: gcs` uses gsutil: a directory is synchronized (`dir`), a file is copied. `type: build-gcs` is a public archive or list of files,
 * which is unpacked; nothing is uploaded to it.
 */

import type { PipelineResourceModel } from '@pipewright/tekton';
import { fetchArchive } from '../scripts/storage/fetch-archive.js';
import { gsutil } from '../scripts/storage/gsutil.js';
import { secretFiles } from './secret-fields.js';
import type { StepBuilder, StepsAndVolumes } from './step.js';

/** The mount path of the Secrets of storage resources. */
const SECRETS_DIR = '/var/secret';

const param = ({ params }: PipelineResourceModel, name: string): string => params.get(name) ?? '';

const isArchive = (resource: PipelineResourceModel): boolean => param(resource, 'type') === 'build-gcs';

/** Returns the steps that fetch the resource's location to `path`. */
export function storageInput(
  resource: PipelineResourceModel,
  path: string,
  input: string,
  make: StepBuilder,
): StepsAndVolumes {
  const { name } = resource;
  const location = param(resource, 'location');
  const directory = make.directory(`create-dir-${name}`, path, `input ${input}`);
  if (isArchive(resource)) {
    const command = fetchArchive(make.scripts, { type: param(resource, 'artifacttype'), location, path });
    const fetch = make.step(`storage-fetch-${name}`, `input ${input}`, make.images.node, command);
    return { steps: [directory, fetch], volumes: [] };
  }
  const { needs, volumes } = secretFiles(name, SECRETS_DIR, resource.secrets);
  const args = isDirectory(resource) ? ['rsync', '-d', '-r', location, path] : ['cp', location, path];
  const fetch = make.step(
    `fetch-${name}`,
    `input ${input}`,
    make.images.gsutil,
    gsutil(make.scripts, location, args),
    needs,
  );
  return { steps: [directory, fetch], volumes };
}

/** Returns the steps that upload `path`. */
export function storageOutput(
  resource: PipelineResourceModel,
  path: string,
  output: string,
  make: StepBuilder,
): StepsAndVolumes {
  if (isArchive(resource)) return { steps: [], volumes: [] };
  const location = param(resource, 'location');
  const { needs, volumes } = secretFiles(resource.name, SECRETS_DIR, resource.secrets);
  const args = isDirectory(resource) ? ['rsync', '-d', '-r', path, location] : ['cp', `${path}/*`, location];
  const base = `upload-${resource.name}`;
  const upload = make.step(base, `output ${output}`, make.images.gsutil, gsutil(make.scripts, location, args), needs);
  return { steps: [upload], volumes };
}

/** Tekton only checks whether `dir` is set, so `dir: "false"` is a directory too. */
const isDirectory = ({ params }: PipelineResourceModel): boolean => params.has('dir');
