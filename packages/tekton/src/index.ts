/**
 * The Tekton language: types, model, checks, substitution, task graph, names and CRDs. See README.md.
 */

export * from './model/kubernetes.js';
export * from './model/field-path.js';
export { TEKTON_GROUP } from './model/tekton-group.js';
export * from './model/param.js';
export * from './model/pod.js';
export * from './model/resource.js';
export * from './v1alpha1/types.js';
export * from './v1alpha1/status.js';
export * from './model/duration.js';
export * from './model/model.js';
export * from './v1alpha1/reader.js';
export * from './v1alpha1/status-reader.js';
export * from './v1alpha1/condition-task.js';
export * from './variables/substitution.js';
export * from './variables/task-fields.js';
export * from './variables/replacements.js';
export * from './model/container-path.js';
export * from './execution/task-graph.js';
export * from './execution/child-names.js';
export type * from './execution/run-memory.js';
export { isDnsLabel, isDnsSubdomain, isLabelValue } from './model/kubernetes-names.js';
export { resultRefsOfParams, resultRefsOfPipelineTask, type ResultRef } from './variables/result-references.js';
export * from './v1alpha1/defaults.js';
export type { RenamedField } from './schema/canonical-fields.js';
export * from './versions/canonical-object.js';
export * from './versions/custom-resource-definitions.js';
export type { KindDefinition } from './schema/kind-definition.js';
export { KINDS } from './v1alpha1/kinds.js';
export type { ObjectId, Problem, ProblemDefinition, Severity } from './problems/problem.js';
export * from './problems/table.js';
export * from './problems/construct-problems.js';
export { closestMatch } from './problems/did-you-mean.js';
export { checkObject } from './versions/check-object.js';
export { suggestLabel } from './validation/metadata.js';
export { invalidGitRevisionReason, invalidGitUrlReason, hostOfUrlWithPassword } from './validation/git.js';
export { invalidImageReason } from './validation/image.js';
export { isGoTrue } from './v1alpha1/validation/resource.js';
export { reservedMountDirectory } from './validation/step.js';
export { parseImageName, type ImageName } from './model/image-name.js';
export * from './execution/matching.js';
export * from './v1alpha1/run-messages.js';
export { admissionMessage } from './v1alpha1/admission.js';
export { checkObjects, type CheckOptions } from './versions/check-objects.js';
