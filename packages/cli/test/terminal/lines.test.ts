import { describe, expect, test } from '@jest/globals';
import { foldReturns, MAX_LINE_LENGTH, sanitize, splitLines } from '../../src/terminal/lines.js';
import { duration } from '../../src/terminal/duration.js';

const fold = (...chunks: readonly string[]): readonly string[] => {
  const [folder, lines] = [foldReturns(), splitLines()];
  return [...chunks.flatMap((chunk) => lines.push(folder.push(chunk))), ...lines.push(folder.end()), ...lines.end()];
};

describe('a log becomes lines', () => {
  test.each([
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['lines in pieces', ['a', 'b\nc', '\n'], ['ab', 'c']],
    ['a last line without an end', ['a\nb'], ['a', 'b']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['Windows line ends', ['a\r\nb\r', '\n'], ['a', 'b']],
    ['a progress bar, which counts by its end', ['10%\r50%\r', '100%\ndone\n'], ['100%', 'done']],
    ['a progress bar that the end cuts off', ['10%\r50%'], ['50%']],
    ['nothing', [], []],
  ])('%s', (_, chunks, want) => {
    expect(fold(...chunks)).toEqual(want);
  });

  test('a line without an end is cut, not kept', () => {
    expect(fold('x'.repeat(MAX_LINE_LENGTH + 1)).map((line) => line.length)).toEqual([MAX_LINE_LENGTH, 1]);
  });
});

describe('a line can not reach beyond itself', () => {
  test.each([
    ['colours stay, and end', '\u001b[31mred', '\u001b[31mred\u001b[0m'],
    ['clearing the screen goes', 'a\u001b[2Jb', 'ab'],
    ['moving the cursor goes', '\u001b[10;10Hx', 'x'],
    ['a title goes', '\u001b]0;owned\u0007x', 'x'],
    ['the clipboard is out of reach', '\u001b]52;c;aGk=\u001b\\x', 'x'],
    ['a link goes, its text stays', '\u001b]8;;http://x\u0007text\u001b]8;;\u0007', 'text'],
    ['a broken sequence goes', 'a\u001b[', 'a'],
    ['bells and backspaces go', 'a\u0007\u0008b', 'ab'],
    ['tabs stay', 'a\tb', 'a\tb'],
    ['eight-bit sequences go', '\u009b2Jx', 'x'],
  ])('%s', (_, line, want) => {
    expect(sanitize(line)).toBe(want);
  });
});

test.each([
  [0.04, '0.0s'],
  [9.96, '10.0s'],
  [59.94, '59.9s'],
  [59.96, '1m 0s'],
  [125, '2m 5s'],
  [3720, '1h 2m'],
])('%d seconds are %s', (seconds, want) => {
  expect(duration(seconds)).toBe(want);
});
