import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { sourceExcerpt } from '../../src/terminal/source-excerpt.js';

describe('a line with its caret', () => {
  test.each([
    ['plain text', '  image: 5', 10, '  image: 5', '         ^'],
    ['the first column', 'kind: A', 1, 'kind: A', '^'],
    ['a column after the end', 'ab', 9, 'ab', '  ^'],
    ['tabs as arrows', '\ta:\tb', 5, '→a:→b', '    ^'],
    ['wide characters', '名前: 値', 5, '名前: 値', '      ^'],
    ['an emoji of several code points', '👩‍💻: x', 8, '👩‍💻: x', '    ^'],
    ['combining accents', 'e\u0301: x', 5, 'e\u0301: x', '   ^'],
    ['escaped control characters', 'a\u001b[2J: x', 8, 'a\\u001b[2J: x', '            ^'],
    ['escaped bidirectional characters', 'a\u202e: x', 5, 'a\\u202e: x', '         ^'],
    ['a lone surrogate', '\ud83d: x', 4, '\ufffd: x', '   ^'],
    ['empty text', '', 1, '', '^'],
  ])('for %s', (_, line, column, text, caret) => {
    expect(sourceExcerpt(line, column)).toEqual({ text, caret });
  });

  test('is truncated around the caret if it is long', () => {
    const line = `${'a'.repeat(1000)}X${'b'.repeat(1000)}`;
    const { text, caret } = sourceExcerpt(line, 1001, 20);
    expect(text).toBe('…aaaaaaaaaaaaaaXbbb…');
    expect(caret).toBe('               ^');
    expect(sourceExcerpt(line, 1, 20).text).toBe('aaaaaaaaaaaaaaaaaa…');
    expect(sourceExcerpt(line, 2002, 20)).toEqual({ text: '…bbbbbbbbbbbbbbbbbb', caret: '                   ^' });
  });

  test('fits the width, with the caret below its column', () => {
    const piece = fc.oneof(
      fc.constantFrom('\t', '値', '👩‍💻', '\u001b', '\u202e'),
      fc.string({ unit: 'grapheme-composite' }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(piece), fc.integer({ min: 12, max: 90 }), (before, after, most) => {
        const [head, tail] = [before.join(''), after.join('')];
        const { text, caret } = sourceExcerpt(`${head}§${tail}`, head.length + 1, most);
        expect(stringWidth(text)).toBeLessThanOrEqual(most);
        if (!head.includes('§')) expect(stringWidth(text.slice(0, text.indexOf('§')))).toBe(caret.length - 1);
      }),
    );
  });
});
