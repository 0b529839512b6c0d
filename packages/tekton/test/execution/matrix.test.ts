import { describe, expect, test } from '@jest/globals';
import {
  combinationsOf,
  countCombinations,
  hasEmptyArray,
  type Combination,
  type MatrixModel,
  type ParamAssignment,
  type ParamValue,
} from '@pipewright/tekton';

const params = (values: Readonly<Record<string, ParamValue>>): ParamAssignment[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

const matrix = (
  values: Readonly<Record<string, ParamValue>>,
  ...include: readonly (readonly [string, Readonly<Record<string, string>>])[]
): MatrixModel => ({
  params: params(values),
  include: include.map(([name, own]) => ({ ...(name !== '' && { name }), params: params(own) })),
});

const text = ({ params: own, includeName }: Combination): string =>
  [
    ...own.map(({ name, value }) => `${name}=${String(value)}`),
    ...(includeName === undefined ? [] : [includeName]),
  ].join(' ');

describe('the combinations of a matrix', () => {
  const rows: { title: string; of: MatrixModel; are: string[] }[] = [
    {
      title: 'vary the first param fastest, and name params in alphabetical order',
      of: matrix({ p: ['l', 'm'], b: ['s', 'c'] }),
      are: ['b=s p=l', 'b=s p=m', 'b=c p=l', 'b=c p=m'],
    },
    {
      title: 'get the params of an include that they do not contradict, and the one of an earlier include stays',
      of: matrix(
        { p: ['linux', 'mac'], b: ['x', 'y'] },
        ['common', { v: '1' }],
        ['mac-only', { p: 'mac', v: '2' }],
        ['new', { p: 'win', v: '3' }],
      ),
      are: [
        'b=x p=linux v=1 common',
        'b=x p=mac v=1 common',
        'b=y p=linux v=1 common',
        'b=y p=mac v=1 common',
        'p=win v=3 new',
      ],
    },
    {
      title: 'are the includes of a matrix without params',
      of: matrix({}, ['first', { p: 'a', b: 'b' }], ['', { p: 'c' }]),
      are: ['b=b p=a first', 'p=c'],
    },
    { title: 'lack a param whose value is a text', of: matrix({ x: '$(tasks.s.results.r[*])' }), are: [''] },
    { title: 'do not exist if an array is empty', of: matrix({ x: ['1'], y: [] }), are: [] },
  ];
  test.each(rows)('$title', ({ of, are }) => {
    expect(combinationsOf(of).map(text)).toEqual(are);
  });

  test('are counted without being expanded', () => {
    const many = Array.from({ length: 1000 }, String);
    expect(countCombinations(matrix({ a: many, b: many, c: many }, ['', { a: 'x' }]))).toBe(1_000_000_001);
    expect(countCombinations(matrix({}, ['', { a: 'x' }]))).toBe(1);
  });

  test('are known not to exist before they are expanded', () => {
    expect(hasEmptyArray(matrix({ x: ['1'], y: [] }))).toBe(true);
    expect(hasEmptyArray(matrix({ x: ['1'], y: 'text' }))).toBe(false);
  });
});
