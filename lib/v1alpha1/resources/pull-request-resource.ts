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

/** The request, and access to its server. */
export interface PullRequestLocation {
  /** Address of the request's page: `https://github.com/org/repo/pull/1`. */
  readonly url: string;

  /**
   * The kind of server.
   *
   * @default - derived from the address
   */
  readonly provider?: 'github' | 'gitlab';

  /**
   * The token for the server's API.
   *
   * @default - only public data is accessible
   */
  readonly authToken?: SecretField;

  /**
   * Whether the server's certificate is not verified (Tekton v0.10).
   *
   * @default false
   */
  readonly insecureSkipTlsVerify?: boolean;
}

/** Properties for `PullRequestResource`. */
export interface PullRequestResourceProps extends PullRequestLocation, PipelineResourceProps {}

/**
 * Defines a PipelineResource of type pullRequest. As an input, its state is in files below `path`; as an output, changes of
 * these files are sent to the server: comments, labels, statuses.
 */
export class PullRequestResource extends PipelineResource<'pullRequest'> {
  constructor(scope: Construct, id: string, props: PullRequestResourceProps) {
    super(scope, id, 'pullRequest', pullRequestSpec(props), props);
  }

  /** Returns a request that a run binds without a PipelineResource object. */
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
