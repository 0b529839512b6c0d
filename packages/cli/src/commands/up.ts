/** Defines the arguments and options of `pipewright up`. The implementation is loaded when it is called. */

import type { Command } from 'commander';
import type { Output } from '../terminal/output.js';
import type { Done } from './done.js';
import type { RetentionPolicy } from '@pipewright/controller';

import { parsePort, parsePairs, oneOf, parsePath } from './option-values.js';
import {
  type LogFlags,
  imageOption,
  RUNTIMES,
  keepRunsOption,
  logFileOption,
  logLevelOption,
} from './shared-options.js';

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

/** Adds `pipewright up`. */
export const addUp = (program: Command, output: Output, done: Done): Command =>
  program
    .command('up')
    .description('Start the same cluster as a server on 127.0.0.1, for kubectl and other clients, until Ctrl-C.')
    .option(
      '--data-dir <DIR>',
      'the directory that keeps the cluster across restarts (default: in memory only)',
      parsePath,
    )
    .option(
      '--kubeconfig <FILE>',
      'the file for the credentials, readable only by you (default: DIR/kubeconfig, or a temporary file)',
      parsePath,
    )
    .option('--port <N>', 'the port on 127.0.0.1; 0 selects any free one', parsePort, 0)
    .addOption(imageOption().default(new Map(), 'none'))
    .option(
      '--source <RESOURCE=DIR>',
      'a directory that replaces a git PipelineResource of the manifests next to pipewright.yaml; may be repeated',
      parsePairs('RESOURCE=DIR', 'not empty'),
      new Map(),
    )
    .option(
      '--config <FILE>',
      'the file with the stand-ins of this machine (default: pipewright.yaml in the working directory)',
      parsePath,
    )
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
      const { up } = await import('../up/up-command.js');
      done(await up(flags, output));
    });
