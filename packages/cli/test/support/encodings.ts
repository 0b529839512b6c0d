/** Encodings in which programs print a text, implemented independently of the decoders under test. */

/** Wraps a text into lines of `columns` characters. */
const wrap = (text: string, columns: number, indent = ''): string =>
  (text.match(new RegExp(`.{1,${String(columns)}}`, 'g')) ?? []).map((line) => indent + line).join('\n');

const hexOf = (bytes: Buffer): string => bytes.toString('hex');

/** Escapes non-ASCII characters as `\uXXXX`, as Python's json does. */
const ascii = (json: string): string =>
  json.replace(/[^\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Go's `%q`, or `%+q` if `plus` is set. */
function goQuoted(text: string, plus: boolean): string {
  const named: Readonly<Record<string, string>> = {
    ...{ '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' },
    ...{ '\\': '\\\\', '"': '\\"' },
  };
  return [...text]
    .map((character) => {
      const point = character.codePointAt(0) ?? 0;
      if (named[character] !== undefined) return named[character];
      if (point < 0x20 || point === 0x7f) return `\\x${point.toString(16).padStart(2, '0')}`;
      if (point < 0x7f || (!plus && /[\p{L}\p{N}\p{P}\p{S}]/u.test(character))) return character;
      return point < 0x10000
        ? `\\u${point.toString(16).padStart(4, '0')}`
        : `\\U${point.toString(16).padStart(8, '0')}`;
    })
    .join('');
}

/** Bash's `printf %q`: backslashes, or `$'…'` if there are control characters, possibly with octal bytes. */
const shellQuoted = (text: string): string =>
  /[\u0000-\u001f\u007f]/.test(text)
    ? `$'${[...Buffer.from(text)]
        .map((byte) => {
          const letter = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 27: 'E' }[byte];
          if (letter !== undefined) return `\\${letter}`;
          if (byte === 0x27 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
          return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
        })
        .join('')}'`
    : text.replace(/[^\p{L}\p{N}_.,/:=+@%-]/gu, (character) => `\\${character}`);

/** Python's repr of a text with escaped single quotes. */
const pythonRepr = (text: string): string =>
  text.replace(/[\\'\u0000-\u001f\u007f-\u00a0\u00ad]/g, (character) => {
    const letter = { '\\': '\\', "'": "'", '\n': 'n', '\r': 'r', '\t': 't' }[character];
    return letter === undefined ? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}` : `\\${letter}`;
  });

const percent = (text: string, lower: boolean): string =>
  [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9._~-]/.test(character)) return character;
      const digits = byte.toString(16).padStart(2, '0');
      return `%${lower ? digits : digits.toUpperCase()}`;
    })
    .join('');

const html = (text: string, quotes: readonly [string, string]): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', quotes[0])
    .replaceAll("'", quotes[1]);

/** Formats rows of 16 bytes: an offset, the bytes, and a column of text. */
const dump = (bytes: Buffer, row: (offset: string, bytes: readonly string[], text: string) => string): string =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, index) => {
    const part = bytes.subarray(16 * index, 16 * index + 16);
    const text = part.toString('latin1').replace(/[^\u0020-\u007e]/g, '.');
    return row((16 * index).toString(16).padStart(8, '0'), hexOf(part).match(/../g) ?? [], text);
  }).join('\n');

/** `xxd`. */
const xxd = (bytes: Buffer): string =>
  dump(bytes, (offset, hex, text) => `${offset}: ${wrap(hex.join(''), 4).replaceAll('\n', ' ').padEnd(39)}  ${text}`);

/** `hexdump -C`. */
const hexdump = (bytes: Buffer): string =>
  dump(
    bytes,
    (offset, hex, text) =>
      `${offset}  ${`${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(50)}|${text}|`,
  );

/** `od -An -tx1`. */
const od = (bytes: Buffer): string => dump(bytes, (_, hex) => ` ${hex.join(' ')}`);

/** Text before and after a secret that is encoded together with it. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

/** An encoding. */
export interface Encoding {
  readonly name: string;
  readonly print: (secret: string, around: Around) => string;
  /**
   * Whether the output reveals the secret.
   *
   * @param shown the output without control characters
   */
  readonly reveals: (shown: string, secret: string) => boolean;
}

const escaped = (name: string, escape: (text: string) => string): Encoding => ({
  name,
  print: (secret, { before, after }) => before + escape(secret) + after,
  reveals: (shown, secret) => shown.includes(escape(secret)),
});

const withoutLines = (text: string): string => text.replace(/\s/g, '');

/** Returns the longest base64 substring that depends only on the secret, after `before` preceding bytes. */
const core = (secret: string, before: number): string => {
  const bytes = Buffer.from(secret);
  const all = Buffer.concat([Buffer.alloc(before % 3), bytes]).toString('base64');
  return all.slice(Math.ceil(((before % 3) * 8) / 6), Math.floor((((before % 3) + bytes.length) * 8) / 6));
};

const base64 = (
  name: string,
  layout: (text: string) => string,
  { urlSafe = false, lineEnd = /\s/g }: { readonly urlSafe?: boolean; readonly lineEnd?: RegExp } = {},
): Encoding => {
  const variant = (text: string): string => (urlSafe ? text.replaceAll('+', '-').replaceAll('/', '_') : text);
  return {
    name,
    print: (secret, { before, after }) => layout(variant(Buffer.from(before + secret + after).toString('base64'))),
    reveals: (shown, secret) =>
      [0, 1, 2].some((phase) => shown.replace(lineEnd, '').includes(variant(core(secret, phase)))),
  };
};

const hexadecimal = (name: string, print: (bytes: Buffer) => string, bytesOf: (shown: string) => string): Encoding => ({
  name,
  print: (secret, { before, after }) => print(Buffer.from(before + secret + after)),
  reveals: (shown, secret) =>
    bytesOf(shown)
      .toLowerCase()
      .includes(hexOf(Buffer.from(secret))),
});

/** Returns the bytes of dump rows, without the first `from` characters (the offset) and the text column. */
const rows =
  (from: number, to: number) =>
  (shown: string): string =>
    shown
      .split('\n')
      .map((row) => row.slice(from, to).replace(/ /g, ''))
      .join('');

/** All masked encodings. */
export const ENCODINGS: readonly Encoding[] = [
  escaped('unchanged text', (text) => text),
  escaped('JSON', (text) => JSON.stringify(text).slice(1, -1)),
  escaped("Go's JSON", (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[&<>\u2028\u2029]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ),
  escaped("Python's JSON", (text) => ascii(JSON.stringify(text).slice(1, -1))),
  escaped('JSON in JSON', (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1)),
  escaped("Go's %q", (text) => goQuoted(text, false)),
  escaped("Go's %+q", (text) => goQuoted(text, true)),
  escaped("a shell's %q", shellQuoted),
  escaped('a shell with set -x', (text) => text.replaceAll("'", `'\\''`)),
  escaped("Python's repr", pythonRepr),
  escaped('percent-encoding', (text) => percent(text, false)),
  escaped('percent-encoding in lowercase', (text) => percent(text, true)),
  escaped('a form', (text) => percent(text, false).replaceAll('%20', '+')),
  escaped('HTML', (text) => html(text, ['&quot;', '&#39;'])),
  escaped("Go's HTML", (text) => html(text, ['&#34;', '&#39;'])),
  escaped('XML', (text) => html(text, ['&quot;', '&apos;'])),
  base64('base64', (text) => text),
  base64('base64url', (text) => text, { urlSafe: true }),
  base64('base64 in lines of 76', (text) => wrap(text, 76)),
  base64('base64 in lines of 64', (text) => wrap(text, 64)),
  base64('base64 in lines of 64 with an indent', (text) => wrap(text, 64, '    ')),
  base64('base64 in lines of 60 in JSON', (text) => wrap(text, 60).replaceAll('\n', '\\n'), { lineEnd: /\\n/g }),
  hexadecimal('hexadecimal', hexOf, (shown) => shown),
  hexadecimal(
    'hexadecimal in uppercase',
    (bytes) => hexOf(bytes).toUpperCase(),
    (shown) => shown,
  ),
  hexadecimal('xxd -p', (bytes) => wrap(hexOf(bytes), 60), withoutLines),
  hexadecimal('xxd', xxd, rows(10, 49)),
  hexadecimal('xxd -u', (bytes) => xxd(bytes).toUpperCase(), rows(10, 49)),
  hexadecimal('hexdump -C', hexdump, rows(10, 59)),
  hexadecimal('od -An -tx1', od, rows(1, 48)),
];
