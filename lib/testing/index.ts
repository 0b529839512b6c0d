/** Helpers for tests of pipelines: they inspect synthesized objects without writing files or running steps. */

export { tektonMatchers } from './matchers.js';
export type { MatcherResult } from './matchers.js';
export { TektonTesting } from './objects.js';
export type { ObjectOf, SynthesizedObject } from './objects.js';
export { TaskGraph } from './task-graph.js';
