/**
 * Reads the rows of `xxd`, `hexdump -C` and `od -tx1` as the bytes they show.
 *
 * Separate from the other decoders because a row is understood as a whole: its offset and its column of text are no bytes.
 * Rows that show 16-bit or octal numbers, as `od` does by itself, are not read.
 */

import type { Decoder } from './decoders.js';
import { ReadingBuilder, Reading } from './reading.js';

/** Stands between bytes that do not follow each other: no character, so no text has it. */
const BREAK = '\uffff';

const NOTHING = Reading.plain('', 0);

/** A row without an offset begins a dump only if it has so many bytes: lines begin with numbers for many reasons. */
const FEWEST_BYTES = 8;

/** A line is no row if it has another character among its first ones. */
const BEGINNING = /^[0-9a-fA-FxX:, \t]*$/;
const BEGINNING_LENGTH = 12;

/** A decoder of dumps. It decides on a line when that is complete. */
export function hexDump(): Decoder {
  let line = NOTHING;
  let ignoring = false; // the rest of a line that is no row
  let inDump = false;

  const finish = (places: ReadingBuilder): void => {
    const row = ignoring ? undefined : rowOf(line.text);
    if (inDump !== (row !== undefined)) places.add(BREAK, line.start(0), line.start(0));
    for (const { value, from, to } of row?.bytes ?? [])
      places.add(String.fromCharCode(value), line.start(from), line.end(to - 1));
    inDump = row !== undefined && (row.hasOffset || row.bytes.length >= FEWEST_BYTES);
    if (row !== undefined && !inDump) places.add(BREAK, line.start(0), line.start(0));
    line = NOTHING;
    ignoring = false;
  };
  const take = (part: Reading): void => {
    if (ignoring || part.text === '') return;
    const beginning = (line.text + part.text.slice(0, BEGINNING_LENGTH)).slice(0, BEGINNING_LENGTH);
    ignoring = !BEGINNING.test(beginning) || line.text.length + part.text.length > LONGEST_ROW;
    line = ignoring ? NOTHING : line.followedBy(part);
  };
  return {
    push: (part) => {
      const places = new ReadingBuilder();
      let at = 0;
      for (let end = part.text.indexOf('\n'); end >= 0; end = part.text.indexOf('\n', at)) {
        take(part.slice(at, end));
        finish(places);
        at = end + 1;
      }
      if (at < part.text.length) take(part.slice(at, part.text.length));
      return places.reading();
    },
    undecided: () => (line.text === '' || ignoring ? undefined : line.start(0)),
    end: () => {
      const places = new ReadingBuilder();
      if (line.text !== '') finish(places);
      return places.reading();
    },
  };
}

/** 256 bytes in groups, an offset and the text. */
const LONGEST_ROW = 2048;

interface Row {
  readonly hasOffset: boolean;
  readonly bytes: readonly { readonly value: number; readonly from: number; readonly to: number }[];
}

/** The bytes of a row; undefined if the line is none. */
function rowOf(text: string): Row | undefined {
  const token = /(0x)?([0-9a-fA-F]+)([:,]?)([ \t]*)/y;
  const bytes: Row['bytes'][number][] = [];
  let [hasOffset, hasColumn] = [false, false];
  token.lastIndex = /^[ \t]*/.exec(text)?.[0].length ?? 0;
  for (let first = true; ; first = false) {
    const match = token.exec(text);
    if (!match) break;
    const [, prefix = '', digits = '', separator, gap = ''] = match;
    if (first && digits.length >= 6 && prefix === '') {
      hasOffset = true;
      hasColumn = separator === ':'; // xxd has two blanks before its column of text, and nowhere else
      continue;
    }
    if (digits.length % 2 === 1) break;
    const from = match.index + prefix.length;
    for (let at = 0; at < digits.length; at += 2)
      bytes.push({ value: Number.parseInt(digits.slice(at, at + 2), 16), from: from + at, to: from + at + 2 });
    if (hasColumn && gap.length >= 2) break;
  }
  return bytes.length === 0 ? undefined : { hasOffset, bytes };
}
