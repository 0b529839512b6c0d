/** Values that a pipeline of tekton.dev/v1 passes to its tasks. */

import { expect, test } from '@jest/globals';
import { addValue, noReplacements, substituteParamValue } from '../../src/variables/pipeline-values.js';

test.each([
  ['$(tasks.a.results.list)', ['x', 'y']],
  ['$(tasks.a.results.list[*])', ['x', 'y']],
  ['$(tasks.a.results.list[1])', 'y'],
  ['$(tasks.a.results.none)', []],
  ['$(tasks.a.results.image)', { url: 'u' }],
  ['$(tasks.a.results.image[*])', { url: 'u' }],
  ['$(tasks.a.results.image.url)', 'u'],
  ['$(tasks.a.results.text)', 't'],
  ['in $(tasks.a.results.text)', 'in t'],
  ['$(tasks.a.results.other)', '$(tasks.a.results.other)'],
])('the value %s of a param becomes %j', (value, expected) => {
  const values = noReplacements();
  addValue(values, 'tasks.a.results.list', ['x', 'y']);
  addValue(values, 'tasks.a.results.none', []);
  addValue(values, 'tasks.a.results.image', { url: 'u' });
  addValue(values, 'tasks.a.results.text', 't');
  expect(substituteParamValue(value, values)).toEqual(expected);
});
