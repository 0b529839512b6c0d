/**
 * What standard output can show, by the environment. Pure.
 *
 * Separate from the process's output so that each combination can be tested.
 */

/** What may be written. */
export interface TerminalFeatures {
  /** A terminal shows it: control sequences of others are kept from it, and prose is wrapped. */
  readonly terminal: boolean;
  /** Rows may be drawn over again. */
  readonly live: boolean;
  readonly color: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false'].includes(value);

/**
 * Returns the features of an output.
 *
 * A CI system that gives its jobs a terminal shows a log: what is drawn over again would stand in it many times.
 */
export function terminalFeatures(isTerminal: boolean, env: Environment, color?: boolean): TerminalFeatures {
  const isCapable = isTerminal && env['TERM'] !== 'dumb';
  const wanted = (env['NO_COLOR'] ?? '') === '' && (isCapable || isSet(env['FORCE_COLOR']));
  return { terminal: isTerminal, live: isCapable && !isSet(env['CI']), color: color ?? wanted };
}
