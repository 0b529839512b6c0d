/**
 * The steps that resources add before and after a Task's own: directories, fetches, digests, hand-over between tasks, uploads.
 *
 * Order and names are Tekton's (v0.9.2). They are ordinary steps of the pod, except that their commands contain values, in which nothing is
 * substituted again.
 */

import {
  inputPath,
  outputPath,
  resourceVariables,
  type PipelineResourceModel,
  type ResourceModel,
  type Step,
  type TaskModel,
  type Volume,
} from '@pipewright/tekton';
import type { ArtifactStorage } from './artifact-storage.js';
import { clusterInput } from './cluster.js';
import { storeArtifacts, artifactPaths, fetchArtifacts } from './artifact-handover.js';
import type { Images } from '../run/options.js';
import { pullRequestStep } from './pull-request.js';
import { gitSource } from '../scripts/git/git-source.js';
import { imageDigest } from '../scripts/images/image-digest.js';
import type { Scripts } from '../scripts/scripts.js';
import { StepBuilder, type StepsAndVolumes } from './step.js';
import { storageInput, storageOutput } from './storage.js';

/** A resource bound to an input or output of the Task. */
export interface BoundResource {
  readonly resource: PipelineResourceModel;
  /** The paths at which a pipeline hands it over; empty for a TaskRun without a PipelineRun. */
  readonly paths: readonly string[];
}

/** The resources of one TaskRun, by name of the Task's input or output. */
export interface ResourceBindings {
  readonly inputs: ReadonlyMap<string, BoundResource>;
  readonly outputs: ReadonlyMap<string, BoundResource>;
}

/** What the resources add to a Task. */
export interface ResourceSteps {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  /** Volumes that these steps mount in addition to those of every step. */
  readonly volumes: readonly Volume[];
}

/** Returns the steps before and after the Task's own, in running order. */
export function resourceSteps(
  task: TaskModel,
  bindings: ResourceBindings,
  images: Images,
  scripts: Scripts,
  runUid: string,
  storage: ArtifactStorage | undefined,
): ResourceSteps {
  const make = new StepBuilder(images, scripts, runUid);
  const context = { make, storage };
  const inputs = task.inputs.map((input) => inputSteps(input, bindings.inputs.get(input.name), context));
  const directories = task.outputs
    .filter(({ name }) => bindings.outputs.has(name)) // an optional one may be unbound
    .toReversed()
    .map((output) => make.directory(`create-dir-${output.name.toLowerCase()}`, outputPath(output), output.name));
  const digests = digestStep(task, bindings, make);
  const outputs = task.outputs.map((output) => outputSteps(output, bindings.outputs.get(output.name), context));
  return {
    before: [...directories, ...inputs.flatMap(({ steps }) => steps)],
    after: [...digests, ...outputs.flatMap(({ steps }) => steps)],
    volumes: distinct([...inputs, ...outputs].flatMap(({ volumes }) => volumes)),
  };
}

/** A resource that is both input and output mounts its Secrets in both. */
const distinct = (volumes: readonly Volume[]): readonly Volume[] => [
  ...new Map(volumes.map((volume) => [volume.name, volume])).values(),
];

const NOTHING: StepsAndVolumes = { steps: [], volumes: [] };

const stepsOnly = (...steps: readonly Step[]): StepsAndVolumes => ({ steps, volumes: [] });

interface StepContext {
  readonly make: StepBuilder;
  readonly storage: ArtifactStorage | undefined;
}

function inputSteps(
  input: ResourceModel,
  bound: BoundResource | undefined,
  { make, storage }: StepContext,
): StepsAndVolumes {
  if (!bound) return NOTHING;
  const { resource } = bound;
  const path = inputPath(input);
  const from = artifactPaths(resource, bound.paths, storage);
  if (storage && from.length > 0) return fetchArtifacts(input.name, path, from, storage, make);
  switch (resource.type) {
    case 'git':
      return stepsOnly(cloneStep(resource, path, input.name, make));
    case 'storage':
      return storageInput(resource, path, input.name, make);
    case 'cluster':
      return stepsOnly(clusterInput(resource, path, input.name, make));
    case 'pullRequest':
      return stepsOnly(pullRequestStep(resource, 'download', path, input.name, make));
    case 'image':
    case 'cloudEvent':
      return NOTHING;
  }
}

function outputSteps(
  output: ResourceModel,
  bound: BoundResource | undefined,
  { make, storage }: StepContext,
): StepsAndVolumes {
  if (!bound) return NOTHING;
  const { resource } = bound;
  const path = outputPath(output);
  const to = artifactPaths(resource, bound.paths, storage);
  const stored = storage && to.length > 0 ? storeArtifacts(resource, output.name, path, to, storage, make) : NOTHING;
  const own = uploadSteps(resource, path, output.name, make);
  return { steps: [...stored.steps, ...own.steps], volumes: [...stored.volumes, ...own.volumes] };
}

/** Returns the steps that upload an output; the controller itself sends cloudEvents. */
function uploadSteps(
  resource: PipelineResourceModel,
  path: string,
  output: string,
  make: StepBuilder,
): StepsAndVolumes {
  if (resource.type === 'storage') return storageOutput(resource, path, output, make);
  return resource.type === 'pullRequest' ? stepsOnly(pullRequestStep(resource, 'upload', path, output, make)) : NOTHING;
}

function cloneStep(resource: PipelineResourceModel, path: string, input: string, make: StepBuilder): Step {
  const value = resourceVariables(resource);
  const command = gitSource(make.scripts, {
    url: (value.get('url') ?? '').trim(),
    revision: value.get('revision') ?? 'master',
    path,
    submodules: value.get('submodules') !== 'false',
    depth: Number.parseInt(value.get('depth') ?? '1', 10) || 0,
    sslVerify: value.get('sslVerify') !== 'false',
  });
  const env = [{ name: 'TEKTON_RESOURCE_NAME', value: resource.name }];
  return make.step(`git-source-${resource.name}`, input, make.images.git, command, { env });
}

function digestStep(task: TaskModel, { outputs }: ResourceBindings, make: StepBuilder): readonly Step[] {
  const images = task.outputs.flatMap((output) => {
    const bound = outputs.get(output.name);
    return bound?.resource.type === 'image' ? [{ resource: bound.resource.name, directory: outputPath(output) }] : [];
  });
  if (images.length === 0) return [];
  const step = make.shell('image-digest-exporter', '', imageDigest(make.scripts, images));
  return [{ ...step, terminationMessagePolicy: 'FallbackToLogsOnError' } as Step]; // Step has additional fields of Kubernetes
}
