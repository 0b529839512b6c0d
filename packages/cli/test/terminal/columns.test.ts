import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { cut, rowsOf, wrap } from '../../src/terminal/columns.js';

describe('text in columns', () => {
  test.each([
    ['text that fits, unchanged', 'a text', 6, 'a text'],
    ['the rest as an ellipsis', 'some text', 6, 'some …'],
    ['wide characters as two columns', '日本語', 5, '日本…'],
    ['joined characters only as a whole', 'a👩‍👩‍👧b', 3, 'a…'],
    ['nothing', 'some', 0, ''],
  ])('is truncated: %s', (_, text, columns, expected) => {
    expect(cut(text, columns)).toBe(expected);
  });

  test('is wrapped at words, with further indented continuation lines', () => {
    const hint = '      hint: the host cannot be reached from here; a git resource can be answered by a directory';
    expect(wrap(hint, 60)).toEqual([
      '      hint: the host cannot be reached from here; a git',
      '        resource can be answered by a directory',
    ]);
    expect(wrap('--- ✔ build Succeeded 3.0s', 60)).toEqual(['--- ✔ build Succeeded 3.0s']);
  });

  test('never exceeds the columns, and loses no word', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '日', 'é', '😀'), minLength: 1, maxLength: 30 });
    const text = fc.tuple(fc.nat({ max: 8 }), fc.array(word, { minLength: 1, maxLength: 20 }));
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 120 }), ([indent, words], columns) => {
        const lines = wrap(`${' '.repeat(indent)}${words.join(' ')}`, columns);
        expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
        const short = cut(words.join(' '), columns);
        expect(stringWidth(short)).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test('takes one row for each full width, and one if it is empty', () => {
    expect([rowsOf('', 20), rowsOf('a'.repeat(20), 20), rowsOf('a'.repeat(21), 20)]).toEqual([1, 1, 2]);
  });
});
