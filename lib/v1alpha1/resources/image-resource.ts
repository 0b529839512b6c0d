/** A container image in a registry. */

import type { Construct } from 'constructs';
import {
  asParam,
  PipelineResource,
  resourceSpec,
  type BindableResource,
  type PipelineResourceProps,
} from './pipeline-resource.js';

/** The location of an image. */
export interface ImageLocation {
  /** The image's name for registry clients: `registry/path`, with or without a tag. */
  readonly url: string;

  /**
   * The digest of an existing image.
   *
   * @default - determined by the task that builds the image
   */
  readonly digest?: string;
}

/** Properties for `ImageResource`. */
export interface ImageResourceProps extends ImageLocation, PipelineResourceProps {}

/**
 * Defines a PipelineResource of type image. As a task's output, its digest is read from the OCI layout that a step writes
 * to the output's `path`, and is written to the run's status.
 *
 * @example
 *
 *   const web = new ImageResource(chart, 'web', { url: 'registry.example.com/team/web' });
 */
export class ImageResource extends PipelineResource<'image'> {
  constructor(scope: Construct, id: string, props: ImageResourceProps) {
    super(scope, id, 'image', imageSpec(props), props);
  }

  /** Returns an image that a run binds without a PipelineResource object. */
  static inline(image: ImageLocation): BindableResource<'image'> {
    return { type: 'image', binding: { resourceSpec: imageSpec(image) } };
  }
}

const imageSpec = (image: ImageLocation): object =>
  resourceSpec('image', image, { url: asParam('url'), digest: asParam('digest') });
