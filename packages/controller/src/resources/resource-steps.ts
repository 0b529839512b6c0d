/**
 * The steps that resources put around a Task's own: directories, fetches, digests, hand-over between tasks, uploads.
 *
 * Order and names are Tekton's (v0.9.2). They are ordinary steps of the pod, except that their commands are made here from
 * values, so nothing in them is substituted again.
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
import { handOver, handoverPaths, takeOver } from './artifact-handover.js';
import type { Images } from '../run/options.js';
import { pullRequestStep } from './pull-request.js';
import { gitSource } from '../scripts/git-source.js';
import { imageDigest } from '../scripts/image-digest.js';
import { StepMaker, type StepsAndVolumes } from './step.js';
import { storageInput, storageOutput } from './storage.js';

/** A resource bound to an input or output of the Task. */
export interface Bound {
  readonly resource: PipelineResourceModel;
  /** Where a pipeline hands it over; empty for a run of one's own. */
  readonly paths: readonly string[];
}

/** The resources of one TaskRun, by name of the Task's input or output. */
export interface Bindings {
  readonly inputs: ReadonlyMap<string, Bound>;
  readonly outputs: ReadonlyMap<string, Bound>;
}

/** What the resources add to a Task. */
export interface Surroundings {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
  /** What these steps mount beside the volumes that every step has. */
  readonly volumes: readonly Volume[];
}

/** @returns the steps before and after the Task's own, in running order */
export function surroundings(
  task: TaskModel,
  bindings: Bindings,
  images: Images,
  runUid: string,
  storage: ArtifactStorage | undefined,
): Surroundings {
  const make = new StepMaker(images, runUid);
  const context = { make, storage };
  const inputs = task.inputs.map((input) => stepsOfInput(input, bindings.inputs.get(input.name), context));
  const directories = task.outputs
    .filter(({ name }) => bindings.outputs.has(name)) // an optional one may be left out
    .toReversed()
    .map((output) => make.directory(`create-dir-${output.name.toLowerCase()}`, outputPath(output), output.name));
  const digests = digestStep(task, bindings, make);
  const outputs = task.outputs.map((output) => stepsOfOutput(output, bindings.outputs.get(output.name), context));
  return {
    before: [...directories, ...inputs.flatMap(({ steps }) => steps)],
    after: [...digests, ...outputs.flatMap(({ steps }) => steps)],
    volumes: distinct([...inputs, ...outputs].flatMap(({ volumes }) => volumes)),
  };
}

/** One resource may be both input and output, and mounts its Secrets in both. */
const distinct = (volumes: readonly Volume[]): readonly Volume[] => [
  ...new Map(volumes.map((volume) => [volume.name, volume])).values(),
];

const NOTHING: StepsAndVolumes = { steps: [], volumes: [] };

const only = (...steps: readonly Step[]): StepsAndVolumes => ({ steps, volumes: [] });

interface Context {
  readonly make: StepMaker;
  readonly storage: ArtifactStorage | undefined;
}

function stepsOfInput(input: ResourceModel, bound: Bound | undefined, { make, storage }: Context): StepsAndVolumes {
  if (!bound) return NOTHING;
  const { resource } = bound;
  const path = inputPath(input);
  const from = handoverPaths(resource, bound.paths, storage);
  if (storage && from.length > 0) return takeOver(input.name, path, from, storage, make);
  switch (resource.type) {
    case 'git':
      return only(clone(resource, path, input.name, make));
    case 'storage':
      return storageInput(resource, path, input.name, make);
    case 'cluster':
      return only(clusterInput(resource, path, input.name, make));
    case 'pullRequest':
      return only(pullRequestStep(resource, 'download', path, input.name, make));
    case 'image':
    case 'cloudEvent':
      return NOTHING;
  }
}

function stepsOfOutput(output: ResourceModel, bound: Bound | undefined, { make, storage }: Context): StepsAndVolumes {
  if (!bound) return NOTHING;
  const { resource } = bound;
  const path = outputPath(output);
  const to = handoverPaths(resource, bound.paths, storage);
  const handed = storage && to.length > 0 ? handOver(resource, output.name, path, to, storage, make) : NOTHING;
  const own = stepsOfOwn(resource, path, output.name, make);
  return { steps: [...handed.steps, ...own.steps], volumes: [...handed.volumes, ...own.volumes] };
}

/** What becomes of an output in the world outside; a cloudEvent is the controller's to send. */
function stepsOfOwn(resource: PipelineResourceModel, path: string, output: string, make: StepMaker): StepsAndVolumes {
  if (resource.type === 'storage') return storageOutput(resource, path, output, make);
  return resource.type === 'pullRequest' ? only(pullRequestStep(resource, 'upload', path, output, make)) : NOTHING;
}

function clone(resource: PipelineResourceModel, path: string, input: string, make: StepMaker): Step {
  const value = resourceVariables(resource);
  const command = gitSource({
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

function digestStep(task: TaskModel, { outputs }: Bindings, make: StepMaker): readonly Step[] {
  const images = task.outputs.flatMap((output) => {
    const bound = outputs.get(output.name);
    return bound?.resource.type === 'image' ? [{ resource: bound.resource.name, directory: outputPath(output) }] : [];
  });
  if (images.length === 0) return [];
  const step = make.shell('image-digest-exporter', '', imageDigest(images));
  return [{ ...step, terminationMessagePolicy: 'FallbackToLogsOnError' } as Step]; // Step is open in what Kubernetes knows
}
