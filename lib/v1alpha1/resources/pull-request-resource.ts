/** A pull or merge request, as files that steps read and change. */

import type { Construct } from 'constructs';
import {
  asParam,
  asSecret,
  PipelineResource,
  resourceSpec,
  type BindableResource,
  type PipelineResourceProps,
  type SecretField,
} from './pipeline-resource.js';

/** Which request, and how to reach it. */
export interface PullRequestLocation {
  /** Address of the request's page: `https://github.com/org/repo/pull/1`. */
  readonly url: string;

  /**
   * What kind of server it is on.
   *
   * @default - guessed from the address
   */
  readonly provider?: 'github' | 'gitlab';

  /**
   * The token for the server's API.
   *
   * @default - only what anyone may read can be read
   */
  readonly authToken?: SecretField;

  /**
   * Whether the server's certificate goes unchecked (Tekton v0.10).
   *
   * @default false
   */
  readonly insecureSkipTlsVerify?: boolean;
}

/** Properties for `PullRequestResource`. */
export interface PullRequestResourceProps extends PullRequestLocation, PipelineResourceProps {}

/**
 * Defines a PipelineResource of type pullRequest. As an input its state lies in files below `path`; as an output, what the
 * steps changed in them is sent back: comments, labels, statuses.
 */
export class PullRequestResource extends PipelineResource<'pullRequest'> {
  constructor(scope: Construct, id: string, props: PullRequestResourceProps) {
    super(scope, id, 'pullRequest', pullRequestSpec(props), props);
  }

  /** A request that a run binds without a PipelineResource object of its own. */
  static inline(request: PullRequestLocation): BindableResource<'pullRequest'> {
    return { type: 'pullRequest', binding: { resourceSpec: pullRequestSpec(request) } };
  }
}

const pullRequestSpec = (request: PullRequestLocation): object =>
  resourceSpec('pullRequest', request, {
    url: asParam('url'),
    provider: asParam('provider'),
    authToken: asSecret('authToken'),
    insecureSkipTlsVerify: asParam('insecure-skip-tls-verify'),
  });
