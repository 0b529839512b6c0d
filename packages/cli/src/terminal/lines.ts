/**
 * Converts the text of a log to the lines that a terminal would show.
 *
 * A progress bar returns to the start of its line; only the final text counts. Long lines are split, so that a step
 * which prints no line feed cannot exhaust memory.
 */

import { CONTROLS, SEQUENCES } from './control-sequences.js';

/** Maximum length of a line; longer ones are split. */
export const MAX_LINE_LENGTH = 16 * 1024;

/** Transforms a stream of text. */
export interface TextFolder {
  /** Returns the text that is final: complete lines with their line feeds, and parts of lines that exceed the limit. */
  readonly push: (text: string) => string;
  /** Returns the remaining text, without a line feed. */
  readonly end: () => string;
}

/** Returns a folder that drops text overwritten after a carriage return. */
export function foldReturns(): TextFolder {
  let line = '';
  let returned = false;
  const add = (text: string): string => {
    line = returned ? text : line + text;
    returned = false;
    if (line.length <= MAX_LINE_LENGTH) return '';
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
  /** Returns the lines completed by this text. */
  readonly push: (text: string) => readonly string[];
  /** Returns the remaining text, if any. */
  readonly end: () => readonly string[];
}

/** Returns a splitter that splits folded text at line feeds, and splits lines that are too long. */
export function splitLines(): LineSplitter {
  let line = '';
  return {
    push: (text) => {
      const lines = (line + text).split('\n');
      const unfinished = splitLongLine(lines.pop() ?? '');
      line = unfinished.at(-1) ?? '';
      return [...lines.flatMap(splitLongLine), ...unfinished.slice(0, -1)];
    },
    end: () => {
      const rest = line === '' ? [] : [line];
      line = '';
      return rest;
    },
  };
}

/** Splits a line into parts of at most the maximum length; returns at least one. */
function splitLongLine(line: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at === 0 || at < line.length; at += MAX_LINE_LENGTH)
    parts.push(line.slice(at, at + MAX_LINE_LENGTH));
  return parts;
}

const ESCAPE = '\u001b';
const SEQUENCE = new RegExp(SEQUENCES, 'g');
const CONTROL = new RegExp(CONTROLS, 'g');
const COLOUR = new RegExp(`^${ESCAPE}\\[[0-9;:]*m$`);

/**
 * Removes control sequences that could move the cursor, set the title or access the clipboard. Colours are kept, and
 * reset at the end of the line.
 */
export function sanitize(line: string): string {
  const shown = line.replace(SEQUENCE, (sequence) => (COLOUR.test(sequence) ? sequence : '')).replace(CONTROL, '');
  return shown.includes(ESCAPE) ? `${shown}${ESCAPE}[0m` : shown;
}

/** Removes all escape sequences and control characters. */
export const plain = (line: string): string => line.replace(SEQUENCE, '').replace(CONTROL, '');

/** Control characters, and characters that change the direction of text and could make a line look like another. */
export const INVISIBLE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Returns a name or message on one line, with control characters escaped. */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (sign) => (sign === '\n' ? '\\n' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`));
