/** Codes of references to objects that are not among the given manifests. */
export const UNRESOLVED_REFERENCES: ReadonlySet<string> = new Set([
  'TASK_UNKNOWN',
  'PIPELINE_UNKNOWN',
  'CONDITION_UNKNOWN',
  'RESOURCE_UNKNOWN',
]);
