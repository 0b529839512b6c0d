/**
 * Requests to resolvers of tekton.dev/v1, and their results.
 *
 * Pure; the requests are sent by `edge/resolvers`. Failures are part of the result, with the messages of Tekton v1.15.
 */

import type { ParamAssignment } from '@pipewright/tekton';

/** A request for a Task, Pipeline or StepAction. */
export interface ResolutionRequest {
  /** `http`, `cluster`, `bundles`, `hub`, … */
  readonly resolver: string;
  readonly params: readonly ParamAssignment[];
  /** The namespace and name of the run that refers to it. */
  readonly namespace: string;
  readonly run: string;
}

/** The source of a resolved manifest, for the provenance of a run. */
export interface RefSource {
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
  readonly entryPoint?: string;
}

/** A manifest (YAML or JSON) that a resolver found. */
export interface ResolvedManifest {
  readonly kind: 'resolved';
  readonly manifest: string;
  readonly refSource: RefSource;
}

/** The result of a request. */
export type Resolution =
  | ResolvedManifest
  /** `reason`: whether the params are invalid, or the definition could not be fetched, or not in time. */
  | { readonly kind: 'failed'; readonly reason: 'InvalidRequest' | 'NotFetched' | 'Timeout'; readonly message: string };

/** A reason for which a resolver does not return a manifest: its message ends the message of the run. */
export class ResolverError extends Error {}

/** What each resolver calls itself in messages. */
const TITLES: Readonly<Record<string, string>> = {
  bundles: 'bundleresolver',
  cluster: 'Cluster',
  git: 'Git',
  http: 'Http',
  hub: 'Hub',
};

/** Returns the result for params that are invalid. `requestName`: `NAMESPACE/NAME` of the request. */
export const invalidRequest = (requestName: string, message: string): Resolution => ({
  kind: 'failed',
  reason: 'InvalidRequest',
  message: `error requesting remote resource: invalid resource request "${requestName}": ${message}`,
});

/** Returns the result for a definition that could not be fetched. */
export const notFetched = (resolver: string, requestName: string, message: string): Resolution => ({
  kind: 'failed',
  reason: 'NotFetched',
  message: `error requesting remote resource: error getting "${TITLES[resolver] ?? resolver}" "${requestName}": ${message}`,
});

/** Returns the result for a request that took longer than the limit, such as `1m0s`. */
export const timedOut = (limit: string): Resolution => ({
  kind: 'failed',
  reason: 'Timeout',
  message: `error requesting remote resource: resolution took longer than global timeout of ${limit}`,
});
