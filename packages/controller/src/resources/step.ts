/**
 * Builds the single steps that the controller adds to a Task: name, image, command.
 *
 * `resource-steps.ts` and the files of the resource types select and order them. Escaping of values against expansion by Kubernetes is
 * only here.
 */

import { internalStepName, type Step, type Volume, type VolumeMount } from '@pipewright/tekton';
import type { Images } from '../run/options.js';
import type { Scripts } from '../scripts/scripts.js';
import { literally } from '../scripts/shell-text.js';

/** Options of a step besides its command. */
export interface StepOptions {
  readonly env?: Step['env'];
  readonly volumeMounts?: readonly VolumeMount[];
}

/** Steps, and the pod's volumes that they mount. */
export interface StepsAndVolumes {
  readonly steps: readonly Step[];
  readonly volumes: readonly Volume[];
}

/** Builds steps for one TaskRun: equal calls give equal names. */
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
   * @param base the name without its suffix
   * @param detail distinguishes steps with the same base
   * @param command program and arguments, in which nothing is expanded
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
      imagePullPolicy: 'IfNotPresent', // an operator pins these by flag; pulling again costs each pod a round trip
      securityContext: { allowPrivilegeEscalation: false },
    } as Step; // Step has additional fields of Kubernetes
  }

  /** Returns a step with the shell image. */
  shell(base: string, detail: string, command: readonly string[], needs: StepOptions = {}): Step {
    return this.step(base, detail, this.images.shell, command, needs);
  }

  /** Returns a step that creates a directory with its parents. */
  directory(base: string, path: string, detail: string, needs: StepOptions = {}): Step {
    return this.shell(base, detail, ['mkdir', '-p', path], needs);
  }
}

/** Kubernetes expands `$(word)` and `$$`; most arguments have neither and stay readable. */
export const unexpanded = (text: string): string => (/\$\$|\$\([A-Za-z0-9_.-]+\)/.test(text) ? literally(text) : text);
