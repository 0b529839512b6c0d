/**
 * Which texts give a secret away.
 *
 * A value may be printed as it is, a line at a time, or encoded. Escapes are undone where logs are read (`decoders.ts`); what is
 * left are the encodings in which no character of the value can be told from another.
 */

import type { TextPattern } from './automaton.js';
import { withoutControls } from './decoders.js';
import { isYamlKey, SHORTEST, whyNotMasked } from './secret-values.js';

/** Of longer values hexadecimal is not looked for, and lines only as they are, to bound memory. */
const LONG = 16 * 1024;

/** Every text that is to be masked for one value. */
export function secretEncodings(value: string): readonly TextPattern[] {
  const lines = value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => whyNotMasked(line) === undefined && !isYamlKey(line));
  const whole = new Set([value, value.trim()]);
  const isLong = value.length > LONG;
  const needles = [
    ...[...new Set([...whole, ...lines])].flatMap(plainForms),
    ...[...new Set([value.trim(), ...(isLong ? [] : lines)])].flatMap((text) => encodedForms(text, isLong)),
  ];
  const distinct = new Map(needles.map((needle) => [`${String(needle.isWrapped)}${needle.text}`, needle]));
  return [...distinct.values()].filter(({ text }) => text.length >= SHORTEST);
}

/** A text as it stands in logs whose escapes are undone. */
function plainForms(text: string): readonly TextPattern[] {
  const bytes = Buffer.from(text);
  const forms = [text, text.replaceAll("'", `'\\''`), text.replaceAll("'", `'"'"'`)];
  // Bytes that were escaped one by one, and what is left of other encodings when they are read as UTF-8.
  if (bytes.length > text.length)
    forms.push(
      ...[bytes.toString('latin1'), Buffer.from(text, 'latin1').toString('utf8'), bytesApart(text)],
      ...wideForms(text),
    );
  forms.push(...forms.map((form) => form.replaceAll(' ', '+'))); // in the data of a form
  return [...forms, ...forms.map(withoutControls)]
    .filter((form) => whyNotMasked(form) === undefined)
    .map((form) => ({ text: form, isWrapped: false }));
}

/** Each byte of a character beyond ASCII on its own, as when something stands between the bytes: none of them is valid UTF-8. */
const bytesApart = (text: string): string =>
  text.replace(/[^\u0000-\u007f]/gu, (character) => '\ufffd'.repeat(Buffer.byteLength(character)));

/** UTF-16 of either order, read as UTF-8: the zero bytes of ASCII characters are no text, the others are replaced. */
function wideForms(text: string): readonly string[] {
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  return [little, big].map((bytes) => withoutControls(bytes.toString('utf8')));
}

/** Base64 at any of three alignments (a token inside a header inside a URL), its form for URLs, and hexadecimal. */
function encodedForms(text: string, isLong: boolean): readonly TextPattern[] {
  const bytes = Buffer.from(text);
  const base64 = [bytes.toString('base64'), ...alignedForms(bytes)];
  const hex = isLong ? [] : [bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  return [...base64, ...base64.map(urlSafe), ...hex].map((form) => ({ text: form, isWrapped: true }));
}

/** The base64 characters that depend on the value alone when none, one or two bytes come before it. */
const alignedForms = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)),
  );

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
