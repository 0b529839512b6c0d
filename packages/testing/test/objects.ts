/** Manifests, in few words. */

/** An object of Tekton's. */
export const object = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'tekton.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

/** A run of a pipeline. */
export const pipelineRun = (pipeline: string, spec: object = {}): object =>
  object('PipelineRun', 'now', { pipelineRef: { name: pipeline }, ...spec });
