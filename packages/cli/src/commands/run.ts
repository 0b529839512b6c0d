/** Defines the arguments and options of `pipewright run`. The implementation is loaded when it is called. */

import { Option, type Command } from 'commander';
import type { Output } from '../terminal/output.js';
import type { Done } from './done.js';

import { parsePairs, collect, oneOf, parseDurationOption, parsePath } from './option-values.js';
import {
  type LogFlags,
  excludeOption,
  imageOption,
  RUNTIMES,
  logFileOption,
  logLevelOption,
} from './shared-options.js';

interface RunFlags extends LogFlags {
  readonly exclude: readonly string[];
  readonly run: readonly string[];
  readonly source: ReadonlyMap<string, string>;
  readonly image: ReadonlyMap<string, string>;
  readonly param: ReadonlyMap<string, string>;
  readonly config?: string;
  readonly output: 'text' | 'json';
  readonly runtime: 'sandbox' | 'fake';
  readonly timeout?: number;
  readonly pipeline?: string;
  readonly task?: string;
  readonly resource: ReadonlyMap<string, string>;
  readonly workspace: ReadonlyMap<string, string>;
  readonly serviceAccount?: string;
}

const RUN_HELP = `
Images are not downloaded. Define a stand-in for each with --image or in pipewright.yaml, for example:
  images:
    golang: host
    acme/builder: { rootfs: host, overlay: images/builder }
    acme/linter: { rootfs: images/linter, entrypoint: [lint] }
    alpine: docker-archive:alpine.tar
    gcr.io/kaniko-project/executor: builtin:kaniko
  resources:
    my-repo: { directory: . }
    my-image: { registry: local }

Secrets are read from manifests; their values are printed as ***.
Press Ctrl-C to stop the steps, then the run; press it again to kill them.

Examples:
  pipewright run
  pipewright run pipeline.yaml secrets.yaml --image golang=host --source my-repo=.
  pipewright run dist --run nightly -p revision=main
  pipewright run dist --pipeline release -p revision=main -p platforms=linux,darwin --resource source=my-repo
  pipewright run -o json | jq -r 'select(.type == "step-log").line'
`;

const startOption = (flags: string, description: string, others: readonly string[]): Option =>
  new Option(flags, description).conflicts([...others]);

/** Adds the options for runs that the command creates. */
const withStartOptions = (command: Command): Command =>
  command
    .addOption(startOption('--pipeline <NAME>', 'run this Pipeline; no PipelineRun is needed', ['task', 'run']))
    .addOption(startOption('--task <NAME>', 'run this Task or ClusterTask; no TaskRun is needed', ['pipeline', 'run']))
    .option(
      '--resource <NAME=PIPELINERESOURCE>',
      'with --pipeline or --task: the PipelineResource to bind to a declared resource (default: the one of that name and type)',
      parsePairs('NAME=PIPELINERESOURCE, as in --resource source=my-repo', 'not empty'),
      new Map(),
    )
    .option(
      '-w, --workspace <NAME=SOURCE>',
      'with --pipeline or --task: the source of a workspace: a directory, emptyDir (default), or claim:NAME for a PersistentVolumeClaim',
      parsePairs('NAME=DIR, NAME=emptyDir or NAME=claim:CLAIM, as in -w source=.', 'not empty'),
      new Map(),
    )
    .option('--service-account <NAME>', 'with --pipeline or --task: the ServiceAccount of the run');

/** Adds `pipewright run`. */
export const addRun = (program: Command, output: Output, done: Done): Command =>
  withStartOptions(
    program
      .command('run')
      .description(
        'Run pipelines on this machine: applies the manifests to a cluster inside this process and streams the logs.',
      )
      .argument(
        '[FILE|DIR...]',
        'files and folders with manifests (default: .tekton/, tekton/ and dist/, or the working directory)',
        [],
      )
      .addOption(excludeOption())
      .option('--run <NAME>', 'run only this PipelineRun or TaskRun; may be repeated', collect, []),
  )
    .option(
      '--source <RESOURCE=DIR>',
      'a directory that replaces a git PipelineResource, including uncommitted changes; may be repeated',
      parsePairs('RESOURCE=DIR, as in --source my-repo=src', 'not empty'),
      new Map(),
    )
    .addOption(imageOption().default(new Map(), 'none'))
    .option(
      '-p, --param <NAME=VALUE>',
      "a param of the runs' pipelines; commas separate the items of an array, and the KEY:VALUE pairs of an object; may be repeated",
      parsePairs('NAME=VALUE, as in -p revision=main', 'may be empty'),
      new Map(),
    )
    .option(
      '--config <FILE>',
      'the file with the stand-ins of this machine (default: pipewright.yaml next to the manifests or in the working directory)',
      parsePath,
    )
    .option('-o, --output <FORMAT>', 'text, or json for one event per line', oneOf('text', 'json'), 'text')
    .option('--runtime <NAME>', RUNTIMES, oneOf('sandbox', 'fake'), 'sandbox')
    .option(
      '--timeout <DURATION>',
      'stop the runs and fail after this time, as in 90s, 10m or 1h30m',
      parseDurationOption,
    )
    .addOption(logFileOption())
    .addOption(logLevelOption('error'))
    .addHelpText('after', RUN_HELP)
    .action(async (paths: readonly string[], { timeout: timeoutMs, ...flags }: RunFlags) => {
      const { run } = await import('../run/run-command.js');
      done(await run({ paths, ...flags, ...(timeoutMs !== undefined && { timeoutMs }) }, output));
    });
