/**
 * The steps that resources put around a Task's own: directories, clones, digests, hand-over between tasks.
 *
 * Order and names are Tekton's (v0.9.2). They are ordinary steps of the pod, except that their commands are made here from
 * values, so nothing in them is substituted again.
 */

import {
  inputPath,
  internalStepName,
  outputPath,
  resourceVariables,
  type PipelineResourceModel,
  type ResourceModel,
  type Step,
  type TaskModel,
} from '@pipewright/tekton';
import type { Images } from './options.js';
import { gitSource } from './scripts/git-source.js';
import { imageDigest } from './scripts/image-digest.js';
import { literally } from './scripts/shell-text.js';

/** A resource bound to an input or output of the Task. */
export interface Bound {
  readonly resource: PipelineResourceModel;
  /** Where a pipeline hands it over, below {@link HANDOVER_DIR}; empty for a run of one's own. */
  readonly paths: readonly string[];
}

/** The resources of one TaskRun, by name of the Task's input or output. */
export interface Bindings {
  readonly inputs: ReadonlyMap<string, Bound>;
  readonly outputs: ReadonlyMap<string, Bound>;
}

/** Where the volume is mounted on which tasks of a pipeline hand over git and storage resources. */
export const HANDOVER_DIR = '/pvc';

/** The types of resource that are handed over as files; of the others `from` only orders the tasks. */
const HANDED_OVER: ReadonlySet<string> = new Set(['git', 'storage']);

/** The types that this version can run; the others are refused before a pod is made. */
const RUNNABLE: ReadonlySet<string> = new Set(['git', 'image']);

/** What the resources add to a Task. */
export interface Surroundings {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
}

/** @returns the steps before and after the Task's own, in running order */
export function surroundings(task: TaskModel, bindings: Bindings, images: Images, runUid: string): Surroundings {
  const make = new StepMaker(images, runUid);
  const inputs = task.inputs.flatMap((input) => stepsOfInput(input, bindings.inputs.get(input.name), make));
  const directories = task.outputs
    .toReversed()
    .map((output) => make.directory(`create-dir-${output.name.toLowerCase()}`, outputPath(output), output.name));
  const digests = digestStep(task, bindings, make);
  const copies = task.outputs.flatMap((output) => stepsOfOutput(output, bindings.outputs.get(output.name), make));
  return { before: [...directories, ...inputs], after: [...digests, ...copies] };
}

/** The bound resources of a type that cannot be run, as a sentence; undefined when there are none. */
export function unrunnable(bindings: Bindings): string | undefined {
  const found = [...bindings.inputs.values(), ...bindings.outputs.values()]
    .map(({ resource }) => resource)
    .filter(({ type }) => !RUNNABLE.has(type));
  if (found.length === 0) return undefined;
  const names = [...new Set(found.map(({ name, type }) => `"${name}" (${type})`))].join(', ');
  return `PipelineResources of these types are not run by this version: ${names}; git and image are`;
}

/** Whether any of the steps needs the hand-over volume. */
export const handsOver = ({ inputs, outputs }: Bindings): boolean =>
  [...inputs.values(), ...outputs.values()].some((bound) => handoverPaths(bound).length > 0);

const handoverPaths = ({ resource, paths }: Bound): readonly string[] =>
  HANDED_OVER.has(resource.type) ? paths.filter((path) => path.startsWith(`${HANDOVER_DIR}/`)) : [];

function stepsOfInput(input: ResourceModel, bound: Bound | undefined, make: StepMaker): readonly Step[] {
  if (!bound) return [];
  const path = inputPath(input);
  const from = handoverPaths(bound);
  if (from.length > 0) {
    return [
      make.directory(`create-dir-${input.name.toLowerCase()}`, path, `input ${input.name}`),
      ...from.map((source) => make.copy(`source-copy-${input.name}`, source, path, input.name)),
    ];
  }
  return bound.resource.type === 'git' ? [make.clone(bound.resource, path, input.name)] : [];
}

function stepsOfOutput(output: ResourceModel, bound: Bound | undefined, make: StepMaker): readonly Step[] {
  if (!bound) return [];
  return handoverPaths(bound).flatMap((target) => [
    make.handoverDirectory(bound.resource.name, target, output.name),
    make.copy(`source-copy-${bound.resource.name}`, outputPath(output), target, `output ${output.name}`),
  ]);
}

function digestStep(task: TaskModel, { outputs }: Bindings, make: StepMaker): readonly Step[] {
  const images = task.outputs.flatMap((output) => {
    const bound = outputs.get(output.name);
    return bound?.resource.type === 'image' ? [{ resource: bound.resource.name, directory: outputPath(output) }] : [];
  });
  return images.length === 0 ? [] : [make.digest(images)];
}

/** Makes single steps: name, image, command. */
class StepMaker {
  readonly #images: Images;
  readonly #uid: string;

  constructor(images: Images, runUid: string) {
    this.#images = images;
    this.#uid = runUid;
  }

  directory(base: string, path: string, fact: string): Step {
    return this.#shellStep(base, fact, ['mkdir', '-p', path]);
  }

  handoverDirectory(resource: string, path: string, fact: string): Step {
    return this.#onVolume(this.directory(`source-mkdir-${resource}`, path, fact));
  }

  copy(base: string, source: string, target: string, fact: string): Step {
    return this.#onVolume(this.#shellStep(base, fact, ['cp', '-r', `${source}/.`, target]));
  }

  clone(resource: PipelineResourceModel, path: string, input: string): Step {
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
    return { ...this.#step(`git-source-${resource.name}`, input, this.#images.git, command), env };
  }

  digest(outputs: Parameters<typeof imageDigest>[0]): Step {
    const step = this.#shellStep('image-digest-exporter', '', imageDigest(outputs));
    return { ...step, terminationMessagePolicy: 'FallbackToLogsOnError' } as Step; // Step is open in what Kubernetes knows
  }

  #onVolume(step: Step): Step {
    return { ...step, volumeMounts: [{ name: 'handover', mountPath: HANDOVER_DIR }] };
  }

  #shellStep(base: string, fact: string, command: readonly string[]): Step {
    return this.#step(base, fact, this.#images.shell, command);
  }

  #step(base: string, fact: string, image: string, [program = '', ...rest]: readonly string[]): Step {
    return {
      name: internalStepName(base, this.#uid, fact),
      image,
      command: [program],
      args: rest.map(unexpanded),
      imagePullPolicy: 'IfNotPresent', // an operator pins these by flag; to ask the registry again costs each pod a round trip
      securityContext: { allowPrivilegeEscalation: false },
    } as Step; // Step is open in what Kubernetes knows
  }
}

/** Kubernetes would take `$(word)` for a variable and `$$` for `$`; most arguments have neither and stay legible. */
const unexpanded = (text: string): string => (/\$\$|\$\([A-Za-z0-9_.-]+\)/.test(text) ? literally(text) : text);
