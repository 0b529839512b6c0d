/** A cluster to play cases at, and what the words in recordings stand for there. */

import type { Send } from '@pipewright/kube';
import type { ClusterKind } from './accepted.js';

/** A cluster. */
export interface ParityCluster {
  readonly where: ClusterKind;
  readonly send: Send;
  /** The name of its node, or of one that takes pods. */
  readonly node: string;
  /** Real addresses by the word that stands for them: LAB_HOST, LAB_REGISTRY. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The namespace in which to play a case. */
  namespaceOf(name: string): string;
  /** What to mount in place of a directory of the machine that a case would have made there. */
  directoryFor(path: string): string;
  /** Called when the namespace is there, before anything is applied in it; the result is called at the end. */
  prepare(namespace: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
