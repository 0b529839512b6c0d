import { expect, test } from '@jest/globals';
import { memoizeLru } from '../../src/run/memoize.js';
import { shallowEqual } from '../../src/run/shallow-equal.js';

const spec = { steps: [] };
const facts = (change: object = {}): object => ({
  pipeline: { spec, labels: undefined },
  tasks: new Map([['Task/a', { spec }]]),
  ...change,
});

test.each([
  ['gathered anew from the same objects', facts(), true],
  ['with another Pipeline', facts({ pipeline: { spec: { ...spec }, labels: undefined } }), false],
  ['with a Task that was changed', facts({ tasks: new Map([['Task/a', { spec: { ...spec } }]]) }), false],
  ['with a Task that is new', facts({ tasks: new Map(['a', 'b'].map((name) => [`Task/${name}`, { spec }])) }), false],
  ['with another Task in the place of one', facts({ tasks: new Map([['Task/b', { spec }]]) }), false],
  ['with one more fact', facts({ bucket: true }), false],
  ['without one', { pipeline: { spec, labels: undefined } }, false],
  ['without the Pipeline', facts({ pipeline: undefined }), false],
])('facts %s', (_what, other, same) => {
  expect(shallowEqual(facts(), other)).toBe(same);
});

test('what was made last is made anew of something else, and for another key', () => {
  let made = 0;
  const make = (): number => ++made;
  const of = memoizeLru<string, number>((a, b) => a === b);
  expect([of('k', 'a', make), of('k', 'a', make), of('k', 'b', make), of('k', 'a', make)]).toEqual([1, 1, 2, 3]);
  expect([of('other', 'a', make), of('k', 'a', make)]).toEqual([4, 3]);
});

test('no more than 64 keys are remembered: those asked for last', () => {
  let made = 0;
  const of = memoizeLru<string, number>(() => true);
  for (let key = 0; key < 64; key++) of(String(key), '', () => ++made);
  of('0', '', () => ++made);
  of('64', '', () => ++made);
  expect(made).toBe(65);
  of('0', '', () => ++made);
  expect(made).toBe(65);
  of('1', '', () => ++made);
  expect(made).toBe(66);
});
