/** Defines the arguments and options of `pipewright import`. The implementation is loaded when it is called. */

import { parsePath } from './option-values.js';
import type { Command } from 'commander';
import type { Output } from '../terminal/output.js';
import type { Done } from './done.js';

/** Adds `pipewright import`. */
export const addImport = (program: Command, output: Output, done: Done): Command =>
  program
    .command('import')
    .description('Turn existing YAML into TypeScript: a program of constructs that synthesizes to the same objects.')
    .argument('<FILE|DIR...>', 'files, folders with *.yaml, *.yml and *.json, or - for standard input')
    .option('--out <FILE>', 'the file to write, which must not exist (default: standard output)', parsePath)
    .option('--library <MODULE>', 'the module that exports the constructs', 'pipewright')
    .addHelpText(
      'after',
      `
Objects without a construct and objects with errors are copied unchanged, each with a comment that gives the reason.

Examples:
  pipewright import release.yaml --out release.ts
  kubectl get tasks,pipelines -o yaml | pipewright import -
`,
    )
    .action(async (paths: readonly string[], options: { readonly out?: string; readonly library: string }) => {
      const { importManifests } = await import('../import/import-command.js');
      done(importManifests({ paths, ...options }, output));
    });
