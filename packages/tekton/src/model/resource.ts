/**
 * PipelineResources: their types and specs.
 *
 * Part of the model, since a run carries the specs of resources unchanged to the runs of its tasks; v1 has none.
 */

/** The types of PipelineResource. */
export const RESOURCE_TYPES = ['git', 'image', 'pullRequest', 'storage', 'cluster', 'cloudEvent'] as const;

/** The type of a PipelineResource. */
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** One param of a PipelineResource. Names are compared without case. */
export interface ResourceParam {
  readonly name: string;
  /** @default - empty */
  readonly value?: string;
}

/** A param of a PipelineResource that comes from a Secret. */
export interface SecretParam {
  readonly fieldName: string;
  readonly secretKey: string;
  readonly secretName: string;
}

/** The spec of a PipelineResource. */
export interface PipelineResourceSpec {
  readonly type: ResourceType;
  readonly params?: readonly ResourceParam[];
  readonly secrets?: readonly SecretParam[];
}
