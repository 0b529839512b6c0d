/** The programmatic interface of the `pipewright` command, for examples, benchmarks and tests. */

export { runProgram } from './commands/program.js';
export { run, type RunDependencies } from './run/run-command.js';
export type { RunOptions } from './run/run-options.js';
export type { ResourceResult, RunEvent, TaskOutcome } from './run/follow/events.js';
export { up, type UpOptions, type UpDependencies } from './up/up-command.js';
export { runController, type ControllerOptions, type ControllerDependencies } from './controller/controller-command.js';
export { lint, type LintOptions } from './lint/lint-command.js';
export { processOutput, type Output } from './terminal/output.js';
export { UsageError } from './diagnostics/usage-error.js';
export { newTektonAdmission } from './local/admission.js';
export { OWN_IMAGES } from './stand-ins/image-source.js';
