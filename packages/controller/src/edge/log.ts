/**
 * The controller's log: a constant message, and fields.
 *
 * An interface of three methods, so that the command prints for people, a process in a cluster prints JSON, and tests collect lines.
 */

/** Fields of a log line. Never the content of a Secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes log lines. */
export interface Log {
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
}

/** Discards log lines. */
export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Writes one JSON object per line to standard output, for a process in a cluster. Loads the logging library on demand. */
export async function jsonLog(): Promise<Log> {
  const { pino } = await import('pino');
  const log = pino({ timestamp: pino.stdTimeFunctions.isoTime });
  return {
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}
