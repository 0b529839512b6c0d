import { describe, expect, test } from '@jest/globals';
import { foldReturns, MAX_LINE_LENGTH, sanitize, splitLines } from '../../src/terminal/lines.js';
import { duration } from '../../src/terminal/duration.js';

const fold = (...chunks: readonly string[]): readonly string[] => {
  const [folder, lines] = [foldReturns(), splitLines()];
  return [...chunks.flatMap((chunk) => lines.push(folder.push(chunk))), ...lines.push(folder.end()), ...lines.end()];
};

describe('a log is split into lines', () => {
  test.each([
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['lines in several chunks', ['a', 'b\nc', '\n'], ['ab', 'c']],
    ['a last line without a line feed', ['a\nb'], ['a', 'b']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['Windows line ends', ['a\r\nb\r', '\n'], ['a', 'b']],
    ['a progress bar, of which the last state remains', ['10%\r50%\r', '100%\ndone\n'], ['100%', 'done']],
    ['an unfinished progress bar', ['10%\r50%'], ['50%']],
    ['nothing', [], []],
  ])('%s', (_, chunks, want) => {
    expect(fold(...chunks)).toEqual(want);
  });

  test('a line without a line feed is split instead of buffered', () => {
    expect(fold('x'.repeat(MAX_LINE_LENGTH + 1)).map((line) => line.length)).toEqual([MAX_LINE_LENGTH, 1]);
  });
});

describe('control sequences are removed from a line', () => {
  test.each([
    ['colours are kept and reset', '\u001b[31mred', '\u001b[31mred\u001b[0m'],
    ['clearing the screen is removed', 'a\u001b[2Jb', 'ab'],
    ['moving the cursor is removed', '\u001b[10;10Hx', 'x'],
    ['setting the title is removed', '\u001b]0;owned\u0007x', 'x'],
    ['access to the clipboard is removed', '\u001b]52;c;aGk=\u001b\\x', 'x'],
    ['a link is removed, its text is kept', '\u001b]8;;http://x\u0007text\u001b]8;;\u0007', 'text'],
    ['an incomplete sequence is removed', 'a\u001b[', 'a'],
    ['bells and backspaces are removed', 'a\u0007\u0008b', 'ab'],
    ['tabs are kept', 'a\tb', 'a\tb'],
    ['eight-bit sequences are removed', '\u009b2Jx', 'x'],
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
])('%d seconds are formatted as %s', (seconds, want) => {
  expect(duration(seconds)).toBe(want);
});
