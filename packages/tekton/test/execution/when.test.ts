import { expect, test } from '@jest/globals';
import { evaluateWhen, type CelResult, type WhenModel } from '@pipewright/tekton';

const one = (input: string, operator: 'in' | 'notin', ...values: string[]): WhenModel => ({
  kind: 'comparison',
  input,
  operator,
  values,
});
const cel = (expression: string): WhenModel => ({ kind: 'cel', expression });

const evaluate = (expression: string): CelResult =>
  expression === 'bad'
    ? { kind: 'error', message: 'no such variable' }
    : { kind: 'value', value: expression === 'true' };

const rows: { title: string; when: WhenModel[]; result: boolean | string }[] = [
  { title: 'without expressions a task runs', when: [], result: true },
  { title: 'an input in the values', when: [one('main', 'in', 'main', 'master')], result: true },
  { title: 'an input not in the values', when: [one('main', 'in', 'x')], result: false },
  { title: 'notin with the input in the values', when: [one('main', 'notin', 'main')], result: false },
  { title: 'notin with other values', when: [one('main', 'notin', 'x')], result: true },
  { title: 'in without values', when: [one('main', 'in')], result: false },
  { title: 'all expressions must hold', when: [one('a', 'in', 'a'), one('b', 'in', 'a')], result: false },
  { title: 'CEL and a comparison', when: [cel('true'), one('a', 'in', 'a')], result: true },
  { title: 'a CEL expression that is false', when: [cel('false'), cel('bad')], result: false },
  { title: 'a CEL expression that fails', when: [cel('bad')], result: 'no such variable' },
];
test.each(rows)('when: $title', ({ when, result }) => {
  const found = evaluateWhen(when, evaluate);
  expect(found.kind === 'value' ? found.value : found.message).toBe(result);
});
