/**
 * Control characters and escape sequences of terminals (ECMA-48), as parts of regular expressions.
 *
 * Shared by the code that removes them from lines and the code that finds secrets with control sequences in them.
 */

const ESCAPE = '\\u001b';

/**
 * Escape sequences: CSI, OSC and other strings up to their terminator, two-character ones, and remains of malformed
 * ones.
 */
export const SEQUENCES = [
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]`,
  `${ESCAPE}[\\]PX^_][^\\u0007${ESCAPE}\\n]*(?:\\u0007|${ESCAPE}\\\\)?`,
  `${ESCAPE}[ -/]*[0-~]?`,
  '\\u009b[0-?]*[ -/]*[@-~]?',
].join('|');

/** Control characters except tabs, line feeds and the escape character. */
export const CONTROLS = '[\\u0000-\\u0008\\u000b-\\u001a\\u001c-\\u001f\\u007f-\\u009f]';

/** An escape sequence at the end of the text that may be incomplete. */
export const INCOMPLETE_SEQUENCE = new RegExp(
  `(?:${ESCAPE}(?:\\[[0-?]*[ -/]*|[\\]PX^_][^\\u0007${ESCAPE}\\n]*${ESCAPE}?|[ -/]*)|\\u009b[0-?]*[ -/]*)$`,
);
