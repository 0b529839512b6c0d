/** The options of a controller. Separate from `controller.ts` because the wiring reads them too. */

import type { Clock, Send } from '@pipewright/apimachinery';
import type { ImageCommandResult } from '../pod/image-command.js';
import type { Images } from '../run/options.js';
import type { RetentionPolicy } from '../run/retention.js';
import type { Log } from './log.js';
import type { Registries } from './registry/session.js';

/** Looks up the command of an image, with the credentials of a ServiceAccount. */
export type FindCommand = (
  image: string,
  account: { readonly namespace: string; readonly serviceAccount: string },
) => Promise<ImageCommandResult>;

/** Options of a controller. */
export interface ControllerOptions {
  /** The transport to the API server, with the permissions of `rbac.yaml`. */
  readonly send: Send;
  /** By default nothing is logged. */
  readonly log?: Log;
  /** By default the system clock. */
  readonly clock?: Clock;
  /** The clock of timeouts of requests and watches. By default `clock`. */
  readonly wireClock?: Clock;
  /** Replaces single images of `DEFAULT_IMAGES`. */
  readonly images?: Partial<Images>;
  /** Reconciles only runs of this namespace. By default runs of all namespaces. */
  readonly namespace?: string;
  /** Reconciles only while holding this Lease. By default without leader election: concurrent processes are safe, but repeat work. */
  readonly leaderElection?: { readonly namespace: string; readonly name: string; readonly identity: string };
  /** Called when the Lease is lost, so that the process can exit. By default the controller only stops. */
  readonly onLost?: (why: string) => void;
  /** Looks up the command of an image for steps without one. By default in the image's registry. */
  readonly findCommand?: FindCommand;
  /** Starts runs even if Secrets of their ServiceAccount are missing; for clusters that run no containers. By default false. */
  readonly optionalSecrets?: boolean;
  /** Path of a docker config in every container, whose logins are added to those of each task. By default none. */
  readonly dockerConfig?: string;
  /** Registries with an address other than `https://HOST`, by the host in image names: mirrors, and registries without TLS. */
  readonly registries?: Registries;
  /** Sends a CloudEvent to its target. By default over http or https from the controller's network. */
  readonly sendEvent?: Send;
  /** From 0 to 1; spreads retries and reconnects. By default random. */
  readonly random?: () => number;
  /** How many TaskRuns, and how many PipelineRuns, are reconciled at once. By default 8. */
  readonly workers?: number;
  /** Which finished runs are kept; others are deleted with everything they own. By default all are kept. */
  readonly retention?: RetentionPolicy;
  /** Called before each reconcile, for metrics. */
  readonly onReconcile?: (queue: QueueName, key: string) => void;
}

/** The work queues of the controller, by what their keys stand for. */
export type QueueName = 'TaskRun' | 'PipelineRun' | 'CloudEvent' | 'Retention';
