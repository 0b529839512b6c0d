/** What each resolver needs for one request. */

import type { KubeClient, KubeObject } from '@pipewright/kube';
import type { Registries } from '../registry/session.js';

/** The connections of a resolver, and the namespace whose Secrets it may read. */
export interface FetchContext {
  readonly client: KubeClient;
  readonly fetch: typeof fetch;
  readonly registries: Registries;
  readonly namespace: string;
  /** Aborted when the request times out. */
  readonly signal: AbortSignal;
}

/** A Secret, with the fields that resolvers read. */
export interface SecretObject extends KubeObject {
  readonly type?: string;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
}
