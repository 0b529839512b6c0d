/**
 * Formats a line of a source file with a caret below one of its columns.
 *
 * Columns of the text and of the terminal differ: characters may be wide, combined or invisible, and long lines are
 * truncated around the caret. Relies on string-width for the width of grapheme clusters.
 */

import stringWidth from 'string-width';
import { visible } from './lines.js';

/** A line and the caret below it, truncated to the same columns. */
export interface SourceExcerpt {
  readonly text: string;
  /** Spaces followed by `^`. */
  readonly caret: string;
}

/** Maximum terminal columns of a line. */
const MAX_COLUMNS = 120;

/** UTF-16 units to examine before and after the caret: no terminal shows more, and a line may have a megabyte. */
const WINDOW = 600;

/** A grapheme cluster as displayed. */
interface Cell {
  readonly shown: string;
  readonly width: number;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Returns a line, truncated to `most` columns, and a caret below its column.
 *
 * @param column in UTF-16 units, from 1; beyond the end, the caret follows the last character
 */
export function sourceExcerpt(line: string, column: number, maxColumns: number = MAX_COLUMNS): SourceExcerpt {
  const at = Math.min(Math.max(column - 1, 0), line.length);
  const from = Math.max(0, at - WINDOW);
  const to = at + WINDOW;
  const before = cells(line.slice(from, at));
  const after = cells(line.slice(at, to));
  const isCut = { left: from > 0, right: to < line.length };
  const all = widthOf(before) + widthOf(after);
  if (!isCut.left && !isCut.right && all <= maxColumns) return excerptOf(before, after, '', '');

  // Keep the caret within the first three quarters, so that some of the following text is visible.
  const left = fromEnd(before, Math.max(Math.floor(maxColumns * 0.75), maxColumns - widthOf(after) - 1) - 1);
  const right = fromStart(after, maxColumns - widthOf(left) - 2);
  return excerptOf(
    left,
    right,
    isCut.left || left.length < before.length ? '…' : '',
    isCut.right || right.length < after.length ? '…' : '',
  );
}

function excerptOf(before: readonly Cell[], after: readonly Cell[], start: string, end: string): SourceExcerpt {
  const text = [...before, ...after].map(({ shown }) => shown).join('');
  return { text: `${start}${text}${end}`, caret: `${' '.repeat(start.length + widthOf(before))}^` };
}

/**
 * Splits a text into cells. A tab is shown as an arrow of one column; control characters and lone surrogates are
 * escaped.
 */
function cells(text: string): readonly Cell[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => {
    const shown = segment === '\t' ? '→' : visible(segment).replace(/\p{Surrogate}/gu, '\ufffd');
    return { shown, width: stringWidth(shown) };
  });
}

const widthOf = (some: readonly Cell[]): number => some.reduce((sum, { width }) => sum + width, 0);

function fromStart(some: readonly Cell[], most: number): readonly Cell[] {
  let width = 0;
  const end = some.findIndex((cell) => (width += cell.width) > most);
  return end === -1 ? some : some.slice(0, end);
}

const fromEnd = (some: readonly Cell[], most: number): readonly Cell[] =>
  fromStart(some.toReversed(), most).toReversed();
