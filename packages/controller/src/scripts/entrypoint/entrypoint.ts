/**
 * Calls entrypoint.sh, which runs first in every step's container and keeps the order of the steps.
 *
 * The program documents its protocol; entrypoint-arguments.ts defines its arguments.
 */

import { encodeTurn, type StepTurn } from './entrypoint-arguments.js';
import type { Scripts } from '../scripts.js';

/** The directory of the steps' FIFOs and files; an emptyDir that every step mounts. */
export const TOOLS_DIR = '/tekton/tools';

/** The directory of the scripts of script steps. */
export const SCRIPTS_DIR = '/tekton/scripts';

/** The directory of the Task's results, a file each; an emptyDir that every step mounts if the Task has results. */
export const RESULTS_DIR = '/tekton/results';

/** A file that is empty until all sidecars are ready (the pod's annotation `tekton.dev/ready`, through a volume). */
export const READY_FILE = '/tekton/downward/ready';

/** `pw_exec` of entrypoint.sh, which exact-environment.sh replaces. */
const USUAL_EXEC = /^pw_exec\(\) .*$/m;

function exactText(scripts: Scripts): string {
  const usual = scripts['entrypoint.sh'];
  if (!USUAL_EXEC.test(usual)) throw new Error('entrypoint.sh has no pw_exec on a line of its own');
  return usual.replace(USUAL_EXEC, () => scripts['exact-environment.sh']);
}

/** The line of entrypoint.sh after which programs of single steps are added. */
const ADDED = /^pw_added=$/m;

/** Returns the programs that a step needs beside the entrypoint. */
function addedPrograms(scripts: Scripts, { protocol }: StepTurn): readonly string[] {
  if (!protocol) return [];
  const needsValues = [protocol.variables, protocol.when].some((list) => list !== undefined && list.length > 0);
  return [scripts['step-protocol.sh'], ...(needsValues ? [scripts['step-values.sh']] : [])];
}

function withAdded(text: string, programs: readonly string[]): string {
  if (programs.length === 0) return text;
  if (!ADDED.test(text)) throw new Error('entrypoint.sh has no line for added programs');
  return text.replace(ADDED, () => programs.join('\n'));
}

/** How the entrypoint runs. */
export interface EntrypointOptions {
  /**
   * The program that reads the text.
   *
   * @default ['/bin/sh']; `[tools/bin/busybox, sh]` for an image without a shell
   */
  readonly shell?: readonly string[];
  /**
   * The step has variables that shells lose or change: restore its environment byte for byte.
   *
   * @default false
   */
  readonly exactEnvironment?: boolean;
}

/** Returns the `command` and the first part of the `args` of a step's container; the user's command and arguments follow. */
export function entrypoint(
  scripts: Scripts,
  turn: StepTurn,
  { shell = ['/bin/sh'], exactEnvironment = false }: EntrypointOptions = {},
): { readonly command: readonly string[]; readonly args: readonly string[] } {
  const text = withAdded(
    exactEnvironment ? exactText(scripts) : scripts['entrypoint.sh'],
    addedPrograms(scripts, turn),
  );
  return { command: [...shell, '-c', text, 'pipewright'], args: encodeTurn(turn) };
}
