/** The options of a controller, apart from `controller.ts` because the wiring reads them too. */

import type { Clock, Send } from '@pipewright/kube';
import type { ImageCommandResult } from '../pod/image-command.js';
import type { Images } from '../run/options.js';
import type { RetentionPolicy } from '../run/retention.js';
import type { Log } from './log.js';
import type { Registries } from './registry/client.js';

/** Looks up the command of an image, with the credentials of a ServiceAccount. */
export type FindCommand = (
  image: string,
  account: { readonly namespace: string; readonly serviceAccount: string },
) => Promise<ImageCommandResult>;

/** How a controller runs. */
export interface ControllerOptions {
  /** Reaches the API server, with the rights of `rbac.yaml`. */
  readonly send: Send;
  /** By default nothing is logged. */
  readonly log?: Log;
  /** By default the machine's. */
  readonly clock?: Clock;
  /** The clock that measures how long the server has been silent. By default `clock`. */
  readonly wireClock?: Clock;
  /** By default `DEFAULT_IMAGES`; images left out keep their default. */
  readonly images?: Partial<Images>;
  /** Runs of this namespace alone. By default of all. */
  readonly namespace?: string;
  /** Work only while holding this Lease. By default without: one process, or several that get in each other's way safely. */
  readonly leaderElection?: { readonly namespace: string; readonly name: string; readonly identity: string };
  /** Called when the Lease is lost: the process should end. By default nothing more than stopping happens. */
  readonly onLost?: (why: string) => void;
  /** Looks up what an image runs when a step names no command. By default the image's registry is asked. */
  readonly findCommand?: FindCommand;
  /** Start runs also when Secrets of their ServiceAccount are missing; for clusters that run nothing. By default false. */
  readonly optionalSecrets?: boolean;
  /** A docker config that is in every container; its logins are added to those of each task. By default none is. */
  readonly dockerConfig?: string;
  /** Registries to be asked elsewhere than at `https://HOST`, by the host in image names: mirrors, and those without TLS. */
  readonly registries?: Registries;
  /** Sends a CloudEvent to its target. By default over http and https, where the controller stands. */
  readonly sendEvent?: Send;
  /** From 0 to 1; spreads retries and reconnects. By default random. */
  readonly random?: () => number;
  /** How many TaskRuns, and how many PipelineRuns, are worked on at once. By default 8. */
  readonly workers?: number;
  /** Which finished runs are kept; others are deleted with all that they own. By default all are kept. */
  readonly retention?: RetentionPolicy;
  /** Called before each reconcile, to count them. By default nothing counts. */
  readonly onReconcile?: (queue: QueueName, key: string) => void;
}

/** What a work queue of the controller holds the keys of. */
export type QueueName = 'TaskRun' | 'PipelineRun' | 'CloudEvent' | 'Retention';
