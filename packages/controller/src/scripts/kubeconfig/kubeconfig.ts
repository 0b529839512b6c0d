/** Calls kubeconfig.sh, the step of a cluster input, which writes a kubeconfig with credentials from the environment. */

import type { Scripts } from '../scripts.js';

/** A cluster, and the destinations of its kubeconfig. */
export interface Kubeconfig {
  /** The name of the cluster and the context, and of the user if USERNAME is not set. */
  readonly name: string;
  readonly url: string;
  /** The default namespace of commands; empty for kubectl's own default. */
  readonly namespace: string;
  /** Skip the check of the server's certificate even if CADATA is set. */
  readonly insecure: boolean;
  /**
   * Whether CADATA comes from a Secret, whose value Tekton always encodes in base64; a param is encoded already. PEM is always encoded,
   * base64 of PEM never.
   */
  readonly caFromSecret: boolean;
  /** The directories that get a file `kubeconfig`. */
  readonly directories: readonly string[];
}

/** Returns the command and arguments of the step. */
export const kubeconfig = (
  scripts: Scripts,
  { name, url, namespace, insecure, caFromSecret, directories }: Kubeconfig,
): readonly string[] => [
  '/bin/sh',
  '-c',
  scripts['kubeconfig.sh'],
  'kubeconfig',
  name,
  url,
  namespace,
  String(insecure),
  String(caFromSecret),
  ...directories,
];
