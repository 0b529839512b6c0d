/** The `pipewright` command, for those who call it from a program: examples, benchmarks, tests. */

export { runProgram } from './program.js';
export { run, type RunOptions, type RunSurroundings } from './run/run-command.js';
export type { ResourceFact, RunEvent, TaskOutcome } from './run/events.js';
export { up, type UpOptions, type UpSurroundings } from './up/up-command.js';
export { runController, type ControllerOptions, type ControllerSurroundings } from './controller/controller-command.js';
export { lint, type LintOptions } from './lint/lint-command.js';
export { processOutput, type Output } from './terminal/output.js';
export { UsageError } from './usage-error.js';
export { tektonAdmission } from './local/admission.js';
export { OWN_IMAGES } from './local/local-cluster.js';
