/**
 * What is used of `@kubernetes/client-node`, in types of our own.
 *
 * Its own declarations are eight megabytes, more than all others together, which the compiler, lint and the generated reference would read for these few lines.
 * `test/client/kubeconfig-send.test.ts` holds what is said here.
 */

import type { RequestOptions } from 'node:https';

/** A server. */
export interface Cluster {
  readonly name: string;
  readonly caData?: string;
  readonly caFile?: string;
  readonly server: string;
  readonly skipTLSVerify: boolean;
  readonly proxyUrl?: string;
}

/** Who asks. */
export interface User {
  readonly name: string;
  readonly exec?: unknown;
  readonly authProvider?: unknown;
  readonly token?: string;
}

/** A server, and who asks it. */
export interface Context {
  readonly cluster: string;
  readonly user: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What is asked about whoever asks. */
export interface KubeConfig {
  readonly clusters: Cluster[];
  readonly users: User[];
  readonly contexts: Context[];
  readonly currentContext: string;
  getCurrentUser(): User | null;
  /** Adds what proves who asks. */
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

/** Loads it, which takes a while. */
export const loadClientNode = async (): Promise<ClientNode> =>
  (await import('@kubernetes/client-node' as string)) as ClientNode; // not a literal to the compiler, which would read the declarations; see the top
