/**
 * Defines the command line of `pipewright`.
 *
 * Commands are imported when they are called, so that `lint` does not load the cluster.
 */

import { Command, CommanderError, Help, type Argument, type Option } from 'commander';
import { visible } from '../terminal/lines.js';
import type { Output } from '../terminal/output.js';
import { reportFailure } from '../diagnostics/failure.js';
import { UsageError } from '../diagnostics/usage-error.js';
import { version } from '../version.js';
import { addController } from './controller.js';
import { addExplain } from './explain.js';
import { addImport } from './import.js';
import { addLint } from './lint.js';
import { addRun } from './run.js';
import type { Done } from './done.js';
import { addUp } from './up.js';

/** The exit statuses of the commands, with their meaning. */
export const EXIT_STATUSES: ReadonlyMap<number, string> = new Map([
  [0, 'the run succeeded; no errors were found'],
  [1, 'the run failed; errors were found'],
  [2, 'the command line or the manifests are invalid, or a directory cannot be used; nothing was run'],
  [3, 'this machine cannot run containers, or a cluster cannot be reached'],
  [5, 'the output could not be written, the disk is full, or an internal error occurred'],
  [124, 'the run timed out'],
  [130, 'interrupted by Ctrl-C'],
  [143, 'ended by SIGTERM'],
]);

const exitStatusHelp = (): string =>
  `\nExit status:\n${[...EXIT_STATUSES].map(([status, meaning]) => `  ${String(status).padEnd(5)}${meaning}\n`).join('')}`;

/** The commands, in the order in which the help lists them. */
const COMMANDS = [addRun, addUp, addController, addLint, addExplain, addImport];

/** Omits defaults that are empty collections from the help, which commander prints as `{}` or `[]`. */
const WITHOUT_EMPTY_DEFAULTS = {
  optionDescription: (option: Option): string => withoutEmptyDefault(new Help().optionDescription(option)),
  argumentDescription: (argument: Argument): string => withoutEmptyDefault(new Help().argumentDescription(argument)),
};

const withoutEmptyDefault = (description: string): string => description.replace(/ \(default: (?:\{\}|\[\])\)$/, '');

/** Returns the program with all its commands. `done` is called with the exit status of a command. */
export function newProgram(output: Output, done: Done): Command {
  const program = new Command('pipewright')
    .description('Runs, checks and serves Tekton v1alpha1 pipelines: on this machine, with no cluster and no daemon.')
    .version(version(), '-V, --version')
    .option('--no-color', 'print without colours (also: NO_COLOR=1)')
    .showSuggestionAfterError()
    .addHelpText('after', exitStatusHelp())
    .configureHelp(WITHOUT_EMPTY_DEFAULTS)
    .configureOutput({ writeOut: (text) => output.raw(text), writeErr: (text) => output.warn(text.trimEnd()) })
    .exitOverride();
  for (const add of COMMANDS) {
    add(program, output, done).copyInheritedSettings(program).option('--no-color', 'print without colours');
  }
  return program;
}

/** Runs one command line. @returns the exit status */
export async function runProgram(args: readonly string[], output: Output): Promise<number> {
  let status = 0;
  const program = newProgram(output, (code) => void (status = code));
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    return args.length === 0 ? 2 : status;
  } catch (cause) {
    return reportError(cause, output);
  }
}

function reportError(cause: unknown, output: Output): number {
  if (cause instanceof CommanderError) {
    const isHelpOrVersion =
      cause.code === 'commander.helpDisplayed' || cause.code === 'commander.version' || cause.code === 'commander.help';
    if (!isHelpOrVersion)
      output.warn('  hint: `pipewright --help` lists the commands, `pipewright COMMAND --help` their options');
    return isHelpOrVersion ? 0 : 2;
  }
  if (cause instanceof UsageError) {
    output.warn(`${output.colors.red('error')}: ${visible(cause.message)}`);
    for (const line of cause.hint.split('\n')) output.warn(`  hint: ${visible(line)}`);
    return cause.status;
  }
  return reportFailure(cause, output);
}
