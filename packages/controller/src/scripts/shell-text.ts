/**
 * How shell text travels inside a Pod spec.
 *
 * Kubernetes rewrites `$(NAME)` and `$$` in every element of `command` and `args` before a container starts. What a
 * user wrote there must be rewritten, as Kubernetes promises; what a script holds must not. Every script of ours goes
 * through this file; it relies on nothing.
 */

/** The longest argument Linux takes is 128 KiB; longer scripts are handed over in pieces of this many bytes. */
const PIECE_BYTES = 96 * 1024;

/**
 * Drops comment lines, blank lines and indentation, so that scripts can be read in the source and are small in a Pod.
 *
 * Heredocs would not survive it; the scripts of this package have none.
 */
export const compact = (script: string): string =>
  script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');

/** @returns text which, after Kubernetes has expanded it, is the given text to the byte */
export const literally = (text: string): string => text.replaceAll('$', '$$$$');

/** Cuts a text into pieces that fit an argument each, never inside a character. */
export function pieces(text: string): readonly string[] {
  const cut: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const character of text) {
    const more = bytesOf(character);
    if (bytes + more > PIECE_BYTES) {
      cut.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += character;
    bytes += more;
  }
  return piece === '' ? cut : [...cut, piece];
}

function bytesOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
