/**
 * A log's text to the lines a person would have seen.
 *
 * A progress bar returns to the start of its line; only what stands there in the end counts. A line without an end is cut, so
 * that a step which prints no line feed cannot fill the memory.
 */

/** Longer lines are shown in pieces. */
export const LONGEST_LINE = 16 * 1024;

/** Splits a stream into lines. */
export interface LineFolder {
  /** The lines that are complete by now. */
  readonly push: (text: string) => readonly string[];
  /** What is left at the end, if anything. */
  readonly end: () => readonly string[];
}

/** A fresh folder for one log. */
export function foldLines(): LineFolder {
  let line = '';
  let returned = false;
  const lines: string[] = [];
  const take = (): readonly string[] => lines.splice(0);
  const add = (text: string): void => {
    if (text === '') return;
    line = returned ? text : line + text;
    returned = false;
    while (line.length > LONGEST_LINE) {
      lines.push(line.slice(0, LONGEST_LINE));
      line = line.slice(LONGEST_LINE);
    }
  };
  return {
    push: (text) => {
      for (const [part] of text.matchAll(/[^\r\n]+|\r|\n/g)) {
        if (part === '\r') returned = true;
        else if (part === '\n') {
          lines.push(line);
          line = '';
          returned = false;
        } else add(part);
      }
      return take();
    },
    end: () => {
      lines.push(...(line === '' ? [] : [line]));
      line = '';
      return take();
    },
  };
}

const ESCAPE = '\u001b';
/** Escape sequences: CSI, OSC and other strings up to their end, two-character ones, and what is left of broken ones. */
const SEQUENCES = new RegExp(
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]|${ESCAPE}[\\]PX^_][^\\u0007${ESCAPE}\\n]*(?:\\u0007|${ESCAPE}\\\\)?|${ESCAPE}[ -/]*[0-~]?|\\u009b[0-?]*[ -/]*[@-~]?`,
  'g',
);
const COLOUR = new RegExp(`^${ESCAPE}\\[[0-9;:]*m$`);
const CONTROLS = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

/** A line that can move no cursor, set no title and reach no clipboard. Colours stay, and end with the line. */
export function neutralise(line: string): string {
  const shown = line.replace(SEQUENCES, (sequence) => (COLOUR.test(sequence) ? sequence : '')).replace(CONTROLS, '');
  return shown.includes(ESCAPE) ? `${shown}${ESCAPE}[0m` : shown;
}

/** The line without any escape sequence or control character. */
export const plain = (line: string): string => line.replace(SEQUENCES, '').replace(CONTROLS, '');

/** Control characters, and the signs that turn the direction of a text: with them a line can look like another. */
export const UNSEEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What names and messages are printed as: on one line, with every character that does something written out. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (sign) => (sign === '\n' ? '\\n' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`));
