/** The `pipewright` command, for those who call it from a program: examples, benchmarks, tests. */

export { runProgram } from './program.js';
export { run, type RunOptions, type RunSurroundings } from './run/run-command.js';
export type { ResourceFact, RunEvent, TaskOutcome } from './run/events.js';
export { lint, type LintOptions } from './lint/lint-command.js';
export { processOutput, type Output } from './terminal/output.js';
export { UsageError } from './usage-error.js';
