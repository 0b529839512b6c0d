/** The part of the parity run that needs no cluster: differences between two outcomes, and which of them are accepted. */

import { describe, expect, test } from '@jest/globals';
import { ACCEPTED, covers, type Accepted } from '../parity/accepted.js';
import { normalize } from '../parity/normalize.js';
import type { JsonObject } from '../parity/json.js';
import { apiVersionOf } from '../parity/replay.js';
import type { Outcome } from '../parity/recording.js';
import { reportOf } from '../parity/report.js';
import { compareCase, staleRules } from '../parity/comparison.js';
import { nothing, ownedBy, played, recordingOf, succeeded } from './parity-case.js';

const comparisonOf = (expected: Outcome, got: Outcome, rules: readonly Accepted[] = []) =>
  compareCase(recordingOf(expected), got, { where: 'embedded', addresses: {}, rules });
const pathsOf = (expected: Outcome, got: Outcome): string[] =>
  comparisonOf(expected, got).differences.map(({ path }) => path);

test.each([
  ['TaskRun', {}, 'tekton.dev/v1alpha1'],
  ['ClusterTask', {}, 'tekton.dev/v1alpha1'],
  ['PipelineResource', {}, 'tekton.dev/v1alpha1'],
  ['Condition', {}, 'tekton.dev/v1alpha1'],
  ['ResourceQuota', {}, 'v1'],
  ['Role', {}, 'rbac.authorization.k8s.io/v1'],
  ['Deployment', { body: { apiVersion: 'apps/v1' } }, 'apps/v1'],
])('an action on a %s gets the apiVersion of its kind', (kind, more, apiVersion) => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' };
  expect(apiVersionOf({ t: 0, kind, ...more }, [role])).toBe(apiVersion);
});

describe('a case', () => {
  test('is equal with other random names', () => {
    expect(comparisonOf(played('9xtmt', '52c45d'), played('bbbbb', '000000')).differences).toEqual([]);
  });

  test.each<[string, Partial<Outcome>, string[]]>([
    [
      'an exit code',
      {
        taskruns: [
          changed({ steps: [{ name: 's', container: 'step-s', terminated: { exitCode: 1, reason: 'Error' } }] }),
        ],
      },
      ['taskRuns.r-a-?.step.s.exitCode', 'taskRuns.r-a-?.step.s.reason'],
    ],
    [
      'a reason',
      { taskruns: [changed({ conditions: [{ ...succeeded, reason: 'Completed' }] })] },
      ['taskRuns.r-a-?.condition.reason'],
    ],
    [
      'a result',
      { taskruns: [changed({ resourcesResult: [{ key: 'commit', value: 'x' }] })] },
      ['taskRuns.r-a-?.resourcesResult.0'],
    ],
    [
      'a retry',
      { taskruns: [changed({ retriesStatus: [{ conditions: [succeeded] }] })] },
      [
        'taskRuns.r-a-?.retries.0',
        'taskRuns.r-a-?.pods.0',
        'taskRuns.r-a-?.pods.1',
        'taskRuns.r-a-?.logs.0.s',
        'taskRuns.r-a-?.logs.1',
      ],
    ],
    ['the log of a step', { logs: { 'r-a-bbbbb-pod-000000': { 'step-s': 'else\n' } } }, ['taskRuns.r-a-?.logs.0.s']],
    ['an event', { events: [] }, ['events.TaskRun r-a-?: Normal Succeeded']],
    ['a run', { taskruns: [] }, ['taskRuns.r-a-?']],
    [
      'a response',
      { applied: [{ apiVersion: '', kind: 'PipelineRun', name: 'r', code: 400, status: { message: 'no' } }] },
      ['applied.PipelineRun r.code', 'applied.PipelineRun r.message'],
    ],
    ['a claim', { pvcs: [{ metadata: { name: 'r-pvc' } }] }, ['claims.r-pvc']],
  ])('with another value of %s has a difference', (_, more, paths) => {
    expect(pathsOf(played('9xtmt', '52c45d'), played('bbbbb', '000000', more))).toEqual(paths);
  });

  test('in which the recording rejected a run is compared without that run', () => {
    const refused = { applied: [{ apiVersion: '', kind: 'TaskRun', name: 't', code: 400, status: { message: 'no' } }] };
    const admitted = {
      applied: [{ apiVersion: '', kind: 'TaskRun', name: 't', code: 201 }],
      taskruns: [{ metadata: { name: 't' } }],
    };
    expect(pathsOf({ ...nothing, ...refused }, { ...nothing, ...admitted })).toEqual([
      'applied.TaskRun t.code',
      'applied.TaskRun t.message',
    ]);
  });

  test.each<[string, string, object, object, string[]]>([
    [
      'is equal whether or not its step had started when it was cancelled',
      'TaskRunCancelled',
      { running: {} },
      { waiting: { reason: 'ContainerCreating' } },
      [],
    ],
    [
      'differs if its step could not start',
      'TaskRunTimeout',
      { running: {} },
      { waiting: { reason: 'InvalidImageName' } },
      ['cutOff', 'waiting'],
    ],
    [
      'differs if its step ended',
      'TaskRunTimeout',
      { running: {} },
      { terminated: { exitCode: 0 } },
      ['cutOff', 'exitCode', 'reason'],
    ],
    [
      'differs if it ended by itself while a step was running',
      'Failed',
      { running: {} },
      { waiting: { reason: 'ContainerCreating' } },
      ['running', 'waiting'],
    ],
  ])('%s', (_, reason, before, now, fields) => {
    const status = (state: object) => ({ conditions: [{ ...succeeded, reason }], steps: [{ name: 's', ...state }] });
    const outcome = (state: object) => ({ ...nothing, taskruns: [{ metadata: { name: 't' }, status: status(state) }] });
    expect(pathsOf(outcome(before), outcome(now))).toEqual(fields.map((field) => `taskRuns.t.step.s.${field}`));
  });

  test('sorts the recording’s steps in the order of the pod', () => {
    const status = {
      podName: 'p',
      steps: [
        { name: 'b', container: 'step-b' },
        { name: 'a', container: 'step-a' },
      ],
    };
    const outcome = {
      ...nothing,
      taskruns: [{ metadata: { name: 't' }, status }],
      pods: [{ metadata: { name: 'p' }, spec: { containers: [{ name: 'step-a' }, { name: 'step-b' }] } }],
    };
    const stepsOf = (sortSteps: boolean) =>
      (normalize(outcome, { sortSteps })['taskRuns'] as { t: JsonObject }).t['steps'];
    expect([stepsOf(true), stepsOf(false)]).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ]);
  });
});

/** Returns the TaskRun of `played('bbbbb', '000000')` with another status. */
function changed(status: JsonObject): JsonObject {
  const [run] = played('bbbbb', '000000').taskruns;
  return { ...run, status: { ...(run?.['status'] as JsonObject), ...status } };
}

describe('accepted differences', () => {
  const rule: Accepted = { id: 'one', path: /\.condition\.reason$/, expected: /^"a"$/, got: /^"b"$/, reason: '' };
  const difference = { path: 'taskRuns.r.condition.reason', expected: 'a', got: 'b' };

  test.each<[boolean, string, Accepted, object]>([
    [true, 'fits', rule, {}],
    [false, 'has another path', rule, { path: 'taskRuns.r.condition.message' }],
    [false, 'has another recorded value', rule, { expected: 'c' }],
    [false, 'has another replayed value', rule, { got: 'c' }],
    [false, 'is of another case', { ...rule, cases: /^r-/ }, {}],
    [false, 'is of another cluster', { ...rule, where: 'kubernetes' }, {}],
    [false, 'does not satisfy the condition', { ...rule, test: (expected, got) => expected === got }, {}],
  ])('%s when the difference %s', (fits, _, one, more) => {
    expect(covers(one, 'v-x', 'embedded', { ...difference, ...more })).toBe(fits);
  });

  test('a missing value is `nothing`', () => {
    expect(covers({ ...rule, expected: /^nothing$/ }, 'x', 'embedded', { path: difference.path, got: 'b' })).toBe(true);
  });

  test('a diverging run is accepted with its children, without other runs', () => {
    const expected = played('9xtmt', '52c45d');
    const failed = [{ ...succeeded, status: 'False', reason: 'ParameterMissing' }];
    const got = {
      ...nothing,
      applied: expected.applied,
      pipelineruns: [{ metadata: { name: 'r' }, status: { conditions: failed, completionTime: 'x' } }],
      taskruns: [{ metadata: { name: 'other' } }],
    };
    const whole: Accepted = {
      id: 'w',
      path: /^pipelineRuns\..*reason$/,
      got: /ParameterMissing/,
      wholeRun: true,
      reason: '',
    };
    const { differences, accepted } = comparisonOf(expected, got, [whole]);
    expect(differences.map(({ path }) => path)).toEqual(['taskRuns.other']);
    expect(accepted.length).toBeGreaterThan(3);
  });

  test('a diverging TaskRun is accepted with its PipelineRun, without other runs', () => {
    const failed = { conditions: [{ ...succeeded, status: 'False', reason: 'Failed', message: 'gone' }] };
    const run = (name: string, status: JsonObject) => ({ metadata: { name }, status });
    const of = (status: JsonObject): Outcome => ({
      ...played('9xtmt', '52c45d'),
      pipelineruns: [run('r', { ...status, taskRuns: { 'r-a-9xtmt': {} } }), run('q', status)],
      taskruns: [{ metadata: { name: 'r-a-9xtmt', ...ownedBy('r') }, status }],
    });
    const whole: Accepted = { id: 'w', path: /^taskRuns\..*message$/, got: /gone/, wholeRun: true, reason: '' };
    const { differences } = comparisonOf(of({ conditions: [succeeded] }), of(failed), [whole]);
    expect(differences.map(({ path }) => path.split('.')[1])).toEqual(['q', 'q', 'q']);
  });

  test('a rule without a match is stale, unless it is for the other cluster or has no recording yet', () => {
    const rules: Accepted[] = [
      rule,
      { ...rule, id: 'elsewhere', where: 'kubernetes' },
      { ...rule, id: 'later', unrecorded: true },
    ];
    const one = comparisonOf(played('9xtmt', '52c45d'), played('bbbbb', '000000'), rules);
    expect(staleRules([one], 'embedded', rules).map(({ id }) => id)).toEqual(['one']);
  });

  test('have unique names and reasons in sentences', () => {
    expect(new Set(ACCEPTED.map(({ id }) => id)).size).toBe(ACCEPTED.length);
    expect(ACCEPTED.filter(({ reason }) => !/^[A-Z].*\.$/.test(reason))).toEqual([]);
  });
});

test('the report names every difference with both values, and counts', () => {
  const got = played('bbbbb', '000000', { events: [] });
  const lines = reportOf([comparisonOf(played('9xtmt', '52c45d'), got)], [], 2);
  expect(lines).toContain('  events.TaskRun r-a-?: Normal Succeeded');
  expect(lines).toContain('    recorded true');
  expect(lines).toContain('    here     nothing');
  expect(lines.at(-1)).toBe('0 of 1 cases as recorded, 0 accepted differences in them, 2 s');
});
