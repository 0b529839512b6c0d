/** Pure functions of the API server: paths, selectors, repeated fields, durations. */

import { expect, test } from '@jest/globals';
import { BUILT_IN } from '../../src/api/kinds/builtin.js';
import { duration } from '../../src/api/printing/columns.js';
import { fieldSelector } from '../../src/api/selectors/field-selector.js';
import type { KubeObject } from '../../src/model/json.js';
import { pathReader } from '../../src/api/schema/json-path.js';
import { repeatedFields } from '../../src/api/wire/duplicate-fields.js';
import { labelSelector } from '../../src/api/selectors/label-selector.js';

test.each([
  ['a field that occurs twice', '{"a":1,"b":2,"a":3}', ['a']],
  ['a field that occurs three times', '{"a":1,"a":2,"a":3}', ['a', 'a']],
  ['a nested field, with its path', '{"a":{"b":[{"c":1,"c":2}]}}', ['a.b[0].c']],
  ['the same field of two items', '{"a":[{"c":1},{"c":2}]}', []],
  ['a text that looks like a field', '{"a":"\\"a\\":1,{\\"a\\"","b":1}', []],
  ['a name with an escape sequence', '{"a":1,"\\u0061":2}', ['a']],
])('duplicate fields are found: %s', (_what, text, expected) => {
  expect(repeatedFields(text, 9)).toEqual(expected);
});

test('duplicate fields are not searched in a text that is nested too deep', () => {
  expect(repeatedFields('[{"a":[]}]', 3)).toEqual([]);
  expect(repeatedFields('[{"a":[{}]}]', 3)).toBeUndefined();
});

test('__proto__ is rejected as a field in every spelling', () => {
  expect(() => repeatedFields('{"a":{"__pro\\u0074o__":{}}}', 9)).toThrow('a field may not be called "__proto__"');
});

const run = {
  metadata: { labels: { 'app.kubernetes.io/name': 'x' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'Succeeded', status: 'True' },
    ],
    steps: [1, 2],
  },
};

test.each([
  ['.status.conditions[?(@.type=="Succeeded")].status', ['True']],
  [".status.conditions[?(@.type=='Nothing')].status", []],
  ['.status.conditions[0].type', ['Ready']],
  ['.status.conditions[-1].type', ['Succeeded']],
  ['.status.conditions[*].type', ['Ready', 'Succeeded']],
  ['.metadata.labels.app\\.kubernetes\\.io/name', ['x']],
  ["{.metadata.labels['app.kubernetes.io/name']}", ['x']],
  ['.status.steps', [[1, 2]]],
  ['.nothing.at.all', []],
])('the values at the path %s are %j', (path, expected) => {
  expect(pathReader(path)(run)).toEqual(expected);
});

const objectWithLabels = (labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', uid: '', resourceVersion: '', creationTimestamp: '', labels },
  status: { phase: 'Running' },
});

test.each([
  ['a=b', true],
  ['a==b', true],
  ['a!=b', false],
  ['c!=d', true],
  ['a', true],
  ['!a', false],
  ['!c', true],
  ['a in (x, b)', true],
  ['a notin (x,b)', false],
  ['c notin (x)', true],
  ['c in (x)', false],
  ['a=b,n=', true],
  ['a=b,c', false],
  ['a in (b),!c', true],
])('the label selector %s matches the labels a=b, n= : %p', (text, expected) => {
  expect(labelSelector(text)?.(objectWithLabels({ a: 'b', n: '' }))).toBe(expected);
});

test.each([
  ['a', { a: '1' }, true],
  ['a>1', { a: '2' }, true],
  ['a<1', { a: '2' }, false],
  ['a>1', { a: 'x' }, false],
  ['a>3', {}, false],
  ['a in (b,,c)', { a: '' }, true],
  ['a in (,b)', { a: '' }, true],
  ['a in ()', { a: '' }, true],
  ['in in (in,notin)', { in: 'notin' }, true],
  ['a in (b)', { a: 'b', toString: 'x' }, true],
  ['!toString', {}, true],
])('the label selector %s matches %j: %p', (text, labels, expected) => {
  expect(labelSelector(text)?.(objectWithLabels(labels as Record<string, string>))).toBe(expected);
});

const LABEL_MESSAGE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

test.each([
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
  ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ['a b', "unable to parse requirement: found 'b', expected: =, !=, ==, in, notin, >, <"],
  ['=b', "found '=', expected: !, identifier, or 'end of string'"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['a=b,', "found '', expected: identifier after ','"],
  ['a=b,=', "found '=', expected: identifier after ','"],
  ['a==(', "unable to parse requirement: found '(', expected: identifier"],
  ['!!a', "unable to parse requirement: found '!', expected: identifier"],
  [
    'a>b',
    "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  ['a=-', `unable to parse requirement: values[0][a]: Invalid value: "-": ${LABEL_MESSAGE}`],
  [`a in (b,-)`, `unable to parse requirement: values[0][a]: Invalid value: "-": ${LABEL_MESSAGE}`],
  [`a=${'x'.repeat(64)}`, 'must be no more than 63 characters'],
  ['-a=b', 'unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of'],
  ['/a', 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty'],
])('the label selector %s is rejected', (text, message) => {
  expect(() => labelSelector(text)).toThrow(message);
});

test('a label selector of several hundred kilobytes is parsed in linear time', () => {
  const commas = 'a,'.repeat(100_000);
  expect(labelSelector(`${commas}a`)?.(objectWithLabels({ a: '' }))).toBe(true);
  expect(() => labelSelector(`a in (${commas}`)).toThrow("found '', expected: ',', ')' or identifier");
  expect(() => labelSelector('('.repeat(200_000))).toThrow("found '(', expected: !, identifier, or 'end of string'");
});

const PODS = BUILT_IN.find(({ plural }) => plural === 'pods')!;

test.each([
  ['status.phase=Running', true],
  ['status.phase==Running', true],
  ['status.phase!=Failed,metadata.name=a', true],
  ['metadata.name=a,', true],
  ['metadata.name=a\\,b', false],
  ['spec.nodeName=', true],
])('the field selector %s matches a running pod called a: %p', (text, expected) => {
  expect(fieldSelector(text, PODS)?.(objectWithLabels({}))).toBe(expected);
});

test.each([
  ['spec.image=x', 'field label not supported: spec.image'],
  [' metadata.name=a', 'field label not supported:  metadata.name'],
  ['constructor=a', 'field label not supported: constructor'],
  ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
  ['metadata.name=a=b', 'invalid field selector: unescaped character in value: ='],
  ['metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
])('the field selector %s is rejected', (text, message) => {
  expect(() => fieldSelector(text, PODS)).toThrow(message);
});

test.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [185, '3m5s'],
  [660, '11m'],
  [10_800, '3h'],
  [18_600, '5h10m'],
  [86_400, '24h'],
  [200_000, '2d7h'],
  [864_000, '10d'],
])('%p seconds are formatted as %p', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected);
});
