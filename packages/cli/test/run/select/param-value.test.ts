import { expect, test } from '@jest/globals';
import { parseParamValue } from '../../../src/run/select/param-value.js';

test.each([
  ['string', 'a,b', 'a,b'],
  ['array', 'a,b', ['a', 'b']],
  ['object', 'url:https://git.example/a,commit:1', { url: 'https://git.example/a', commit: '1' }],
  ['object', '{"url":"a,b","depth":1}', { url: 'a,b', depth: '1' }],
  ['object', 'no pairs', 'no pairs'],
  ['object', '{not JSON', '{not JSON'],
] as const)('a param of type %s with the text %j is %j', (type, text, value) => {
  expect(parseParamValue(type, text)).toEqual(value);
});
