/**
 * The steps of storage resources: fetched before the Task's steps, uploaded after them.
 *
 * `type: gcs` is moved by gsutil: a directory is made equal to the other side (`dir`), else files are copied. `type: build-gcs` is an
 * archive or a list of files anyone may read; it is unpacked, and nothing is ever uploaded to it.
 */

import type { PipelineResourceModel } from '@pipewright/tekton';
import { fetchArchive } from '../scripts/fetch-archive.js';
import { gsutil } from '../scripts/gsutil.js';
import { secretFiles } from './secret-fields.js';
import type { StepBuilder, StepsAndVolumes } from './step.js';

/** Where the Secrets of storage resources are mounted. */
const SECRETS_DIR = '/var/secret';

const param = ({ params }: PipelineResourceModel, name: string): string => params.get(name) ?? '';

const isArchive = (resource: PipelineResourceModel): boolean => param(resource, 'type') === 'build-gcs';

/** Fetches what lies at the resource's location to `path`. */
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

/** Uploads what the steps left in `path`. */
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

/** Tekton asks only whether `dir` is there, so `dir: "false"` is a directory too. */
const isDirectory = ({ params }: PipelineResourceModel): boolean => params.has('dir');
