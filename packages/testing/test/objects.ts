/** Manifests with defaults. */

/** Returns a Tekton object. */
export const object = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'tekton.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

/** Returns a PipelineRun. */
export const pipelineRun = (pipeline: string, spec: object = {}): object =>
  object('PipelineRun', 'now', { pipelineRef: { name: pipeline }, ...spec });
