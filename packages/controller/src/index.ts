/** Runs Tekton's PipelineRuns and TaskRuns on any Kubernetes; README.md says what it promises. */
export type { ControllerOptions, FindCommand, QueueName } from './edge/controller-options.js';
export { startController, type RunningController } from './edge/controller.js';
export { jsonLog, silent, type LogFields, type Log } from './edge/log.js';
export type { Login } from './edge/registry/auth.js';
export type { Registries, RegistryAddress } from './edge/registry/session.js';
export { resultsReport, decodeTurn, type DecodedTurn } from './scripts/entrypoint/entrypoint-arguments.js';
export { DEFAULT_IMAGES, type Images } from './run/options.js';
export type { RetentionPolicy } from './run/retention.js';
export { imageCommand, type ImageCommandResult, type ImageCommand } from './pod/image-command.js';
