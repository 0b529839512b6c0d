/**
 * Control characters and escape sequences of terminals (ECMA-48), as parts of regular expressions.
 *
 * Separate because two places must agree on them: what removes them from a line, and what looks for secrets that they are printed inside of.
 */

const ESCAPE = '\\u001b';

/** Escape sequences: CSI, OSC and other strings up to their end, two-character ones, and what is left of broken ones. */
export const SEQUENCES = [
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]`,
  `${ESCAPE}[\\]PX^_][^\\u0007${ESCAPE}\\n]*(?:\\u0007|${ESCAPE}\\\\)?`,
  `${ESCAPE}[ -/]*[0-~]?`,
  '\\u009b[0-?]*[ -/]*[@-~]?',
].join('|');

/** Control characters but for tabs, line feeds and the escape character. */
export const CONTROLS = '[\\u0000-\\u0008\\u000b-\\u001a\\u001c-\\u001f\\u007f-\\u009f]';

/** An escape sequence that may go on behind the end of the text. */
export const INCOMPLETE_SEQUENCE = new RegExp(
  `(?:${ESCAPE}(?:\\[[0-?]*[ -/]*|[\\]PX^_][^\\u0007${ESCAPE}\\n]*${ESCAPE}?|[ -/]*)|\\u009b[0-?]*[ -/]*)$`,
);
