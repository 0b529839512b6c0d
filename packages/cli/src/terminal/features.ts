/**
 * Determines the capabilities of standard output from the environment. Pure.
 *
 * Separate from the process's output so that each combination can be tested.
 */

/** The capabilities of an output. */
export interface TerminalFeatures {
  /** Whether it is a terminal: control sequences in untrusted text are removed, and prose is wrapped. */
  readonly terminal: boolean;
  /** Whether rows may be redrawn. */
  readonly live: boolean;
  readonly color: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false'].includes(value);

/**
 * Returns the features of an output.
 *
 * A CI system that provides a terminal records a log, in which redrawn rows would appear many times.
 */
export function terminalFeatures(isTerminal: boolean, env: Environment, color?: boolean): TerminalFeatures {
  const isCapable = isTerminal && env['TERM'] !== 'dumb';
  const wanted = (env['NO_COLOR'] ?? '') === '' && (isCapable || isSet(env['FORCE_COLOR']));
  return { terminal: isTerminal, live: isCapable && !isSet(env['CI']), color: color ?? wanted };
}
