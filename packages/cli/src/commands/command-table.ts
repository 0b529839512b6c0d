/**
 * The commands as data, for the command reference: read from the same definitions that print help and parse command lines.
 */

import type { Command, Option } from 'commander';
import { noColors, type Output } from '../terminal/output.js';
import { newProgram } from './program.js';

/** One option. */
export interface OptionRow {
  /** As in help: `-o, --output <FORMAT>`. */
  readonly flags: string;
  readonly description: string;
  /** Absent: the option has no default. */
  readonly default?: string;
}

/** One command. */
export interface CommandRow {
  readonly name: string;
  /** The command line, as in help. */
  readonly usage: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionRow[];
  /** The text after the options in help, without the examples. */
  readonly notes: string;
  /** The examples in help, one command line each. */
  readonly examples: readonly string[];
}

/** Returns every command, in the order in which help lists them. */
export function commandTable(): readonly CommandRow[] {
  let printed = '';
  const program = newProgram(
    silentOutput((text) => (printed += text)),
    () => undefined,
  );
  return program.commands.map((command) => {
    printed = '';
    command.outputHelp();
    const [notes = '', examples = ''] = printed.slice(command.helpInformation().length).split(/^Examples:\n/m);
    return {
      name: command.name(),
      usage: `pipewright ${command.name()} ${command.usage()}`,
      description: command.description(),
      arguments: argumentsOf(command),
      options: command.options.map(optionRow),
      notes: notes.trim(),
      examples: examples
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    };
  });
}

const argumentsOf = (command: Command): CommandRow['arguments'] =>
  command.registeredArguments.map((argument) => ({ name: argument.name(), description: argument.description }));

/** A default at the end of a description. */
const DEFAULT_TEXT = / \(default: (.*)\)$/;

function optionRow({ flags, description, defaultValue, defaultValueDescription, required }: Option): OptionRow {
  const [text = '', atEnd] = DEFAULT_TEXT.exec(description) ?? [];
  const value = typeof defaultValue === 'string' || typeof defaultValue === 'number' ? String(defaultValue) : undefined;
  const fallback = atEnd ?? defaultValueDescription ?? value;
  const rest = description.slice(0, description.length - text.length);
  return { flags, description: rest, ...(fallback !== undefined && required && { default: fallback }) };
}

const silentOutput = (write: (text: string) => void): Output => ({
  print: () => undefined,
  warn: () => undefined,
  protect: () => undefined,
  raw: write,
  colors: noColors,
  terminal: false,
  live: false,
  size: () => ({ columns: 80, rows: 24 }),
  onResize: () => () => undefined,
});
