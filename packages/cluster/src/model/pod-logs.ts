/**
 * How the API server reads container logs from a node.
 *
 * Separate because both sides use it: the API server serves the logs that the node writes.
 */

/** Which part of a log to read, and whether to wait for more. */
export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
  /** Number of the container's start, from 0. @default the newest */
  readonly attempt?: number;
}

/** Identifies a pod. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The logs of a node's containers. */
export interface PodLogs {
  /** Opens the log of a container; undefined if it has not started. With `follow` the stream ends with the container. */
  open(pod: PodRef, container: string, options: LogOptions): ReadableStream<Uint8Array> | undefined;
}
