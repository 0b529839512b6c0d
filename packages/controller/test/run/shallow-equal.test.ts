import { expect, test } from '@jest/globals';
import { memoizeLru } from '../../src/run/memoize.js';
import { shallowEqual } from '../../src/run/shallow-equal.js';

const spec = { steps: [] };
const fields = (differences: object = {}): object => ({
  pipeline: { spec, labels: undefined },
  tasks: new Map([['Task/a', { spec }]]),
  ...differences,
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
])('facts %s', (_what, changed, isEqual) => {
  expect(shallowEqual(fields(), changed)).toBe(isEqual);
});

test('the result is computed again for another input and another key', () => {
  let computations = 0;
  const compute = (): number => ++computations;
  const memoized = memoizeLru<string, number>((a, b) => a === b);
  expect([
    memoized('k', 'a', compute),
    memoized('k', 'a', compute),
    memoized('k', 'b', compute),
    memoized('k', 'a', compute),
  ]).toEqual([1, 1, 2, 3]);
  expect([memoized('other', 'a', compute), memoized('k', 'a', compute)]).toEqual([4, 3]);
});

test('the 64 most recently used keys are cached', () => {
  let computations = 0;
  const memoized = memoizeLru<string, number>(() => true);
  for (let key = 0; key < 64; key++) memoized(String(key), '', () => ++computations);
  memoized('0', '', () => ++computations);
  memoized('64', '', () => ++computations);
  expect(computations).toBe(65);
  memoized('0', '', () => ++computations);
  expect(computations).toBe(65);
  memoized('1', '', () => ++computations);
  expect(computations).toBe(66);
});
