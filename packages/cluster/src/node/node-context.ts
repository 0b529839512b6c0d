/**
 * Dependencies that all parts of the node share.
 */

import type { Clock } from '@pipewright/apimachinery';
import type { ClusterLog } from '../platform/cluster-log.js';
import type { Runtime } from '../runtime/runtime.js';
import type { PodClock } from '../platform/pod-clock.js';
import type { NodeAddress } from './pod/downward-api.js';
import type { Images } from './container/image.js';
import type { NodeApi } from './node-api.js';
import type { PodEvents } from './pod/pod-events.js';
import type { ContainerLogs } from './logs/pod-logs.js';

/** The address of the API server for pods with a token. */
export interface InCluster {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
}

/** Returns a directory of the machine that is the volume of a PersistentVolumeClaim; undefined for other claims. */
export type ClaimDirectory = (namespace: string, claim: string) => string | undefined;

/** The dependencies of the node's parts. */
export interface NodeContext {
  readonly api: NodeApi;
  readonly runtime: Runtime;
  readonly images: Images;
  /** The remedy for an image without a stand-in. */
  readonly imageHint: string;
  readonly hostFiles: Readonly<Record<string, string>>;
  /** Whether pods may mount directories of the machine. */
  readonly allowHostPath: boolean;
  /** Returns the directory of the machine that is the volume of a claim. */
  readonly claimDirectory: ClaimDirectory;
  /** Whether containers start without missing Secrets. */
  readonly optionalSecrets: boolean;
  readonly logs: ContainerLogs;
  readonly events: PodEvents;
  /** The time of pods. */
  readonly clock: PodClock;
  /** Time and timers of requests. */
  readonly wireClock: Clock;
  readonly node: NodeAddress;
  /** The directory of this process, removed at exit or at the next start. */
  readonly runDirectory: string;
  /** The same in memory where the machine has a suitable directory; otherwise equal to `runDirectory`. */
  readonly memoryDirectory: string;
  /** Persistent: one directory for each PersistentVolumeClaim. */
  readonly claimsDirectory: string;
  readonly inCluster: () => Promise<InCluster>;
  readonly log: ClusterLog;
}
