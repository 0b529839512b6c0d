/** The process: hands the command line to the program, and its status to the shell. */

import { reportFailure } from './diagnostics/failure.js';
import { runProgram } from './commands/program.js';
import { processOutput } from './terminal/output.js';

const args = process.argv.slice(2);
const output = processOutput({ color: args.includes('--no-color') ? false : undefined });
process.on('uncaughtException', (cause) => process.exit(reportFailure(cause, output)));
process.exitCode = await runProgram(args, output);
