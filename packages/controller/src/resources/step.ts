/**
 * Makes the single steps that the controller adds to a Task: name, image, command.
 *
 * Which of them a resource needs, and in what order, is said in `resource-steps.ts` and the files of the resource types; how a
 * value becomes a word of a Pod without being expanded is said here alone.
 */

import { internalStepName, type Step, type Volume, type VolumeMount } from '@pipewright/tekton';
import type { Images } from '../run/options.js';
import type { Scripts } from '../scripts/scripts.js';
import { literally } from '../scripts/shell-text.js';

/** What a step needs beyond its command. */
export interface StepOptions {
  readonly env?: Step['env'];
  readonly volumeMounts?: readonly VolumeMount[];
}

/** Steps, and the volumes of the pod that they mount. */
export interface StepsAndVolumes {
  readonly steps: readonly Step[];
  readonly volumes: readonly Volume[];
}

/** Makes steps for one TaskRun: equal calls give equal names. */
export class StepBuilder {
  readonly images: Images;
  readonly scripts: Scripts;
  readonly #uid: string;

  constructor(images: Images, scripts: Scripts, runUid: string) {
    this.images = images;
    this.scripts = scripts;
    this.#uid = runUid;
  }

  /**
   * @param base the name but for its five last letters
   * @param detail tells steps of equal names apart
   * @param command program and arguments; taken as they are, nothing in them is expanded
   */
  step(
    base: string,
    detail: string,
    image: string,
    [program = '', ...rest]: readonly string[],
    needs: StepOptions = {},
  ): Step {
    return {
      name: internalStepName(base, this.#uid, detail),
      image,
      command: [program],
      args: rest.map(unexpanded),
      ...needs,
      imagePullPolicy: 'IfNotPresent', // an operator pins these by flag; to ask the registry again costs each pod a round trip
      securityContext: { allowPrivilegeEscalation: false },
    } as Step; // Step is open in what Kubernetes knows
  }

  /** A step of the shell image. */
  shell(base: string, detail: string, command: readonly string[], needs: StepOptions = {}): Step {
    return this.step(base, detail, this.images.shell, command, needs);
  }

  /** Makes a directory, with those above it. */
  directory(base: string, path: string, detail: string, needs: StepOptions = {}): Step {
    return this.shell(base, detail, ['mkdir', '-p', path], needs);
  }
}

/** Kubernetes would take `$(word)` for a variable and `$$` for `$`; most arguments have neither and stay legible. */
export const unexpanded = (text: string): string => (/\$\$|\$\([A-Za-z0-9_.-]+\)/.test(text) ? literally(text) : text);
