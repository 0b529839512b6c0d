/** Executes pipelines in tests, in milliseconds: the real controller with scripted steps. */

export { simulate, type SimulateOptions, type Synthesized } from './simulate.js';
export type { SimulatedRun, SimulatedTask } from './simulated-run.js';
export { SimulationError } from './simulation-error.js';
export type { ConditionScripts, ScriptedStep, StepCall, StepRecord, StepScript, StepScripts } from './step.js';
