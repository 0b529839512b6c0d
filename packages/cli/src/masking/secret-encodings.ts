/**
 * Lists the encoded forms of a secret to search for.
 *
 * A value may be printed unchanged, line by line, or encoded. Escapes are decoded while logs are read (`decoders.ts`).
 * This module covers the remaining encodings, in which single characters of the value cannot be recognized.
 */

import type { TextPattern } from './automaton.js';
import { withoutControls } from './decoders.js';
import { isYamlKey, MIN_LENGTH, whyNotMasked } from './secret-values.js';

/** To bound memory, longer values are not searched for in hexadecimal, and their lines only unencoded. */
const MAX_ENCODED_LENGTH = 16 * 1024;

/** Returns all texts to mask for one value. */
export function secretEncodings(value: string): readonly TextPattern[] {
  const lines = value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => whyNotMasked(line) === undefined && !isYamlKey(line));
  const whole = new Set([value, value.trim()]);
  const isLong = value.length > MAX_ENCODED_LENGTH;
  const patterns = [
    ...[...new Set([...whole, ...lines])].flatMap(plainForms),
    ...[...new Set([value.trim(), ...(isLong ? [] : lines)])].flatMap((text) => encodedForms(text, isLong)),
  ];
  const distinct = new Map(patterns.map((pattern) => [`${String(pattern.isWrapped)}${pattern.text}`, pattern]));
  return [...distinct.values()].filter(({ text }) => text.length >= MIN_LENGTH);
}

/** Returns the forms of a text in logs whose escapes have been decoded. */
function plainForms(text: string): readonly TextPattern[] {
  const bytes = Buffer.from(text);
  const forms = [text, text.replaceAll("'", `'\\''`), text.replaceAll("'", `'"'"'`)];
  // Bytes that were escaped one by one, and the result of reading other encodings as UTF-8.
  if (bytes.length > text.length)
    forms.push(
      ...[bytes.toString('latin1'), Buffer.from(text, 'latin1').toString('utf8'), bytesApart(text)],
      ...wideForms(text),
    );
  forms.push(...forms.map((form) => form.replaceAll(' ', '+'))); // in form data
  return [...forms, ...forms.map(withoutControls)]
    .filter((form) => whyNotMasked(form) === undefined)
    .map((form) => ({ text: form, isWrapped: false }));
}

/**
 * Replaces each byte of a non-ASCII character by U+FFFD, the result of decoding the bytes as UTF-8 if other characters
 * separate them.
 */
const bytesApart = (text: string): string =>
  text.replace(/[^\u0000-\u007f]/gu, (character) => '\ufffd'.repeat(Buffer.byteLength(character)));

/**
 * Returns UTF-16 in both byte orders, read as UTF-8: the zero bytes of ASCII characters are dropped, other characters
 * are replaced.
 */
function wideForms(text: string): readonly string[] {
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  return [little, big].map((bytes) => withoutControls(bytes.toString('utf8')));
}

/**
 * Returns base64 in all three alignments (a token inside a header inside a URL), its URL-safe form, and hexadecimal.
 */
function encodedForms(text: string, isLong: boolean): readonly TextPattern[] {
  const bytes = Buffer.from(text);
  const base64 = [bytes.toString('base64'), ...alignedForms(bytes)];
  const hex = isLong ? [] : [bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  return [...base64, ...base64.map(urlSafe), ...hex].map((form) => ({ text: form, isWrapped: true }));
}

/** Returns the base64 characters that depend only on the value if zero, one or two bytes precede it. */
const alignedForms = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)),
  );

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
