/** Where a cluster reports what an operator should know, and how bad it is. */

/** From worst to most detailed. `debug` has a line for each request that comes over the wire. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Takes a line; without a level it is a warning. */
export type ClusterLog = (line: string, level?: LogLevel) => void;
