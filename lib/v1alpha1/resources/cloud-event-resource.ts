/** A receiver of CloudEvents about the outcome of a task. */

import type { Construct } from 'constructs';
import {
  asParam,
  PipelineResource,
  resourceSpec,
  type BindableResource,
  type PipelineResourceProps,
} from './pipeline-resource.js';

/** The receiver of the event. */
export interface CloudEventTarget {
  /** URL that receives the event as a POST. */
  readonly targetURI: string;
}

/** Properties for `CloudEventResource`. */
export interface CloudEventResourceProps extends CloudEventTarget, PipelineResourceProps {}

/** Defines a PipelineResource of type cloudEvent. As an output, an event is sent when the task has ended. */
export class CloudEventResource extends PipelineResource<'cloudEvent'> {
  constructor(scope: Construct, id: string, props: CloudEventResourceProps) {
    super(scope, id, 'cloudEvent', cloudEventSpec(props), props);
  }

  /** Returns a receiver that a run binds without a PipelineResource object. */
  static inline(target: CloudEventTarget): BindableResource<'cloudEvent'> {
    return { type: 'cloudEvent', binding: { resourceSpec: cloudEventSpec(target) } };
  }
}

const cloudEventSpec = (target: CloudEventTarget): object =>
  resourceSpec('cloudEvent', target, { targetURI: asParam('targetURI') });
