import { Chart } from 'cdk8s';
import { expect, test } from '@jest/globals';
import { Task, TektonApp } from '../lib/index.js';
import { excerptAt, userLocation, withoutLibraryFrames } from '../lib/source-location.js';

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

test('messages of several lines stay whole', () => {
  expect(
    withoutLibraryFrames('Error: one\n  two\n    at f (/x/node_modules/a/b.js:1:2)\n    at node:internal/x:1:1'),
  ).toBe('Error: one\n  two');
});

test('the place of an object is the first frame that is the user’s, whatever the module system', () => {
  const stack = [
    'Error: captured',
    '    at captureStack (file:///p/lib/source-location.ts:9:9)',
    '    at new Task (file:///p/lib/task.ts:1:1)',
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
