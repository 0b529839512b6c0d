/**
 * Decoders for the ways in which programs print text: with control sequences, or escaped for a language, a URL or HTML.
 *
 * Each decoder handles one of them in a stream, so that the search needs only the secret itself and not each escaped
 * form. A decoder returns its input unchanged if there is nothing to decode, so most of a log causes no copies.
 */

import { CONTROLS, INCOMPLETE_SEQUENCE, SEQUENCES } from '../terminal/control-sequences.js';
import { DecodedTextBuilder, DecodedText } from './decoded-text.js';

/** Decodes a stream incrementally. */
export interface Decoder {
  /** Returns the decoded text that no later input can change. */
  readonly push: (part: DecodedText) => DecodedText;
  /** Returns the start of a sequence that is incomplete so far. */
  readonly undecided: () => number | undefined;
  /** Returns the rest at the end of the stream. */
  readonly end: () => DecodedText;
}

interface EscapeSyntax {
  /** Matches text that may contain a sequence. */
  readonly trigger: RegExp;
  /** A complete sequence (flag g). */
  readonly sequence: RegExp;
  /** Returns the decoded form of a sequence. */
  readonly decode: (sequence: string) => string;
  /** A sequence that is cut off at the end of the text. */
  readonly incomplete: RegExp;
}

/** Maximum length of a sequence, to bound memory; longer ones are not decoded. */
const MAX_SEQUENCE_LENGTH = 4096;

const EMPTY = DecodedText.plain('', 0);

function decoderOf({ trigger, sequence, decode, incomplete }: EscapeSyntax): Decoder {
  let rest = EMPTY;
  const decoded = (part: DecodedText): DecodedText => {
    if (!trigger.test(part.text)) return part;
    const places = new DecodedTextBuilder();
    let at = 0;
    for (const { 0: match, index } of part.text.matchAll(sequence)) {
      places.copy(part, at, index);
      at = index + match.length;
      places.add(decode(match), part.start(index), part.end(at - 1));
    }
    places.copy(part, at, part.text.length);
    return places.build();
  };
  return {
    push: (part) => {
      if (rest.text === '' && !trigger.test(part.text)) return part;
      const whole = rest.followedBy(part);
      const tail = Math.max(0, whole.text.length - MAX_SEQUENCE_LENGTH);
      const cut = incomplete.exec(whole.text.slice(tail))?.index;
      if (cut === undefined) {
        rest = EMPTY;
        return decoded(whole);
      }
      rest = whole.slice(tail + cut, whole.text.length);
      return decoded(whole.slice(0, tail + cut));
    },
    undecided: () => (rest.text === '' ? undefined : rest.start(0)),
    end: () => {
      const last = decoded(rest);
      rest = EMPTY;
      return last;
    },
  };
}

/** Combines decoders in sequence. */
export const chain = (...decoders: readonly Decoder[]): Decoder => ({
  push: (part) => decoders.reduce((reading, decoder) => decoder.push(reading), part),
  undecided: () => {
    const places = decoders.flatMap((decoder) => decoder.undecided() ?? []);
    return places.length === 0 ? undefined : Math.min(...places);
  },
  end: () =>
    decoders.reduce((reading, decoder) => {
      const pushed = decoder.push(reading);
      return pushed.followedBy(decoder.end());
    }, EMPTY),
});

/** Invisible characters: they split a word for programs, but not for readers. */
const INVISIBLE_CHARACTERS = '\\u00ad\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff';

const INVISIBLE = new RegExp(`${SEQUENCES}|${CONTROLS}|[${INVISIBLE_CHARACTERS}]`, 'g');

/** Drops control characters and sequences, which are removed before a line is shown, and invisible characters. */
export const visibleText = (): Decoder =>
  decoderOf({
    trigger: new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f${INVISIBLE_CHARACTERS}]`),
    sequence: INVISIBLE,
    decode: () => '',
    incomplete: INCOMPLETE_SEQUENCE,
  });

/** Applies {@link visibleText} to a complete text. */
export const withoutControls = (text: string): string => text.replace(INVISIBLE, '');

const BACKSLASH: Readonly<Record<string, string>> = {
  ...{ a: '\u0007', b: '\b', e: '\u001b', E: '\u001b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\n': '', '\r': '' },
};

/**
 * Decodes escapes of JSON (including Go's `\u0026` and Python's ASCII form), of `%q` in Go and shells, of `$'…'`,
 * Python, JavaScript and Rust.
 */
export const backslashes = (): Decoder =>
  decoderOf({
    trigger: /\\/,
    sequence: /\\(?:x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}|[0-7]{1,3}|\r?\n|[^])/g,
    incomplete: /\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|u\{[0-9a-fA-F]{0,6}|U[0-9a-fA-F]{0,7}|[0-7]{1,2}|\r)?$/,
    decode: (sequence) => {
      const [, digits] = /^\\(?:[xuU]\{?([0-9a-fA-F]+)\}?)$/.exec(sequence) ?? [];
      if (digits !== undefined) return characterOf(Number.parseInt(digits, 16));
      const [, octal] = /^\\([0-7]+)$/.exec(sequence) ?? [];
      if (octal !== undefined) return characterOf(Number.parseInt(octal, 8) & 0xff);
      const letter = sequence.slice(1);
      return BACKSLASH[letter] ?? (letter === '\r\n' ? '' : letter);
    },
  });

/** Decodes URL escapes such as `%41`. A non-ASCII character becomes the bytes of its UTF-8 encoding. */
export const percents = (): Decoder =>
  decoderOf({
    trigger: /%/,
    sequence: /%[0-9a-fA-F]{2}/g,
    incomplete: /%[0-9a-fA-F]?$/,
    decode: (sequence) => characterOf(Number.parseInt(sequence.slice(1), 16)),
  });

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Decodes `&amp;`, `&#39;`, `&#x27;`: the entities required by HTML and XML, and numeric ones. */
export const entities = (): Decoder =>
  decoderOf({
    trigger: /&/,
    sequence: /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});/g,
    incomplete: /&(?:[a-z]{0,4}|#\d{0,7}|#[xX][0-9a-fA-F]{0,6})$/,
    decode: (sequence) => {
      const name = sequence.slice(1, -1);
      if (!name.startsWith('#')) return ENTITIES[name] ?? sequence;
      const isHex = /^#[xX]/.test(name);
      return characterOf(Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10));
    },
  });

const characterOf = (point: number): string => (point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point));
