/**
 * Truncates text to a number of terminal columns, and wraps it at words.
 *
 * Neither the length of a string nor its number of characters is its width: characters may be wide, combined or
 * invisible. Relies on string-width and wrap-ansi.
 */

import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Maximum UTF-16 units to examine per column: a log line may have a megabyte. */
const UNITS_PER_COLUMN = 16;

/** Truncates a text without escape sequences to a number of columns; `…` replaces the rest. */
export function cut(text: string, columns: number): string {
  const start = text.slice(0, columns * UNITS_PER_COLUMN);
  if (start.length === text.length && stringWidth(text) <= columns) return text;
  let width = 0;
  let shown = '';
  for (const { segment } of GRAPHEMES.segment(start)) {
    width += stringWidth(segment);
    if (width > columns - 1) break;
    shown += segment;
  }
  return columns > 0 ? `${shown}…` : '';
}

/** Additional indentation of continuation lines, in spaces. */
const HANGING = 2;

/** Wraps a line at words, and splits words that are too long. Continuation lines are indented further than the line. */
export function wrap(line: string, columns: number): readonly string[] {
  if (stringWidth(line) <= columns) return [line];
  const text = line.trimStart();
  const indent = Math.min(line.length - text.length, Math.floor(columns / 4));
  const wrapped = wrapAnsi(text, Math.max(1, columns - indent - HANGING), { hard: true }).split('\n');
  return wrapped.map((part, index) => `${' '.repeat(indent + (index === 0 ? 0 : HANGING))}${part}`);
}

/** Returns the number of rows that a line takes on a terminal that wraps it. */
export const rowsOf = (line: string, columns: number): number => Math.max(1, Math.ceil(stringWidth(line) / columns));

/** Pads a text to a number of columns. */
export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
