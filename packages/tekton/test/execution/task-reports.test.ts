import { describe, expect, test } from '@jest/globals';
import {
  pipelineParamValues,
  resolveReferences,
  substituteParamValue,
  taskReferencesIn,
  type ParamValue,
  type TaskReport,
} from '@pipewright/tekton';

const report = (results: Readonly<Record<string, ParamValue>>, rest: Partial<TaskReport> = {}): TaskReport => ({
  status: 'Succeeded',
  reason: 'Succeeded',
  runs: [new Map(Object.entries(results))],
  hasMatrix: false,
  ...rest,
});

const reports: Readonly<Record<string, TaskReport>> = {
  a: report({ s: 'str', 'dotted.name': 'dot', arr: ['x', 'y'], obj: { k: 'kv' } }),
  failed: report({}, { status: 'Failed', reason: 'StepFailed' }),
  m: report({}, { hasMatrix: true, runs: [new Map([['r', '1']]), new Map([['r', '2']])] }),
  part: report({}, { hasMatrix: true, runs: [new Map([['r', '1']]), new Map()] }),
};
const NONE: TaskReport = { status: 'None', reason: '', runs: [], hasMatrix: false };

function resolved(value: ParamValue): { readonly value: ParamValue; readonly missing: readonly string[] } {
  const texts = typeof value === 'string' ? [value] : Object.values(value);
  const { replacements, missing } = resolveReferences(texts.flatMap(taskReferencesIn), {
    of: (task) => reports[task] ?? NONE,
    aggregateStatus: () => 'Completed',
  });
  return {
    value: substituteParamValue(value, replacements),
    missing: missing.map(({ task, result, message }) => message ?? `${task}.${result}`),
  };
}

describe('references to other tasks', () => {
  const rows: { from: ParamValue; to: ParamValue }[] = [
    { from: '[$(tasks.a.results.s)|$(tasks.a.results.arr[1])|$(tasks.a.results.obj.k)]', to: '[str|y|kv]' },
    { from: "$(tasks.a.results['s'])", to: 'str' },
    { from: '$(tasks.a.results["dotted.name"])', to: 'dot' },
    { from: '$(tasks.a.results.arr[*])', to: ['x', 'y'] },
    { from: '$(tasks.a.results.obj[*])', to: { k: 'kv' } },
    { from: ['0', '$(tasks.a.results.arr[*])', '$(tasks.a.results.s)'], to: ['0', 'x', 'y', 'str'] },
    { from: { k: '$(tasks.a.results.s)' }, to: { k: 'str' } },
    { from: '$(finally.a.results.s)', to: 'str' },
    { from: '$(tasks.failed.status) $(tasks.failed.reason) $(tasks.none.status)', to: 'Failed StepFailed None' },
    { from: '$(tasks.status)', to: 'Completed' },
    { from: '$(tasks.m.results.r[*])', to: ['1', '2'] },
    { from: '$(tasks.m.matrix.length) $(tasks.part.matrix.r.length)', to: '2 1' },
    {
      from: '$(tasks.a.results.s[0]) $(tasks.a.results.obj.zz)',
      to: '$(tasks.a.results.s[0]) $(tasks.a.results.obj.zz)',
    },
  ];
  test.each(rows)('$from is $to', ({ from, to }) => {
    expect(resolved(from)).toEqual({ value: to, missing: [] });
  });

  test.each([
    { from: '$(tasks.a.results.none)', missing: ['a.none'] },
    { from: '$(tasks.none.results.r) $(tasks.a.results.s)', missing: ['none.r'] },
    { from: '$(tasks.part.results.r[*])', missing: ['part.r'] },
    {
      from: '$(tasks.a.results.arr[2])',
      missing: [
        'Invalid task result reference: $(tasks.a.results.arr[2]) is out of range: the result "arr" of task "a" has 2 elements',
      ],
    },
  ])('$from is missing', ({ from, missing }) => {
    expect(resolved(from).missing).toEqual(missing);
  });
});

describe('params of a pipeline', () => {
  const declared = [
    { name: 's', type: 'string', default: 'dflt' },
    { name: 'a', type: 'array', default: ['a0', 'a1'] },
    { name: 'o', type: 'object', default: { k: 'dk', l: 'dl' } },
  ] as const;
  const rows: { title: string; given?: { name: string; value: ParamValue }[]; from: ParamValue; to: ParamValue }[] = [
    { title: 'has its default in a text', from: 'x-$(params.s)-$(params.a[1])-$(params.o.l)', to: 'x-dflt-a1-dl' },
    { title: 'in brackets', from: '$(params["s"]) $(params[\'o\'].k)', to: 'dflt dk' },
    { title: 'is whole', from: '$(params.o[*])', to: { k: 'dk', l: 'dl' } },
    { title: 'expands in a list', from: ['1', '$(params.a[*])', '$(params.a)'], to: ['1', 'a0', 'a1', 'a0', 'a1'] },
    { title: 'has the value given', given: [{ name: 'a', value: ['g'] }], from: '$(params.a[*])', to: ['g'] },
    {
      title: 'does not have elements of its default beyond the value given',
      given: [{ name: 'a', value: ['g'] }],
      from: '$(params.a[1])',
      to: '$(params.a[1])',
    },
    {
      title: 'does not have keys of its default that the value lacks',
      given: [{ name: 'o', value: { l: 'gl' } }],
      from: { one: '$(params.o.k)', two: '$(params.o.l)' },
      to: { one: '$(params.o.k)', two: 'gl' },
    },
    { title: 'is whole', given: [{ name: 'o', value: { l: 'gl' } }], from: '$(params.o[*])', to: { l: 'gl' } },
    {
      title: 'can be undeclared',
      given: [{ name: 'q', value: '$(params.s)' }],
      from: '$(params.q)',
      to: '$(params.s)',
    },
  ];
  test.each(rows)('a param $title: $from', ({ given = [], from, to }) => {
    expect(substituteParamValue(from, pipelineParamValues(declared, given))).toEqual(to);
  });
});
