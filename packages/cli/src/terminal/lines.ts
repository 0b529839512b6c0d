/**
 * A log's text to the lines a person would have seen.
 *
 * A progress bar returns to the start of its line; only what stands there in the end counts. A line without an end is cut, so
 * that a step which prints no line feed cannot fill the memory.
 */

import { CONTROLS, SEQUENCES } from './control-sequences.js';

/** Longer lines are shown in pieces. */
export const LONGEST_LINE = 16 * 1024;

/** A stream of text on its way. */
export interface TextFolder {
  /** The text that nothing can change any more: whole lines with their ends, and parts of lines that are too long to wait for. */
  readonly push: (text: string) => string;
  /** What is left at the end, without a line end. */
  readonly end: () => string;
}

/** Drops what a carriage return has replaced. */
export function foldReturns(): TextFolder {
  let line = '';
  let returned = false;
  const add = (text: string): string => {
    line = returned ? text : line + text;
    returned = false;
    if (line.length <= LONGEST_LINE) return '';
    const part = line;
    line = '';
    return part;
  };
  return {
    push: (text) => {
      const folded: string[] = [];
      for (const [part] of text.matchAll(/[^\r\n]+|\r|\n/g)) {
        if (part === '\r') returned = true;
        else if (part === '\n') {
          folded.push(line, '\n');
          line = '';
          returned = false;
        } else folded.push(add(part));
      }
      return folded.join('');
    },
    end: () => {
      const rest = line;
      line = '';
      return rest;
    },
  };
}

/** Splits a stream into lines. */
export interface LineSplitter {
  /** The lines that are complete by now. */
  readonly push: (text: string) => readonly string[];
  /** What is left at the end, if anything. */
  readonly end: () => readonly string[];
}

/** Splits folded text at line ends, and cuts lines that are too long. */
export function splitLines(): LineSplitter {
  let line = '';
  return {
    push: (text) => {
      const lines = (line + text).split('\n');
      const unfinished = cut(lines.pop() ?? '');
      line = unfinished.at(-1) ?? '';
      return [...lines.flatMap(cut), ...unfinished.slice(0, -1)];
    },
    end: () => {
      const rest = line === '' ? [] : [line];
      line = '';
      return rest;
    },
  };
}

/** A line in parts of at most the longest length; at least one. */
function cut(line: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at === 0 || at < line.length; at += LONGEST_LINE) parts.push(line.slice(at, at + LONGEST_LINE));
  return parts;
}

const ESCAPE = '\u001b';
const SEQUENCE = new RegExp(SEQUENCES, 'g');
const CONTROL = new RegExp(CONTROLS, 'g');
const COLOUR = new RegExp(`^${ESCAPE}\\[[0-9;:]*m$`);

/** A line that can move no cursor, set no title and reach no clipboard. Colours stay, and end with the line. */
export function sanitize(line: string): string {
  const shown = line.replace(SEQUENCE, (sequence) => (COLOUR.test(sequence) ? sequence : '')).replace(CONTROL, '');
  return shown.includes(ESCAPE) ? `${shown}${ESCAPE}[0m` : shown;
}

/** The line without any escape sequence or control character. */
export const plain = (line: string): string => line.replace(SEQUENCE, '').replace(CONTROL, '');

/** Control characters, and the signs that turn the direction of a text: with them a line can look like another. */
export const INVISIBLE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What names and messages are printed as: on one line, with every character that does something written out. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (sign) => (sign === '\n' ? '\\n' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`));
