import { expect, test } from '@jest/globals';
import { memoizeLru } from '../../src/run/memoize.js';
import { shallowEqual } from '../../src/run/shallow-equal.js';

const spec = { steps: [] };
const fields = (change: object = {}): object => ({
  pipeline: { spec, labels: undefined },
  tasks: new Map([['Task/a', { spec }]]),
  ...change,
});

test.each([
  ['from the same objects, read again', fields(), true],
  ['with another Pipeline', fields({ pipeline: { spec: { ...spec }, labels: undefined } }), false],
  ['with a changed Task', fields({ tasks: new Map([['Task/a', { spec: { ...spec } }]]) }), false],
  ['with an additional Task', fields({ tasks: new Map(['a', 'b'].map((name) => [`Task/${name}`, { spec }])) }), false],
  ['with another Task instead of one', fields({ tasks: new Map([['Task/b', { spec }]]) }), false],
  ['with an additional field', fields({ bucket: true }), false],
  ['without a field', { pipeline: { spec, labels: undefined } }, false],
  ['without the Pipeline', fields({ pipeline: undefined }), false],
])('facts %s', (_what, other, same) => {
  expect(shallowEqual(fields(), other)).toBe(same);
});

test('the result is computed again for another input and another key', () => {
  let computations = 0;
  const make = (): number => ++computations;
  const of = memoizeLru<string, number>((a, b) => a === b);
  expect([of('k', 'a', make), of('k', 'a', make), of('k', 'b', make), of('k', 'a', make)]).toEqual([1, 1, 2, 3]);
  expect([of('other', 'a', make), of('k', 'a', make)]).toEqual([4, 3]);
});

test('the 64 most recently used keys are cached', () => {
  let computations = 0;
  const of = memoizeLru<string, number>(() => true);
  for (let key = 0; key < 64; key++) of(String(key), '', () => ++computations);
  of('0', '', () => ++computations);
  of('64', '', () => ++computations);
  expect(computations).toBe(65);
  of('0', '', () => ++computations);
  expect(computations).toBe(65);
  of('1', '', () => ++computations);
  expect(computations).toBe(66);
});
