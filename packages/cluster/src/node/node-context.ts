/**
 * What every part of the node shares: its tools, its places and what it knows about itself.
 */

import type { Clock } from '../platform/clock.js';
import type { ClusterLog } from '../platform/cluster-log.js';
import type { Runtime } from '../runtime/runtime.js';
import type { PodClock } from './pod-clock.js';
import type { NodeAddress } from './pod/downward-api.js';
import type { Images } from './container/image.js';
import type { NodeApi } from './node-api.js';
import type { PodEvents } from './pod/pod-events.js';
import type { ContainerLogs } from './logs/pod-logs.js';

/** Where the API server listens, for pods that have a token. */
export interface InCluster {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
}

/** The node's own world. */
export interface NodeContext {
  readonly api: NodeApi;
  readonly runtime: Runtime;
  readonly images: Images;
  /** Said when there is nothing for an image: how to give a stand-in. */
  readonly imageHint: string;
  readonly hostFiles: Readonly<Record<string, string>>;
  /** Whether pods may mount directories of the machine. */
  readonly allowHostPath: boolean;
  /** Whether containers start without the Secrets they name. */
  readonly optionalSecrets: boolean;
  readonly logs: ContainerLogs;
  readonly events: PodEvents;
  /** The time of pods. */
  readonly clock: PodClock;
  /** Time and timers of requests. */
  readonly wireClock: Clock;
  readonly node: NodeAddress;
  /** This process's own directory: gone with it, or at the next start. */
  readonly runDirectory: string;
  /** Likewise, and on no disk where the machine has such a place; else the same. */
  readonly memoryDirectory: string;
  /** Kept: one directory for each PersistentVolumeClaim. */
  readonly claimsDirectory: string;
  readonly inCluster: () => Promise<InCluster>;
  readonly log: ClusterLog;
}

/** A moment as the API writes it, to the second. */
export const wireTime = (moment: Date): string => `${moment.toISOString().slice(0, 19)}Z`;
