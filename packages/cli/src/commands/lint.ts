/** Defines the arguments and options of `pipewright lint`. The implementation is loaded when it is called. */

import type { Command } from 'commander';
import type { Output } from '../terminal/output.js';
import type { Done } from './done.js';
import type { LintOptions } from '../lint/lint-command.js';
import { oneOf } from './option-values.js';
import { excludeOption } from './shared-options.js';

/** Adds `pipewright lint`. */
export const addLint = (program: Command, output: Output, done: Done): Command =>
  program
    .command('lint')
    .description('Check manifests and print every problem with file:line:column, code and hint. Changes nothing.')
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
      'report references to a Task, Pipeline, Condition or PipelineResource that is in none of the files as errors',
    )
    .addHelpText(
      'after',
      `
Without arguments, checks .tekton/, tekton/ and dist/, or the working directory if none of them contains manifests.

Examples:
  pipewright lint
  pipewright lint pipelines/ extra.yaml
  kubectl get pipelines -o yaml | pipewright lint -
  pipewright lint -o json | jq '.findings[].code'
  pipewright lint -o sarif > pipewright.sarif
`,
    )
    .action(async (paths: readonly string[], options: Omit<LintOptions, 'paths'>) => {
      const { lint } = await import('../lint/lint-command.js');
      done(lint({ paths, ...options }, output));
    });
