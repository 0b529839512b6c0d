/**
 * Text of programs as Kubernetes and a shell read it.
 *
 * Kubernetes expands `$(NAME)` and `$$` in every element of `command` and `args` before a container starts: this must happen to
 * what a user wrote, and must not happen to a program.
 */

/** Linux limits an argument to 128 KiB; longer scripts are passed in pieces of at most this many bytes. */
const PIECE_BYTES = 96 * 1024;

/** Escapes a text so that Kubernetes expands it to exactly this text. */
export const literally = (text: string): string => text.replaceAll('$', '$$$$');

/** Quotes a text as one word of a shell. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Returns shell text that runs a program with these arguments. */
export const withArguments = (program: string, args: readonly string[]): string =>
  `set -- ${args.map(shellWord).join(' ')}\n${program}`;

/** Splits a text into pieces that fit into an argument each, never inside a character. */
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
