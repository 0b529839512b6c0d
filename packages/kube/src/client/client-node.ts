/**
 * The part of `@kubernetes/client-node` that is used, with types of our own.
 *
 * Its declarations have eight megabytes, more than all others together, which the compiler, the linter and the reference generator would
 * read for these few types. `test/client/kubeconfig-send.test.ts` checks that they match.
 */

import type { RequestOptions } from 'node:https';

/** A cluster entry of a kubeconfig. */
export interface Cluster {
  readonly name: string;
  readonly caData?: string;
  readonly caFile?: string;
  readonly server: string;
  readonly skipTLSVerify: boolean;
  readonly proxyUrl?: string;
}

/** A user entry of a kubeconfig. */
export interface User {
  readonly name: string;
  readonly exec?: unknown;
  readonly authProvider?: unknown;
  readonly token?: string;
}

/** A context of a kubeconfig. */
export interface Context {
  readonly cluster: string;
  readonly user: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Credentials and contexts of a kubeconfig. */
export interface KubeConfig {
  readonly clusters: Cluster[];
  readonly users: User[];
  readonly contexts: Context[];
  readonly currentContext: string;
  getCurrentUser(): User | null;
  /** Adds the current user's credentials. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
  loadFromOptions(options: Pick<KubeConfig, 'clusters' | 'users' | 'contexts' | 'currentContext'>): void;
  loadFromString(text: string): void;
  makePathsAbsolute(directory: string): void;
}

/** The module. */
export interface ClientNode {
  readonly KubeConfig: new () => KubeConfig;
  readonly loadYaml: (text: string) => unknown;
}

/** Loads the module, which is slow. */
export const loadClientNode = async (): Promise<ClientNode> =>
  (await import('@kubernetes/client-node' as string)) as ClientNode; // not a literal, so that the compiler does not read its declarations
