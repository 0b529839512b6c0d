/**
 * Determines which command each step of a pod runs: its own, or that of its image.
 *
 * Pure. Separate from the pod because it is the one part that can need another look-up before a pod can be created.
 */

import type { Step } from '@pipewright/tekton';
import { literally } from '../scripts/shell-text.js';
import type { ImageCommand, ImageCommandResult } from './image-command.js';

/** Why a pod cannot be created. */
export interface PodRefusal {
  readonly kind: 'refused';
  readonly message: string;
  /** Whether Tekton finds it while it translates the Task to a pod. */
  readonly duringTranslation: boolean;
}

/** The commands of these images must be looked up first. */
export interface CommandsNeeded {
  readonly kind: 'commands-needed';
  readonly images: readonly string[];
}

/** The command of one step, and the arguments after it. */
export interface StepCommand {
  readonly command: readonly string[];
  readonly args: readonly string[];
}

/** A command for each step, in order; undefined: the container runs with the command of its image. */
export interface StepCommands {
  readonly kind: 'commands';
  readonly commands: readonly (StepCommand | undefined)[];
}

/**
 * What the arguments of a step without a command do: follow the command of the image, whatever it is, as in Tekton v0.9, or follow its
 * Entrypoint and replace its Cmd, as in Kubernetes.
 */
export type ArgumentRule = 'follow-command' | 'replaces-cmd';

function imageStepCommand({ command, cmd }: ImageCommand, args: readonly string[], rule: ArgumentRule): StepCommand {
  if (rule === 'follow-command' || !cmd) return { command: command.map(literally), args };
  if (cmd.kind === 'whole') return { command: args.length > 0 ? [] : command.map(literally), args };
  return { command: command.map(literally), args: args.length > 0 ? args : cmd.words.map(literally) };
}

/**
 * Returns the commands of all steps. A script has no command; an image may supply it.
 *
 * @param isOnlyContainer the pod has a single container, which without arguments may run with a command that is not known
 */
export function stepCommands(
  steps: readonly Step[],
  known: ReadonlyMap<string, ImageCommandResult>,
  isOnlyContainer: boolean,
  rule: ArgumentRule = 'follow-command',
): StepCommands | PodRefusal | CommandsNeeded {
  const commands: (StepCommand | undefined)[] = [];
  const unknown = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const { image = '', command = [], args = [] } = step;
    if (step.script || command.length > 0) {
      commands.push({ command, args });
      continue;
    }
    const found = known.get(image);
    if (!found) unknown.add(image);
    else if (found.kind === 'missing') return { kind: 'refused', message: found.message, duringTranslation: true };
    else if (found.kind === 'unknown') {
      if (!isOnlyContainer || args.length > 0)
        return { kind: 'refused', message: withoutCommand(step, index, found.reason), duringTranslation: false };
      commands.push(undefined);
    } else commands.push(imageStepCommand(found, args, rule));
  }
  return unknown.size > 0 ? { kind: 'commands-needed', images: [...unknown] } : { kind: 'commands', commands };
}

const withoutCommand = (step: Step, index: number, why: string): string =>
  `step "${step.name || `unnamed-${String(index)}`}" has neither command nor script, and the command of its ` +
  `image "${step.image ?? ''}" is unknown: ${why}; set the command of the step`;
