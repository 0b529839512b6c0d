/** The process: hands the command line to the program, and its status to the shell. */

import { tellFailure } from './failure.js';
import { runProgram } from './program.js';
import { processOutput } from './terminal/output.js';

process.on('uncaughtException', (cause) => process.exit(tellFailure(cause, processOutput())));
process.exitCode = await runProgram(process.argv.slice(2));
