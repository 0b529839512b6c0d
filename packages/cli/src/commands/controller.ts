/** Defines the arguments and options of `pipewright controller`. The implementation is loaded when it is called. */

import type { Command } from 'commander';
import type { Output } from '../terminal/output.js';
import type { Done } from './done.js';
import type { RetentionPolicy } from '@pipewright/controller';

import { collect, parsePairs, parsePath } from './option-values.js';
import { keepRunsOption } from './shared-options.js';

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

/** Adds `pipewright controller`. */
export const addController = (program: Command, output: Output, done: Done): Command =>
  program
    .command('controller')
    .description('Run the controller against any Kubernetes, until Ctrl-C or SIGTERM. Logs one JSON object per line.')
    .option(
      '--kubeconfig <FILE>',
      'the cluster and its credentials (default: $KUBECONFIG, ~/.kube/config, or the account of the pod it runs in)',
      parsePath,
    )
    .option('--context <NAME>', 'the context of the kubeconfig (default: its current context)')
    .option('--install-crds', 'install or update the tekton.dev CustomResourceDefinitions first')
    .option('--namespace <NS>', 'watch only this namespace (default: all)')
    .option('--git-image <IMAGE>', 'image with sh and git, for git inputs')
    .option('--shell-image <IMAGE>', "image with sh and the usual small programs, for the controller's other steps")
    .option('--busybox-image <IMAGE>', 'image with a static /bin/busybox, for images without a shell')
    .option('--nop-image <IMAGE>', 'image that exits at once and replaces sidecars after the steps have ended')
    .option('--gsutil-image <IMAGE>', 'image with gsutil and gcloud, for storage resources')
    .option('--node-image <IMAGE>', 'image with node 20 or later, for pull requests and archives')
    .option(
      '--insecure-registry <HOST>',
      'a registry without TLS, for lookups of the entrypoints of its images; may be repeated',
      collect,
      [],
    )
    .option(
      '--registry-mirror <HOST=URL>',
      'the URL to which requests to a registry are sent instead; may be repeated',
      parsePairs('HOST=URL, as in --registry-mirror docker.io=https://mirror.corp', 'not empty'),
      new Map(),
    )
    .addOption(keepRunsOption())
    .addHelpText(
      'after',
      `
No webhook is installed. The API server drops fields that the CustomResourceDefinitions do not declare, including fields in
another case (workingdir), or rejects the object if the client requests strict validation, as kubectl does. Run
\`pipewright lint\` first.

Examples:
  pipewright controller --install-crds
  pipewright controller --keep-runs 100 --keep-runs 72h
  pipewright controller --kubeconfig admin.conf --namespace ci --git-image registry.example/git:1
`,
    )
    .action(async (flags: ControllerFlags) => {
      const { runController } = await import('../controller/controller-command.js');
      done(await runController(flags, output));
    });
