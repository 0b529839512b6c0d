/**
 * The Tekton language: types, model, checks, substitution, graph, names, CRDs. See README.md.
 */

export * from './kubernetes.js';
export * from './types.js';
export * from './status.js';
export * from './duration.js';
export * from './model.js';
export * from './read.js';
export * from './condition-task.js';
export * from './substitution.js';
export * from './task-fields.js';
export * from './variables.js';
export * from './paths.js';
export * from './graph.js';
export * from './names.js';
export { resultRefsOf, resultRefsOfTask, type ResultRef } from './result-refs.js';
export * from './defaults.js';
export * from './canonical.js';
export * from './crds.js';
export { KINDS, type KindShape } from './schema-kinds.js';
export type { ObjectId, Problem, Row, Severity } from './problem.js';
export * from './problems.js';
export { nearest } from './nearest.js';
export { checkObject } from './check-object.js';
export { gitRevisionFault, gitUrlFault, passwordHost } from './check-git.js';
export { imageFault } from './check-image.js';
export { isTrue } from './check-resource.js';
export { reservedFolder } from './check-step.js';
export { readImageName, type ImageName } from './image-name.js';
export * from './match.js';
export * from './run-messages.js';
export { tektonRefusal } from './tekton-refusal.js';
export { checkObjects, type CheckOptions } from './check-objects.js';
