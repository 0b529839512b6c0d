/**
 * The options of each command, and nothing of what they do.
 *
 * Values are read here, once: what reaches a command is typed and complete.
 */

import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RetentionPolicy } from '@pipewright/controller';
import { addKeepRuns } from './keep-runs.js';
import type { LogLevel } from '@pipewright/cluster';
import type { LintOptions } from './lint/lint-command.js';
import type { Output } from './terminal/output.js';

type Done = (status: number) => void;

/** A repeatable `NAME=VALUE`, collected in order; the last one of a name wins. */
const pairs =
  (what: string, empty: 'may be empty' | 'not empty') =>
  (text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> => {
    const split = text.indexOf('=');
    if (split < 1 || (empty === 'not empty' && split === text.length - 1))
      throw new InvalidArgumentError(`Write ${what}.`);
    return new Map([...before, [text.slice(0, split), text.slice(split + 1)]]);
  };

/** A path that was given, and is none when a variable of the shell was empty: the working directory is not meant then. */
function path(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It is empty; write a path.');
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `90s`, `10m`, `1h30m`, as Go writes durations. @returns milliseconds */
function duration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new InvalidArgumentError('Write a duration, as in 90s, 10m or 1h30m.');
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (SECONDS[unit ?? 's'] ?? 1) * 1000, 0);
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65535) return number;
  throw new InvalidArgumentError('Write a number from 0 to 65535; 0 takes any free port.');
}

const keepRunsOption = (): Option =>
  new Option(
    '--keep-runs <NUMBER|DURATION>',
    'delete finished runs, with their pods and logs, beyond the newest NUMBER of each Pipeline or Task, or when they finished DURATION ago; may be given once for each (default: all are kept)',
  ).argParser((text: string, before: RetentionPolicy = {}) => addKeepRuns(text, before, duration));

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

const excludeOption = (): Option =>
  new Option(
    '--exclude <GLOB>',
    'leave out files and folders, relative to the working directory, as in --exclude vendor or "**/test/*.yaml"; may be repeated',
  )
    .argParser((text: string, before: readonly string[] = []) => collect(path(text), before))
    .default([], 'none');

const RUNTIMES =
  'sandbox: real processes; fake: every step succeeds at once, to try the graph: it needs no images and no Secrets';

const imageOption = (): Option =>
  new Option(
    '--image <NAME=host|DIR|ARCHIVE>',
    "what stands in for an image: `host`, this machine's own files read-only; a directory with a root filesystem; the image itself, saved: docker-archive:FILE, oci-archive:FILE or oci:DIR, with :TAG where several are in it; or builtin:kaniko or builtin:buildah, which build FROM scratch; may be repeated",
  ).argParser(pairs('NAME=host or NAME=docker-archive:FILE, as in --image golang=host', 'not empty'));

/** `pipewright lint` */
export const addLint = (program: Command, output: Output, done: Done): Command =>
  program
    .command('lint')
    .description('Check manifests: every problem with file:line:column, code and hint. Reads, and changes nothing.')
    .argument('[FILE|DIR...]', 'files, folders with *.yaml, *.yml and *.json, or - for standard input', [])
    .option(
      '-o, --output <FORMAT>',
      'text; json; sarif (2.1.0), for code scanning; or github, which marks the lines of a pull request',
      oneOf('text', 'json', 'sarif', 'github'),
      'text',
    )
    .addOption(excludeOption())
    .option(
      '--complete',
      'take it for an error that a Task, Pipeline, Condition or PipelineResource is in none of the files',
    )
    .addHelpText(
      'after',
      `
Without arguments it checks .tekton/, tekton/ and dist/, or the working directory where none of them has manifests.

Examples:
  pipewright lint
  pipewright lint pipelines/ extra.yaml
  kubectl get pipelines -o yaml | pipewright lint -
  pipewright lint -o json | jq '.findings[].code'
  pipewright lint -o sarif > pipewright.sarif
`,
    )
    .action(async (paths: readonly string[], options: Omit<LintOptions, 'paths'>) => {
      const { lint } = await import('./lint/lint-command.js');
      done(lint({ paths, ...options }, output));
    });

/** `pipewright explain` */
export const addExplain = (program: Command, output: Output, done: Done): Command =>
  program
    .command('explain')
    .description('Explain a problem code: what it means, an example, and how to fix it. Without a code, lists all.')
    .argument('[CODE...]', 'as findings have it; upper or lower case', [])
    .addHelpText('after', '\nExamples:\n  pipewright explain FIELD_UNKNOWN\n  pipewright explain\n')
    .action(async (codes: readonly string[]) => {
      const { explain } = await import('./explain/explain-command.js');
      explain(codes, output);
      done(0);
    });

/** `pipewright import` */
export const addImport = (program: Command, output: Output, done: Done): Command =>
  program
    .command('import')
    .description('Turn existing YAML into TypeScript: a program of constructs that synthesizes to the same objects.')
    .argument('<FILE|DIR...>', 'files, folders with *.yaml, *.yml and *.json, or - for standard input')
    .option('--out <FILE>', 'the file to write, which must not be there yet (default: standard output)', path)
    .option('--library <MODULE>', 'where the constructs come from', 'pipewright')
    .addHelpText(
      'after',
      `
What has no construct is carried over as it is, and so is what has errors; comments in the program say why.

Examples:
  pipewright import release.yaml --out release.ts
  kubectl get tasks,pipelines -o yaml | pipewright import -
`,
    )
    .action(async (paths: readonly string[], options: { readonly out?: string; readonly library: string }) => {
      const { importManifests } = await import('./import/import-command.js');
      done(importManifests({ paths, ...options }, output));
    });

function oneOf<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined)
      throw new InvalidArgumentError(`Choose ${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}.`);
    return found;
  };
}

const logFileOption = (): Option =>
  new Option('--log-file <FILE>', 'append errors of the cluster to this file (default: standard error)').argParser(
    path,
  );

const logLevelOption = (otherwise: LogLevel): Option =>
  new Option(
    '--log-level <LEVEL>',
    `how much the cluster reports: error, warn, info, or debug, which has every request over the wire (default: ${otherwise})`,
  ).argParser(oneOf('error', 'warn', 'info', 'debug'));

interface LogFlags {
  readonly logFile?: string;
  readonly logLevel?: LogLevel;
}

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
Nothing is downloaded: images are stood in for by --image or pipewright.yaml, which looks like this:
  images:
    golang: host
    acme/builder: { rootfs: host, overlay: images/builder }
    acme/linter: { rootfs: images/linter, entrypoint: [lint] }
    alpine: docker-archive:alpine.tar
    gcr.io/kaniko-project/executor: builtin:kaniko
  resources:
    my-repo: { directory: . }
    my-image: { registry: local }

Secrets are read from manifests; their values are shown as *** wherever they are printed.
Ctrl-C stops the steps and then the run; a second one kills.

Examples:
  pipewright run
  pipewright run pipeline.yaml secrets.yaml --image golang=host --source my-repo=.
  pipewright run dist --run nightly -p revision=main
  pipewright run dist --pipeline release -p revision=main -p platforms=linux,darwin --resource source=my-repo
  pipewright run -o json | jq -r 'select(.type == "step-log").line'
`;

const startOption = (flags: string, description: string, others: readonly string[]): Option =>
  new Option(flags, description).conflicts([...others]);

/** The options of a run that the command makes. */
const withStartOptions = (command: Command): Command =>
  command
    .addOption(startOption('--pipeline <NAME>', 'run this Pipeline; no PipelineRun is needed', ['task', 'run']))
    .addOption(startOption('--task <NAME>', 'run this Task or ClusterTask; no TaskRun is needed', ['pipeline', 'run']))
    .option(
      '--resource <NAME=PIPELINERESOURCE>',
      'with --pipeline or --task: what a declared resource is (default: the PipelineResource of that name and type)',
      pairs('NAME=PIPELINERESOURCE, as in --resource source=my-repo', 'not empty'),
      new Map(),
    )
    .option(
      '--workspace <NAME=CLAIM>',
      'with --pipeline or --task: a PersistentVolumeClaim for a workspace (default: an emptyDir)',
      pairs('NAME=CLAIM, as in --workspace cache=my-claim', 'not empty'),
      new Map(),
    )
    .option('--service-account <NAME>', 'with --pipeline or --task: the ServiceAccount of the run');

/** `pipewright run` */
export const addRun = (program: Command, output: Output, done: Done): Command =>
  withStartOptions(
    program
      .command('run')
      .description(
        'Run pipelines on this machine: applies the manifests to a cluster inside this process and streams the logs.',
      )
      .argument(
        '[FILE|DIR...]',
        'manifests; without any, those of .tekton/, tekton/ and dist/, or of the working directory',
        [],
      )
      .addOption(excludeOption())
      .option('--run <NAME>', 'run this PipelineRun or TaskRun alone; may be repeated', collect, []),
  )
    .option(
      '--source <RESOURCE=DIR>',
      'a directory that answers for a git PipelineResource, uncommitted changes included; may be repeated',
      pairs('RESOURCE=DIR, as in --source my-repo=src', 'not empty'),
      new Map(),
    )
    .addOption(imageOption().default(new Map(), 'none'))
    .option(
      '-p, --param <NAME=VALUE>',
      "a param of the runs' pipelines; commas separate the items of an array; may be repeated",
      pairs('NAME=VALUE, as in -p revision=main', 'may be empty'),
      new Map(),
    )
    .option(
      '--config <FILE>',
      'the stand-ins of this machine (default: pipewright.yaml beside the manifests or here)',
      path,
    )
    .option('-o, --output <FORMAT>', 'text, or json for one event per line', oneOf('text', 'json'), 'text')
    .option('--runtime <NAME>', RUNTIMES, oneOf('sandbox', 'fake'), 'sandbox')
    .option('--timeout <DURATION>', 'stop and fail after this long, as in 90s, 10m or 1h30m', duration)
    .addOption(logFileOption())
    .addOption(logLevelOption('error'))
    .addHelpText('after', RUN_HELP)
    .action(async (paths: readonly string[], flags: RunFlags) => {
      const { run } = await import('./run/run-command.js');
      done(await run({ paths, ...flags }, output));
    });

interface UpFlags extends LogFlags {
  readonly dataDir?: string;
  readonly kubeconfig?: string;
  readonly port: number;
  readonly image: ReadonlyMap<string, string>;
  readonly source: ReadonlyMap<string, string>;
  readonly config?: string;
  readonly runtime: 'sandbox' | 'fake';
  readonly keepRuns?: RetentionPolicy;
}

/** `pipewright up` */
export const addUp = (program: Command, output: Output, done: Done): Command =>
  program
    .command('up')
    .description('Start the same cluster as a server on 127.0.0.1, for kubectl and other clients, until Ctrl-C.')
    .option('--data-dir <DIR>', 'keep the cluster here across restarts (default: in memory, gone at the end)', path)
    .option(
      '--kubeconfig <FILE>',
      'where to write the credentials, readable by you alone (default: DIR/kubeconfig, or a temporary file)',
      path,
    )
    .option('--port <N>', 'the port on 127.0.0.1; 0 takes any free one', port, 0)
    .addOption(imageOption().default(new Map(), 'none'))
    .option(
      '--source <RESOURCE=DIR>',
      'a directory that answers for a git PipelineResource of the manifests beside pipewright.yaml; may be repeated',
      pairs('RESOURCE=DIR', 'not empty'),
      new Map(),
    )
    .option('--config <FILE>', 'the stand-ins of this machine (default: pipewright.yaml here)', path)
    .option('--runtime <NAME>', RUNTIMES, oneOf('sandbox', 'fake'), 'sandbox')
    .addOption(keepRunsOption())
    .addOption(logFileOption())
    .addOption(logLevelOption('warn'))
    .addHelpText(
      'after',
      `
Examples:
  pipewright up --data-dir .pipewright --image golang=host
  pipewright up --data-dir .pipewright --keep-runs 100 --keep-runs 72h
  export KUBECONFIG=.pipewright/kubeconfig
  kubectl apply -f dist/ && kubectl get pipelineruns --watch
`,
    )
    .action(async (flags: UpFlags) => {
      const { up } = await import('./up/up-command.js');
      done(await up(flags, output));
    });

interface ControllerFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly installCrds?: boolean;
  readonly namespace?: string;
  readonly gitImage?: string;
  readonly shellImage?: string;
  readonly busyboxImage?: string;
  readonly nopImage?: string;
  readonly gsutilImage?: string;
  readonly nodeImage?: string;
  readonly insecureRegistry: readonly string[];
  readonly registryMirror: ReadonlyMap<string, string>;
  readonly keepRuns?: RetentionPolicy;
}

/** `pipewright controller` */
export const addController = (program: Command, output: Output, done: Done): Command =>
  program
    .command('controller')
    .description('Run the controller against any Kubernetes, until Ctrl-C or SIGTERM. Logs one JSON object per line.')
    .option('--kubeconfig <FILE>', 'default: $KUBECONFIG, ~/.kube/config, or the account of the pod it runs in', path)
    .option('--context <NAME>', "default: the kubeconfig's current one")
    .option('--install-crds', 'install or update the tekton.dev CustomResourceDefinitions first')
    .option('--namespace <NS>', 'watch this namespace alone (default: all)')
    .option('--git-image <IMAGE>', 'image with sh and git, for git inputs')
    .option('--shell-image <IMAGE>', 'image with sh and the usual small programs, for the other steps of our own')
    .option('--busybox-image <IMAGE>', 'image with a static /bin/busybox, lent to images without a shell')
    .option('--nop-image <IMAGE>', "image that ends at once, put in a sidecar's place when the steps have ended")
    .option('--gsutil-image <IMAGE>', 'image with gsutil and gcloud, for storage resources')
    .option('--node-image <IMAGE>', 'image with node 20 or later, for pull requests and archives')
    .option(
      '--insecure-registry <HOST>',
      'a registry without TLS, when it is asked what an image runs; may be repeated',
      collect,
      [],
    )
    .option(
      '--registry-mirror <HOST=URL>',
      'where a registry is asked instead; may be repeated',
      pairs('HOST=URL, as in --registry-mirror docker.io=https://mirror.corp', 'not empty'),
      new Map(),
    )
    .addOption(keepRunsOption())
    .addHelpText(
      'after',
      `
There is no webhook. The API server drops fields that the definitions do not know, also those whose names are written in another
case (workingdir), or refuses the object when its client validates strictly, as kubectl does: run \`pipewright lint\` before.

Examples:
  pipewright controller --install-crds
  pipewright controller --keep-runs 100 --keep-runs 72h
  pipewright controller --kubeconfig admin.conf --namespace ci --git-image registry.example/git:1
`,
    )
    .action(async (flags: ControllerFlags) => {
      const { runController } = await import('./controller/controller-command.js');
      done(await runController(flags, output));
    });
