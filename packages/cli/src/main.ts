/** The process: hands the command line to the program, and its status to the shell. */

import { runProgram } from './program.js';

process.exitCode = await runProgram(process.argv.slice(2));
