/** Answers of Tekton v1.15's webhooks about results of pipelines. */

import { expect, test } from '@jest/globals';
import { answerTo, type AdmittedRow, type RefusedRow } from '../../support/v1.js';

const refused: readonly RefusedRow[] = [
  [
    'invalid value: expected pipeline results to be task result expressions but an invalid expressions was found: spec.results[0].value\ninvalid value: expected pipeline results to be task result expressions but no expressions were found: spec.results[0].value\ninvalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: 'plain' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: expected pipeline results to be task result expressions but an invalid expressions was found: spec.results[0].value\ninvalid value: expected pipeline results to be task result expressions but no expressions were found: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(tasks.zz.results.r)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: expected pipeline results to be task result expressions but an invalid expressions was found: spec.results[0].value\ninvalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(params.x)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: expected pipeline results to be task result expressions but an invalid expressions was found: spec.results[0].value\ninvalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(tasks.a.status)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(tasks.a.results.r) and $(params.x)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(tasks.f.results.r)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(finally.a.results.r)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'invalid value: expected pipeline results to be task result expressions but an invalid expressions was found: spec.results[0].value\ninvalid value: referencing a nonexistent task: spec.results[0].value',
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(tasks.a.results)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
];

test.each(refused)('the webhook answers: %s', (...[message, kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBe(message);
});

const admitted: readonly AdmittedRow[] = [
  [
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(tasks.a.results.r)-$(tasks.a.results.s)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(finally.f.results.r)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'Pipeline',
    {
      results: [{ name: 'o', value: ['$(tasks.a.results.r)', 'x'] }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'Pipeline',
    {
      results: [{ name: 'o', value: { k: '$(tasks.a.results.r)' } }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'Pipeline',
    {
      results: [{ name: 'o', type: 'array', value: '$(tasks.a.results.r)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'Pipeline',
    {
      results: [{ name: 'o', type: 'foo', value: '$(tasks.a.results.r)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'Pipeline',
    {
      results: [{ name: 'a b', value: '$(tasks.a.results.r)' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
  [
    'Pipeline',
    {
      results: [{ name: 'o', value: '$(tasks.a.results.arr[1])' }],
      tasks: [{ name: 'a', taskRef: { name: 'ok' } }],
      finally: [{ name: 'f', taskRef: { name: 'ok' } }],
    },
  ],
];

test.each(admitted)('the webhook admits this %s: %j', (...[kind, spec, config]) => {
  expect(answerTo(kind, spec, config)).toBeUndefined();
});
