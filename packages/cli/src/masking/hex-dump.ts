/**
 * Decodes the rows of `xxd`, `hexdump -C` and `od -tx1` to bytes.
 *
 * Separate from the other decoders because a row is parsed as a whole: its offset and its text column are not bytes.
 * Rows with 16-bit or octal numbers, the default of `od`, are not supported.
 */

import type { Decoder } from './decoders.js';
import { DecodedTextBuilder, DecodedText } from './decoded-text.js';

/** Separates bytes that are not consecutive. It is a noncharacter, so it does not occur in text. */
const BREAK = '\uffff';

const EMPTY = DecodedText.plain('', 0);

/** Minimum bytes for a row without an offset to start a dump: ordinary lines may also begin with numbers. */
const MIN_BYTES = 8;

/** The valid start of a row; other lines are not rows. */
const ROW_START = /^[0-9a-fA-FxX:, \t]*$/;
const ROW_START_LENGTH = 12;

/** Returns a decoder of dumps. It evaluates each line once it is complete. */
export function hexDump(): Decoder {
  let line = EMPTY;
  let ignoring = false; // the rest of a line that is not a row
  let inDump = false;

  const finish = (places: DecodedTextBuilder): void => {
    const row = ignoring ? undefined : rowOf(line.text);
    if (inDump !== (row !== undefined)) places.add(BREAK, line.start(0), line.start(0));
    for (const { value, from, to } of row?.bytes ?? [])
      places.add(String.fromCharCode(value), line.start(from), line.end(to - 1));
    inDump = row !== undefined && (row.hasOffset || row.bytes.length >= MIN_BYTES);
    if (row !== undefined && !inDump) places.add(BREAK, line.start(0), line.start(0));
    line = EMPTY;
    ignoring = false;
  };
  const take = (part: DecodedText): void => {
    if (ignoring || part.text === '') return;
    const beginning = (line.text + part.text.slice(0, ROW_START_LENGTH)).slice(0, ROW_START_LENGTH);
    ignoring = !ROW_START.test(beginning) || line.text.length + part.text.length > MAX_ROW_LENGTH;
    line = ignoring ? EMPTY : line.followedBy(part);
  };
  return {
    push: (part) => {
      const places = new DecodedTextBuilder();
      let at = 0;
      for (let end = part.text.indexOf('\n'); end >= 0; end = part.text.indexOf('\n', at)) {
        take(part.slice(at, end));
        finish(places);
        at = end + 1;
      }
      if (at < part.text.length) take(part.slice(at, part.text.length));
      return places.build();
    },
    undecided: () => (line.text === '' || ignoring ? undefined : line.start(0)),
    end: () => {
      const places = new DecodedTextBuilder();
      if (line.text !== '') finish(places);
      return places.build();
    },
  };
}

/** The length of 256 bytes in groups, with an offset and the text. */
const MAX_ROW_LENGTH = 2048;

interface Row {
  readonly hasOffset: boolean;
  readonly bytes: readonly { readonly value: number; readonly from: number; readonly to: number }[];
}

/** Returns the bytes of a row; undefined if the line is not a row. */
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
      hasColumn = separator === ':'; // xxd has two blanks only before its text column
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
