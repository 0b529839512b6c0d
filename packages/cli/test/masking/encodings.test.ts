import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isThorough } from '../../../../test/thorough.js';
import { Mask } from '../../src/masking/mask.js';
import { whyNotMasked } from '../../src/masking/secret-values.js';
import { foldReturns, plain } from '../../src/terminal/lines.js';
import { ENCODINGS } from '../support/encodings.js';

/** The default suite runs a tenth of the cases of each property. The values differ between runs. */
const PART = isThorough ? 1 : 1 / 10;

const opaque = (value: string) => ({ kind: 'Secret', metadata: { name: 's' }, stringData: { key: value } });

/** Splits a text into chunks, as in a log stream. */
function chunksOf(text: string, sizes: readonly number[]): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
}

/** Returns the masked output of a log that arrives in chunks. */
function shownOf(mask: Mask, text: string, sizes: readonly number[]): string {
  const [returns, stream] = [foldReturns(), mask.stream()];
  const shown = chunksOf(text, sizes).map((chunk) => stream.push(returns.push(chunk)));
  return shown.join('') + stream.push(returns.end()) + stream.end();
}

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5000 })), {
  minLength: 1,
  maxLength: 5,
});

/** Secrets with characters that any encoding escapes, and line breaks. Invisible controls are tested separately. */
const secrets = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'aB3é世🚀"\'\\&<>%+/=$ \n~^#'), minLength: 6, maxLength: 40 }),
    fc.string({ unit: 'grapheme', minLength: 6, maxLength: 60 }),
    fc.stringMatching(/^[A-Za-z0-9+/_-]{8,200}$/),
    fc
      .array(fc.stringMatching(/^[A-Za-z0-9+/]{20,64}$/), { minLength: 2, maxLength: 6 })
      .map((lines) => lines.join('\n')),
  )
  .filter(
    (text) => plain(text) === text && text.trim() === text && text.isWellFormed() && whyNotMasked(text) === undefined,
  );

const around = fc.record({
  before: fc.string({ unit: fc.constantFrom(...'xyz:= '), maxLength: 70 }),
  after: fc.string({ unit: fc.constantFrom(...'xyz:= '), maxLength: 40 }),
});

/** Control sequences that programs insert: colors, `grep --color`, titles, zero bytes, invisible characters. */
const controls = fc.constantFrom(
  '\u0000',
  '\u0001',
  '\u001b[01;31m\u001b[K',
  '\u001b[m\u001b[K',
  '\u001b]0;title\u0007',
  '\u001b(B',
  '\u0008',
  '\u200b',
);

/** Inserts control sequences between the characters of a text, never inside a surrogate pair. */
const interspersed = (text: string, insertions: readonly (readonly [number, string])[]): string => {
  const characters = [...text];
  for (const [at, control] of insertions) {
    const place = at % (characters.length + 1);
    characters.splice(place, 0, control);
  }
  return characters.join('');
};

const unseen = (text: string): string => plain(text).replaceAll('\u200b', '');

describe.each(ENCODINGS)('a secret that is printed as $name', ({ print, reveals }) => {
  test('is masked in any context and any chunks', () => {
    fc.assert(
      fc.property(secrets, around, sizes, (secret, near, chunks) => {
        const printed = print(secret, near);
        expect(reveals(printed, secret)).toBe(true);
        expect(reveals(shownOf(new Mask([opaque(secret)]), `${printed}\n`, chunks), secret)).toBe(false);
      }),
      { numRuns: 60 * PART },
    );
  });

  test('is masked with control sequences in it', () => {
    const insertions = fc.array(fc.tuple(fc.nat(500), controls), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(secrets, around, sizes, insertions, (secret, near, chunks, inserted) => {
        const log = `${interspersed(print(secret, near), inserted)}\n`;
        expect(reveals(unseen(shownOf(new Mask([opaque(secret)]), log, chunks)), secret)).toBe(false);
      }),
      { numRuns: 60 * PART },
    );
  });
});

test('a log without a secret is unchanged, in any chunks', () => {
  const secret = fc.stringMatching(/^[A-Z0-9]{12,40}$/).filter((text) => whyNotMasked(text) === undefined);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.oneof(
          controls,
          fc.constantFrom(
            '\\u0041',
            '%41',
            '&amp;',
            '\\',
            '%',
            '&',
            '\n',
            '00000000: 6162 6364  abcd\n',
            '61 62 63 64 65 66 67 68 69\n',
            'YWJjZGVm'.repeat(8),
            'ab',
            ' ',
          ),
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(secret, text, sizes, (value, log, chunks) => {
      const stream = new Mask([opaque(value)]).stream();
      const shown = chunksOf(log, chunks).map((chunk) => stream.push(chunk));
      expect(shown.join('') + stream.end()).toBe(log);
    }),
    { numRuns: Math.ceil(500 * PART) },
  );
});
