/**
 * Text in the columns of a terminal: cut to a width, or wrapped at words.
 *
 * Separate because neither the length of a string nor the number of its characters is its width: characters may be wide, joined or
 * invisible. Relies on string-width and wrap-ansi.
 */

import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** UTF-16 units for a column that are looked at: a line of a log may have a megabyte. */
const UNITS_PER_COLUMN = 16;

/** Cuts a text without escape sequences to so many columns; `…` stands for what was cut off. */
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

/** Spaces that continued lines have more than the first. */
const HANGING = 2;

/** Wraps a line at words, in a word only where that is too long. Continued lines are indented as the line is, and a bit more. */
export function wrap(line: string, columns: number): readonly string[] {
  if (stringWidth(line) <= columns) return [line];
  const text = line.trimStart();
  const indent = Math.min(line.length - text.length, Math.floor(columns / 4));
  const wrapped = wrapAnsi(text, Math.max(1, columns - indent - HANGING), { hard: true }).split('\n');
  return wrapped.map((part, index) => `${' '.repeat(indent + (index === 0 ? 0 : HANGING))}${part}`);
}

/** Rows that a line takes on a terminal that wraps it. */
export const rowsOf = (line: string, columns: number): number => Math.max(1, Math.ceil(stringWidth(line) / columns));

/** Pads a text to so many columns. */
export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
