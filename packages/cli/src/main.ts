/** The entry point of the process: runs the command line and sets the exit status. */

import { reportFailure } from './diagnostics/failure.js';
import { runProgram } from './commands/program.js';
import { processOutput } from './terminal/output.js';

const args = process.argv.slice(2);
const output = processOutput({ color: args.includes('--no-color') ? false : undefined });
process.on('uncaughtException', (cause) => process.exit(reportFailure(cause, output)));
process.exitCode = await runProgram(args, output);
