/** Helpers for tests of pipelines: look at what is synthesized, without writing or running anything. */

export { tektonMatchers } from './matchers.js';
export type { MatcherResult } from './matchers.js';
export { TektonTesting } from './objects.js';
export type { ObjectOf, SynthesizedObject } from './objects.js';
export { TaskGraph } from './task-graph.js';
