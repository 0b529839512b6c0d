/** A cluster for replays, with its values of the placeholders in recordings. */

import type { Send } from '@pipewright/apimachinery';
import type { ClusterKind } from './accepted.js';

/** Settings of the ConfigMaps config-defaults and feature-flags that differ from the defaults, by name. */
export type Settings = Readonly<Record<string, string>>;

/** A cluster. */
export interface ParityCluster {
  readonly where: ClusterKind;
  readonly send: Send;
  /** The name of a node that accepts pods. */
  readonly node: string;
  /** Real addresses by their placeholder: LAB_HOST, LAB_REGISTRY. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Returns the namespace for a case. */
  namespaceOf(name: string): string;
  /** Returns the directory to mount instead of a hostPath of a case. */
  directoryFor(path: string): string;
  /** Called with the case's settings after the namespace is created and before objects are applied; the result is called at the end. */
  prepare(namespace: string, config: Settings): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
