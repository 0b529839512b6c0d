/** Answers of Tekton v1.15's webhooks about when expressions and matrix. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'invalid value: operator "equals" is not recognized. valid operators: in,notin: spec.tasks[0].when[0]',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: 'x', operator: 'equals', values: ['x'] }] }] },
  ],
  [
    'invalid value: expecting non-empty values field: spec.tasks[0].when[0]',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: 'x', operator: 'in', values: [] }] }] },
  ],
  [
    'invalid value: expecting non-empty values field: spec.tasks[0].when[0]',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: 'x', operator: 'in' }] }] },
  ],
  [
    'invalid value: operator "" is not recognized. valid operators: in,notin: spec.tasks[0].when[0]',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: 'x', values: ['x'] }] }] },
  ],
  [
    "feature flag enable-cel-in-whenexpression should be set to true to use CEL: 'a'=='a' in WhenExpression: spec.tasks[0].when[0]",
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ cel: "'a'=='a'" }] }] },
  ],
  [
    "feature flag enable-cel-in-whenexpression should be set to true to use CEL: 'a'== in WhenExpression: spec.tasks[0].when[0]",
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskRef: { name: 'ok' }, when: [{ cel: "'a'==", input: 'x', operator: 'in', values: ['x'] }] },
      ],
    },
  ],
  [
    'missing field(s): spec.tasks[0].when[0]',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{}] }] },
  ],
  [
    'non-existent variable in "$(params.zz)": spec.tasks[0].when[0].input',
    'Pipeline',
    {
      tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: '$(params.zz)', operator: 'in', values: ['x'] }] }],
    },
  ],
  [
    "invalid value: couldn't add link between a and zz: task a depends on zz but zz wasn't present in Pipeline: spec.tasks",
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          when: [{ input: '$(tasks.zz.results.r)', operator: 'in', values: ['x'] }],
        },
      ],
    },
  ],
  [
    'invalid value: operator "In" is not recognized. valid operators: in,notin: spec.tasks[0].when[0]',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: 'x', operator: 'In', values: ['x'] }] }] },
  ],
  [
    'cannot decode incoming new object: json: cannot unmarshal array into Go struct field WhenExpression.spec.tasks.when.input of type string',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: ['x'], operator: 'in', values: ['x'] }] }] },
  ],
  [
    'invalid value: invalid variable reference "$(foo.bar)", must start with a valid prefix: params, tasks, finally, context, workspaces, or results; if you meant a shell variable, use ${VAR} instead: spec.tasks[0].when[0]',
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: '$(foo.bar)', operator: 'in', values: ['x'] }] }] },
  ],
  [
    'expected exactly one, got both: spec.tasks[0].matrix[x], spec.tasks[0].params[x]',
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          matrix: { params: [{ name: 'x', value: ['1'] }] },
          params: [{ name: 'x', value: '2' }],
        },
      ],
    },
  ],
  [
    'parameter names must be unique, the parameter "x" is also defined at: spec.tasks[0].matrix.params[1].name',
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          matrix: {
            params: [
              { name: 'x', value: ['1'] },
              { name: 'x', value: ['2'] },
            ],
          },
        },
      ],
    },
  ],
  [
    'expected 0 <= 289 <= 256: spec.tasks[0].matrix',
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          matrix: {
            params: [
              {
                name: 'x',
                value: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16'],
              },
              {
                name: 'y',
                value: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16'],
              },
            ],
          },
        },
      ],
    },
  ],
  [
    'parameter names must be unique, the parameter "x" is also defined at: spec.tasks[0].matrix.include[0].params[1].name',
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          matrix: {
            include: [
              {
                name: 'i',
                params: [
                  { name: 'x', value: '1' },
                  { name: 'x', value: '2' },
                ],
              },
            ],
          },
        },
      ],
    },
  ],
  [
    'expected exactly one, got both: spec.tasks[0].matrix[y], spec.tasks[0].params[y]',
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          matrix: {
            params: [{ name: 'x', value: ['1'] }],
            include: [{ name: 'i', params: [{ name: 'y', value: '1' }] }],
          },
          params: [{ name: 'y', value: '2' }],
        },
      ],
    },
  ],
  [
    'cel and input+operator+values cannot be set in one WhenExpression: &{x in [x] true}: ',
    'Pipeline',
    {
      tasks: [
        { name: 'a', taskRef: { name: 'ok' }, when: [{ cel: 'true', input: 'x', operator: 'in', values: ['x'] }] },
      ],
    },
    {
      'enable-api-fields': 'alpha',
      'enable-cel-in-whenexpression': 'true',
      'enable-param-enum': 'true',
      'enable-artifacts': 'true',
      'enable-concise-resolver-syntax': 'true',
      'default-resolver-type': 'git',
    },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  ['Pipeline', { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ operator: 'in', values: ['x'] }] }] }],
  [
    'Pipeline',
    { tasks: [{ name: 'a', taskRef: { name: 'ok' }, when: [{ input: '', operator: 'in', values: [''] }] }] },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' }, matrix: { params: [{ name: 'x', value: 's' }] } }],
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' }, matrix: { params: [{ name: 'x', value: { k: 'v' } }] } }],
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          matrix: { include: [{ name: 'i', params: [{ name: 'x', value: ['1'] }] }] },
        },
      ],
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' }, matrix: {} }],
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' }, matrix: { params: [{ name: 'x', value: '$(params.arr)' }] } }],
    },
  ],
  [
    'Pipeline',
    {
      params: [{ name: 'arr', type: 'array', default: ['x'] }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' }, matrix: { params: [{ name: 'x', value: '$(params.arr[*])' }] } }],
    },
  ],
  [
    'Pipeline',
    {
      tasks: [
        {
          name: 'a',
          taskRef: { name: 'ok' },
          matrix: {
            params: [{ name: 'x', value: { k: 'v' } }],
            include: [{ name: 'i', params: [{ name: 'x', value: 'z' }] }],
          },
        },
      ],
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
