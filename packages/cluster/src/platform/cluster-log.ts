/** The log of a cluster, for operators. */

/** Levels, from most to least severe. `debug` logs each request over the wire. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Logs a line. @default level - 'warn' */
export type ClusterLog = (line: string, level?: LogLevel) => void;
