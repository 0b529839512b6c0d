/** The command reference describes every command, option, configuration key and event, and its examples run. */

import { afterAll, describe, expect, test } from '@jest/globals';
import { runProgram } from '@pipewright/cli';
import { COMMAND_NOTES, EXAMPLE_FILES } from '../generators/commands/command-notes.js';
import { commandsPage } from '../generators/commands/commands-page.js';
import { eventPartTypes, eventTypes } from '../generators/commands/event-types.js';
import { commandTable } from '../packages/cli/src/commands/command-table.js';
import { newProgram } from '../packages/cli/src/commands/program.js';
import { folderWith, recorded } from '../packages/cli/test/support/cli.js';

const page = commandsPage();
const headings = [...page.matchAll(/^##+ (.*)$/gm)].map(([, text]) => text);
const { path: folder, done } = folderWith(EXAMPLE_FILES);
const before = process.cwd();
afterAll(() => {
  process.chdir(before);
  done();
});

test('every command, its arguments and its options are in the reference', () => {
  const commands = newProgram(recorded(), () => undefined).commands;
  expect(headings.filter((it) => it?.startsWith('pipewright '))).toEqual(
    commands.map((command) => `pipewright ${command.name()}`),
  );
  const missing = commands.flatMap((command) => {
    const section = page.slice(page.indexOf(`\n## pipewright ${command.name()}\n`)).split('\n## ')[1] ?? '';
    const words = [
      ...command.options.map(({ flags }) => flags),
      ...command.registeredArguments.map((argument) => argument.name()),
    ];
    return words
      .filter((word) => !section.includes(`| \`${word.replaceAll('|', '\\|')}\` |`))
      .map((word) => `${command.name()} ${word}`);
  });
  expect(missing).toEqual([]);
});

test('notes exist for every command and for no other', () => {
  expect(Object.keys(COMMAND_NOTES).sort()).toEqual(
    commandTable()
      .map(({ name }) => name)
      .sort(),
  );
});

test('every event has a section with a description', () => {
  const events = [...eventTypes(), ...eventPartTypes()];
  expect(events.length).toBeGreaterThan(15);
  expect(events.filter(({ name }) => !headings.includes(name))).toEqual([]);
  expect(events.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([]);
});

describe('examples in help', () => {
  const lines = commandTable().flatMap(({ name, examples }) => examples.map((line) => [name, line] as const));
  const ours = lines.filter(([, line]) => /(^|\| )pipewright /.test(line));

  test.each(ours)('%s: %s', async (name, line) => {
    const [, args = ''] = /(?:^|\| )pipewright ([^|>]*)/.exec(line) ?? [];
    const program = newProgram(recorded(), () => undefined);
    const command = program.commands.find((it) => it.name() === name);
    command?.action(() => undefined); // parses the command line, and does nothing
    await program.parseAsync(args.trim().split(/\s+/), { from: 'user' });
    expect(command?.parent?.args[0]).toBe(name);
  });
});

/** Output without what differs between two runs: durations and generated names. */
const stable = (text: string): string => text.replace(/\d+\.\ds/g, '0.0s').replace(/ci-run-[a-z0-9]{5}/g, 'ci-run-?');

describe('examples of the reference', () => {
  const examples = Object.values(COMMAND_NOTES).flatMap((notes) => notes.examples);

  test.each(examples)('$command', async ({ command, status, output }) => {
    process.chdir(folder);
    const out = recorded();
    expect(await runProgram(command.split(' ').slice(1), out)).toBe(status);
    if (output !== undefined) expect(stable(out.out())).toBe(stable(output));
    if (command.endsWith('-o json')) expect(undocumentedFields(out.out())).toEqual([]);
  });
});

/** Fields of printed events that the reference lacks, and required fields that the events lack. */
function undocumentedFields(printed: string): readonly string[] {
  const known = new Map(eventTypes().map(({ name, fields }) => [name, fields]));
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly type: string })
    .flatMap((event) => {
      const fields = known.get(event.type) ?? [];
      const names = new Set(['type', ...fields.map(({ name }) => name)]);
      return [
        ...Object.keys(event).filter((name) => !names.has(name)),
        ...fields.filter(({ name, isOptional }) => !isOptional && !(name in event)).map(({ name }) => name),
      ].map((name) => `${event.type}.${name}`);
    });
}
