/** Defines the arguments and options of `pipewright explain`. The implementation is loaded when it is called. */

import type { Command } from 'commander';
import type { Output } from '../terminal/output.js';
import type { Done } from './done.js';

/** Adds `pipewright explain`. */
export const addExplain = (program: Command, output: Output, done: Done): Command =>
  program
    .command('explain')
    .description('Explain a problem code: what it means, an example, and how to fix it. Without a code, lists all.')
    .argument('[CODE...]', 'a code from a finding; case is ignored', [])
    .addHelpText('after', '\nExamples:\n  pipewright explain FIELD_UNKNOWN\n  pipewright explain\n')
    .action(async (codes: readonly string[]) => {
      const { explain } = await import('../explain/explain-command.js');
      explain(codes, output);
      done(0);
    });
