import { expect, test } from '@jest/globals';
import { loadText } from '../../src/manifests/load.js';
import { NotJson, readPlain } from '../../src/yaml/scalar.js';
import { sourceText } from '../../src/yaml/text.js';

/** Output of kubectl 1.32: `kubectl annotate --local -f FILE -o json a=b`. */
const asKubectl: readonly (readonly [string, unknown])[] = [
  ['0644', 420],
  ['-0644', -420],
  ['012', 10],
  ['089', 89],
  ['08.5', 8.5],
  ['0o17', 15],
  ['0O17', 15],
  ['0b11', 3],
  ['0x1F', 31],
  ['0_7', 7],
  ['1_000', 1000],
  ['1__0', 10],
  ['1_0.5', 10.5],
  ['_1', '_1'],
  ['1e3', 1000],
  ['1e', '1e'],
  ['+12', 12],
  ['-0', 0],
  ['.5', 0.5],
  ['1.', 1],
  ['12345678901234567890', 12345678901234567000],
  ['99999999999999999999999', 1e23],
  ['12:34', '12:34'],
  ['2019-12-26', '2019-12-26'],
  ['2019-12-26T09:07:52Z', '2019-12-26T09:07:52Z'],
  ['yes', true],
  ['y', true],
  ['on', true],
  ['TRUE', true],
  ['Off', false],
  ['N', false],
  ['yEs', 'yEs'],
  ['~', null],
  ['null', null],
  ['', null],
  ['=', '='],
];

test.each(asKubectl)('%j is parsed like kubectl does', (text, value) => {
  expect(readPlain(text)).toEqual(value);
});

test.each(['.inf', '-.Inf', '.nan'])('%s is rejected, like kubectl does', (text) => {
  expect(() => readPlain(text)).toThrow(NotJson);
});

const objects: readonly { rule: string; yaml: string; want: unknown }[] = [
  { rule: 'keys become text', yaml: '1: a\n1.5: b\ntrue: c\non: d', want: { '1': 'a', '1.5': 'b', true: 'd' } },
  { rule: 'quoted text stays text', yaml: 'a: "yes"\nb: \'0644\'\nc: !!str 1', want: { a: 'yes', b: '0644', c: '1' } },
  { rule: 'binary is decoded', yaml: 'a: !!binary aGVsbG8=', want: { a: 'hello' } },
  {
    rule: 'keys after a merge take precedence',
    yaml: 'a: &a {q: 1, z: 3}\nb:\n  <<: *a\n  z: 2',
    want: { a: { q: 1, z: 3 }, b: { q: 1, z: 2 } },
  },
  {
    rule: 'a merge takes precedence over keys before it',
    yaml: 'a: &a {q: 1, z: 3}\nb:\n  z: 2\n  <<: *a',
    want: { a: { q: 1, z: 3 }, b: { z: 3, q: 1 } },
  },
  { rule: 'aliases are copied in', yaml: 'a: &a [1, 2]\nb: *a', want: { a: [1, 2], b: [1, 2] } },
  { rule: 'JSON is YAML', yaml: '{"a": {"b": [1, true, null]}}', want: { a: { b: [1, true, null] } } },
];

test.each(objects)('in an object, $rule', ({ yaml, want }) => {
  expect(loadText(sourceText('x.yaml', yaml)).manifests[0]?.object).toEqual(want);
});

test.each([
  ['a: yes', ['warning 1:4 `yes` without quotes is true for kubectl']],
  [
    'a: [N, "n", off]',
    ['warning 1:5 `N` without quotes is false for kubectl', 'warning 1:13 `off` without quotes is false for kubectl'],
  ],
  ['on: push', ['warning 1:1 `on` without quotes is true for kubectl']],
  ['a: &a y\nb: *a', ['warning 1:7 `y` without quotes is true for kubectl']],
  ['a: true\nb: False\nc: "no"\nd: yes please\ne: !!str on', []],
])('%j yields warnings about booleans', (yaml, want) => {
  const { findings, manifests } = loadText(sourceText('x.yaml', yaml));
  expect(
    findings.map(({ severity, place, message }) => `${severity} ${place.line}:${place.column} ${message}`),
  ).toEqual(want);
  expect(manifests[0]?.isFaulty).toBe(false);
});

test('the key __proto__ is an ordinary key', () => {
  const { manifests } = loadText(sourceText('x.yaml', '__proto__: {polluted: 1}\nkind: A'));
  expect(Object.keys(manifests[0]?.object ?? {})).toEqual(['__proto__', 'kind']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
