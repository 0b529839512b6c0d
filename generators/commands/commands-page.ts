/**
 * Generates `docs/commands.md`: every command, the keys of `pipewright.yaml`, and the events of `run -o json`.
 *
 * Options, keys and events come from the definitions that the command itself uses.
 */

import { CONFIG_KEYS, type ConfigKey } from '../../packages/cli/src/config/config-keys.js';
import { commandTable, type CommandRow } from '../../packages/cli/src/commands/command-table.js';
import { EXIT_STATUSES } from '../../packages/cli/src/commands/program.js';
import { linkedCode } from '../type-links.js';
import { COMMAND_NOTES, EXAMPLE_FILES, type CommandExample } from './command-notes.js';
import { EVENT_EXAMPLES } from './event-examples.js';
import { eventPartTypes, eventTypes, type EventType } from './event-types.js';

/** Text as a table cell. Backticks keep their meaning. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ');
/** Text of help as Markdown. */
const plain = (text: string): string => cell(text.replaceAll('*', '\\*'));
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const block = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Returns the page. */
export function commandsPage(): string {
  const commands = commandTable();
  return `# Command reference

${commands.map(({ name, description }) => `- [\`pipewright ${name}\`](#pipewright-${name}): ${description}`).join('\n')}
- [\`pipewright.yaml\`](#pipewrightyaml): the stand-ins of this machine
- [Events](#events): the output of \`pipewright run -o json\`

\`pipewright COMMAND --help\` prints the options. This page is generated from the definitions of the commands (\`npm run docs\`).

## Exit statuses

${table(
  ['status', 'meaning'],
  [...EXIT_STATUSES].map(([status, meaning]) => [String(status), meaning]),
)}

The section of each command lists its exit statuses.

${commands.map(commandSection).join('\n\n')}

${exampleFiles()}

${configSection()}

${eventsSection()}
`;
}

function commandSection({ name, usage, description, arguments: args, options, notes, examples }: CommandRow): string {
  const own = COMMAND_NOTES[name];
  if (own === undefined) throw new Error(`command-notes.ts has no notes on the command ${name}`);
  const parts = [
    `## pipewright ${name}`,
    description,
    block('text', usage),
    args.length === 0
      ? ''
      : table(
          ['argument', 'description'],
          args.map((it) => [code(it.name), plain(it.description)]),
        ),
    table(
      ['option', 'default', 'effect'],
      options.map((it) => [code(it.flags), plain(it.default ?? 'none'), plain(it.description)]),
    ),
    notes === '' ? '' : notesText(notes),
    own.text ?? '',
    table(['exit status', 'meaning'], Object.entries(own.statuses)),
    examples.length === 0 ? '' : `Command lines:\n\n${block('sh', examples.join('\n'))}`,
    ...own.examples.map(exampleText),
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** Text of help as Markdown: indented lines are YAML. */
const notesText = (notes: string): string =>
  notes
    .split(/((?:^ {2}.*\n?)+)/m)
    .map((part) =>
      part.startsWith('  ')
        ? `\n${block('yaml', part.replace(/^ {2}/gm, ''))}\n`
        : part.replaceAll('<', '&lt;').replaceAll('*', '\\*'),
    )
    .join('')
    .trim();

const exampleText = ({ purpose, command, status, output }: CommandExample): string =>
  `${purpose}\n\n${block('console', `$ ${command}${output === undefined ? '' : `\n${output}`}`)}${
    status === 0 ? '' : `\n\nExit status: ${String(status)}.`
  }`;

const exampleFiles = (): string =>
  `## Files of the examples\n\n${Object.entries(EXAMPLE_FILES)
    .map(([name, text]) => `\`${name}\`:\n\n${block('yaml', text)}`)
    .join('\n\n')}`;

function configSection(): string {
  const rows = Object.entries(CONFIG_KEYS).flatMap(([path, keys]) =>
    Object.entries<ConfigKey>(keys).map(([key, row]) => [
      code(path === '' ? key : `${path}.${key}`),
      cell(row.type),
      cell(row.default),
      cell(row.description),
    ]),
  );
  return `## pipewright.yaml

\`run\` and \`up\` read stand-ins for images, repositories, buckets and registries that this machine cannot reach. The manifests do not change. Paths are relative to the file. An unknown key is an error, with a suggestion.

${block(
  'yaml',
  `images:
  golang: host
  acme/builder: { rootfs: host, overlay: images/builder }
  acme/linter: { rootfs: images/linter, entrypoint: [lint], cmd: [--help] }
  busybox: docker-archive:busybox.tar
  gcr.io/kaniko-project/executor: builtin:kaniko
resources:
  source: { directory: . }
  image: { registry: local }
  bucket: { directory: artifacts }
node:
  labels: { disktype: ssd }
  resources: { nvidia.com/gpu: 1 }`,
)}

${table(['key', 'type', 'default', 'description'], rows)}`;
}

function eventsSection(): string {
  const parts = eventPartTypes();
  const links = new Map(parts.map(({ name }) => [name, `#${name.toLowerCase()}`]));
  const fields = ({ fields: of }: EventType): string =>
    table(
      ['field', 'type', 'description'],
      of.map(({ name, type, isOptional, description }) => [
        code(isOptional ? `${name}?` : name),
        linkedCode(type, links),
        cell(description),
      ]),
    );
  const examples: Readonly<Record<string, object>> = EVENT_EXAMPLES;
  const sections = eventTypes().map((event) =>
    [`### ${event.name}`, event.description, fields(event), block('json', JSON.stringify(examples[event.name]))].join(
      '\n\n',
    ),
  );
  const partSections = parts.map((part) =>
    [`### ${part.name}`, part.description, part.alias === undefined ? fields(part) : block('ts', part.alias)].join(
      '\n\n',
    ),
  );
  return `## Events

\`pipewright run -o json\` prints one JSON object on each line. The field \`type\` names the event. \`time\` is RFC 3339 with milliseconds; \`seconds\` is a duration. \`run\`, \`task\` and \`step\` are names. \`check\` is the name of
a condition of the task; steps with a \`check\` belong to it. Later versions may add events and fields.

${sections.join('\n\n')}

${partSections.join('\n\n')}`;
}
