/**
 * The width of a text on a terminal, where characters may be wide, combining or invisible.
 *
 * Implemented here so that programs that only define pipelines need no further package; it relies on Node's Unicode properties and
 * on a list of wide characters, which Node does not have.
 */

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** East Asian characters that are wide or full-width (UAX #11), by block. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;

const EMOJI = /^(?:\p{Emoji_Presentation}|.\ufe0f)/u;

/** Characters without a width: marks, joiners, control characters. */
const INVISIBLE = /^[\p{Mark}\p{Control}\p{Default_Ignorable_Code_Point}]*$/u;

/** Returns the number of columns of a text. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    columns += INVISIBLE.test(segment) ? 0 : WIDE.test(segment) || EMOJI.test(segment) ? 2 : 1;
  }
  return columns;
}
