import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Task, TektonApp, warningsOf } from '../lib/index.js';
import { excerptAt, userLocation, withoutLibraryFrames } from '../lib/diagnostics/source-location.js';
import { problemsInScope } from '../lib/testing/problems.js';
import { sourceExcerpt } from '../packages/cli/src/terminal/source-excerpt.js';

test('the stack of a mistake in a program has no frames of the library, of packages or of Node', () => {
  const chart = new Chart(new TektonApp({ outdir: 'unused' }), 'c');
  const make = (): unknown =>
    new Task(chart, 'task', { metadata: { name: 'Not A Label' }, steps: () => [{ image: 'busybox:1' }] });
  let stack = '';
  try {
    make();
  } catch (error) {
    stack = (error as Error).stack ?? '';
  }
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  expect(frames.length).toBeGreaterThan(0);
  expect(frames[0]).toContain('construct-location.test.ts');
  expect(frames.filter((line) => /node_modules|node:|\/lib\//.test(line))).toEqual([]);
});

test('multi-line messages are kept', () => {
  expect(
    withoutLibraryFrames('Error: one\n  two\n    at f (/x/node_modules/a/b.js:1:2)\n    at node:internal/x:1:1'),
  ).toBe('Error: one\n  two');
});

test('the location of an object is the first frame of the user’s code, for every module system', () => {
  const stack = [
    'Error: captured',
    '    at captureStack (file:///p/lib/diagnostics/source-location.ts:9:9)',
    '    at new Task (file:///p/lib/v1alpha1/task/task.ts:1:1)',
    '    at new Base (/p/node_modules/constructs/lib/construct.js:3:3)',
    '    at <anonymous> (file:///p/my%20app/main.ts:12:3)',
  ].join('\n');
  expect(userLocation(Object.assign(new Error('captured'), { stack }))).toEqual({
    file: '/p/my app/main.ts',
    line: 12,
    column: 3,
  });
  expect(excerptAt({ file: '/nowhere/main.ts', line: 12, column: 3 })).toEqual(['at /nowhere/main.ts:12:3']);
});

/** Creates a directory that is removed at the end. */
function inDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'pipewright-location-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The lines below the message of a problem of a construct that this file creates. */
const place = (id: string): RegExp =>
  new RegExp(
    String.raw`^    at test/construct-location\.test\.ts:(\d+):\d+\n    \1 \| +new Task\(chart, '${id}'.*\n +\| +\^$`,
    'm',
  );

describe('the line of the program follows', () => {
  const messageOf = (act: () => void): string => {
    try {
      act();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ['TektonApp', (outdir: string) => new TektonApp({ outdir })],
    ['App of cdk8s', (outdir: string) => new App({ outdir })],
  ])('the errors of a construct, once, when %s synthesizes it', (_, appIn) => {
    inDirectory((directory) => {
      const app = appIn(directory);
      const chart = new Chart(app, 'c');
      new Task(chart, 'bad', {
        steps: () => [
          { name: 'A b', image: 'x:1' },
          { name: 'C d', image: 'x:1' },
        ],
      });
      const message = messageOf(() => app.synth());
      expect(message).toMatch(place('bad'));
      expect(message.match(/\bat test\/construct-location/g)).toHaveLength(1);
      expect(message).toMatch(
        /^ {2}\[c\/bad\] spec\.steps\[0\]\.name: .*\n {2}\[c\/bad\] spec\.steps\[1\]\.name: .*\n {4}at /m,
      );
      expect(problemsInScope(chart).filter((line) => line.includes('\n'))).toEqual([]);
    });
  });

  test('the warnings of a construct, each on one line for programs', () => {
    inDirectory((outdir) => {
      const app = new TektonApp({ outdir });
      const chart = new Chart(app, 'c');
      new Task(chart, 'floating', { steps: () => [{ image: 'busybox' }] });
      const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
      try {
        app.synth();
        const said = write.mock.calls.map(([text]) => String(text)).join('');
        expect(said).toMatch(/^warning: \[c\/floating\] .*\[IMAGE_UNPINNED\]\n {4}at /);
        expect(said.trimEnd()).toMatch(place('floating'));
      } finally {
        write.mockRestore();
      }
      expect(warningsOf(app)).toEqual([expect.stringMatching(/^\[c\/floating\] .*\[IMAGE_UNPINNED\]$/)]);
    });
  });
});

describe('the caret of a location in a program', () => {
  /** Returns the excerpt of a file with one line. */
  const excerpt = (text: string, column: number): readonly string[] =>
    inDirectory((directory) => {
      const file = join(directory, 'main.ts');
      writeFileSync(file, text);
      return excerptAt({ file, line: 1, column }).slice(1);
    });

  test.each([
    ['wide characters', "f('名前', x)", 9, ["1 | f('名前', x)", '  |           ^']],
    ['an emoji of several code points', '/*👩‍💻*/ x', 11, ['1 | /*👩‍💻*/ x', '  |        ^']],
    ['an emoji by its variation selector', '/*❤️*/ x', 8, ['1 | /*❤️*/ x', '  |        ^']],
    ['combining accents', 'e\u0301; x', 5, ['1 | e\u0301; x', '  |    ^']],
    ['marks that change the text direction', '/*\u202e*/ x', 7, ['1 | /*·*/ x', '  |       ^']],
    ['tabs, which are kept', '\tx', 2, ['1 | \tx', '  | \t^']],
  ])('is below its column, after %s', (_, text, column, want) => {
    expect(excerpt(text, column)).toEqual(want);
  });

  test('is at the same column as in `pipewright lint`, for all kinds of letters', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      'e\u0301',
      '値',
      'カ',
      'ｶ',
      '한',
      '\u1112\u1161\u11ab',
      '（',
      '、',
      '🚀',
      '👍🏽',
      '🇩🇪',
      '1️⃣',
      '©',
      '─',
      '𠮷',
      'ب',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const before = pieces.join('');
        const [, caret = ''] = excerpt(`${before}§ x`, before.length + 1);
        expect(caret).toBe(`  | ${sourceExcerpt(`${before}§ x`, before.length + 1).caret}`);
      }),
    );
  });
});
