import { describe, expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import { describeFinding, maskedFinding, type Finding } from '../../src/diagnostics/finding.js';

const finding = (quote: string, column: number): Finding => ({
  severity: 'error',
  code: 'C',
  place: { file: 'a.yaml', line: 12, column },
  message: 'wrong',
  hint: 'put it right',
  quote,
});

const hide = (text: string): string => text.replaceAll('hunter2x9', '***');

describe('on a terminal', () => {
  const wide: Finding = {
    ...finding('a: ' + 'x'.repeat(60), 63),
    message: 'the name of this step is not one that Kubernetes takes',
    hint: 'use small letters, digits and dashes, as in compile-it',
  };

  test('a finding is wrapped at words, and the quoted line is truncated around the caret', () => {
    expect(describeFinding(wide, undefined, 40).split('\n')).toEqual([
      'a.yaml:12:63  error  C  the name of',
      '  this step is not one that Kubernetes',
      '  takes',
      `    12 | …${'x'.repeat(29)}`,
      `       | ${' '.repeat(29)}^`,
      '  hint: use small letters, digits and',
      '    dashes, as in compile-it',
    ]);
  });

  test('no row is wider than the terminal', () => {
    for (let columns = 24; columns < 100; columns++) {
      const rows = describeFinding(wide, undefined, columns).split('\n');
      expect(rows.filter((row) => stringWidth(row) > columns)).toEqual([]);
    }
  });

  test('nothing is wrapped for other outputs', () => {
    expect(describeFinding(wide).split('\n')).toHaveLength(4);
  });
});

describe('the caret of a quoted line', () => {
  test.each([
    ['after a masked value', 'a: hunter2x9, b: 1', 18, ['    12 | a: ***, b: 1', '       |            ^']],
    ['before a masked value', 'a: hunter2x9', 1, ['    12 | a: ***', '       | ^']],
    ['at the start of a masked value', 'a: hunter2x9', 4, ['    12 | a: ***', '       |    ^']],
    ['within a masked value is omitted', 'a: hunter2x9', 8, ['    12 | a: ***']],
  ])('%s', (_, quote, column, want) => {
    const said = describeFinding(maskedFinding(finding(quote, column), hide));
    expect(said.split('\n').slice(1, -1)).toEqual(want);
  });

  test('has the colour of the severity, and the quoted line is dim', () => {
    const paint = {
      error: (text: string) => `<e>${text}</e>`,
      warning: (text: string) => text,
      dim: (text: string) => `<d>${text}</d>`,
    };
    expect(describeFinding(finding('a: b', 4), paint)).toBe(`a.yaml:12:4  <e>error</e>  C  wrong
<d>    12 | a: b</d>
<d>       |</d>    <e>^</e>
  hint: put it right`);
  });
});
