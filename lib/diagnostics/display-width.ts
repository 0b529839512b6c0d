/**
 * The columns that a text takes on a terminal, where characters may be wide, joined or invisible.
 *
 * Separate because programs that only define pipelines should need no package for this; relies on Unicode properties that Node knows, and
 * on a list of the wide characters, which it does not.
 */

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** East Asian characters that are wide or full-width (UAX #11), by block. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;

const EMOJI = /^(?:\p{Emoji_Presentation}|.\ufe0f)/u;

/** Nothing that is drawn: marks, joiners, control characters. */
const INVISIBLE = /^[\p{Mark}\p{Control}\p{Default_Ignorable_Code_Point}]*$/u;

/** Returns how many columns a text takes. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    columns += INVISIBLE.test(segment) ? 0 : WIDE.test(segment) || EMOJI.test(segment) ? 2 : 1;
  }
  return columns;
}
