/**
 * What the controller says while it works: one constant sentence, the facts beside it.
 *
 * An interface of three methods, so that the command line prints for people, a process in a cluster prints JSON, and tests
 * collect lines.
 */

/** Facts of a log line. Never the content of a Secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where log lines go. */
export interface Log {
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
}

/** Says nothing. */
export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One JSON object a line on standard output, for a process in a cluster. The library is loaded when it is asked for. */
export async function jsonLog(): Promise<Log> {
  const { pino } = await import('pino');
  const log = pino({ timestamp: pino.stdTimeFunctions.isoTime });
  return {
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}
