/** A Git repository at one revision. */

import type { Construct } from 'constructs';
import {
  asParam,
  PipelineResource,
  resourceSpec,
  type BindableResource,
  type PipelineResourceProps,
} from './pipeline-resource.js';

/** The location of a repository, and the content to check out. */
export interface GitSource {
  /** The URL for `git clone`: `https://host/path.git`, `git@host:path.git`, `ssh://…`. */
  readonly url: string;

  /**
   * Branch, tag, commit or ref to check out.
   *
   * @default - `master`, which is Tekton's default
   */
  readonly revision?: string;

  /**
   * Whether submodules are checked out too.
   *
   * @default true
   */
  readonly submodules?: boolean;

  /**
   * The number of commits to fetch; 0 means all (Tekton v0.10).
   *
   * @default 1
   */
  readonly depth?: number;

  /**
   * Whether the server's certificate is verified (Tekton v0.10).
   *
   * @default true
   */
  readonly sslVerify?: boolean;
}

/** Properties for `GitResource`. */
export interface GitResourceProps extends GitSource, PipelineResourceProps {}

/**
 * Defines a PipelineResource of type git. As a task's input it is cloned before the first step.
 *
 * @example
 *
 *   const source = new GitResource(chart, 'source', { url: 'https://github.com/tektoncd/pipeline.git', revision: 'main' });
 */
export class GitResource extends PipelineResource<'git'> {
  constructor(scope: Construct, id: string, props: GitResourceProps) {
    super(scope, id, 'git', gitSpec(props), props);
  }

  /** Returns a repository that a run binds without a PipelineResource object. */
  static inline(source: GitSource): BindableResource<'git'> {
    return { type: 'git', binding: { resourceSpec: gitSpec(source) } };
  }
}

const gitSpec = (source: GitSource): object =>
  resourceSpec('git', source, {
    url: asParam('url'),
    revision: asParam('revision'),
    submodules: asParam('submodules'),
    depth: asParam('depth'),
    sslVerify: asParam('sslVerify'),
  });
